//! Requests that the document allows and many that it does not, made up by [schemathesis](https://schemathesis.io), in the name of everyone.
//!
//! What is looked for: an answer that is a fault of ours, and one whose status the document does not name.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bureau::{Build, Place};
use crate::command::{self, program};
use crate::service;
use crate::tools::{Tools, system_program};
use crate::workspace;

const VERSION: &str = "4.32";
/// How long the package may take to arrive.
const ARRIVAL: Duration = Duration::from_mins(3);
/// How long the requests of one role go on, in seconds.
const SECONDS_A_ROLE: u32 = 9;
/// The same requests each time, so that a finding is found again.
const SEED: u32 = 20_261_122;

/// Paths that would end the session in whose name the others are asked, and those whose answers never end.
const LEFT_OUT: &str = "(/auth/sessions/current|/me$|/me/sessions|/me/phone|/events$|/admin/staff/)";

/// The program, installed when it is missing; nothing when it cannot be had from here.
pub fn install(tools: &Tools) -> Result<Option<PathBuf>> {
    let folder = tools.folder("schemathesis");
    let installed = folder.join("bin/schemathesis");
    let is_there = || command::read(program(&installed).arg("--version")).is_ok_and(|said| said.contains(VERSION));
    if is_there() {
        return Ok(Some(installed));
    }
    let python =
        system_program("python3").context("python3 is missing: install Python 3.10 or later with its venv module.")?;
    command::read(program(python).args(["-m", "venv"]).arg(&folder))?;
    let mut pip = program(folder.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &format!("schemathesis=={VERSION}.*"),
    ]);
    let arrived = command::succeeds_within(&mut pip, ARRIVAL);
    Ok((arrived && is_there()).then_some(installed))
}

/// Asks the real server as each role in turn.
pub fn ask_as_everyone(schemathesis: &PathBuf) -> Result<()> {
    Build::Checked.compile()?;
    let folder = tempfile::Builder::new().prefix("bianmin-fuzz-").tempdir()?;
    let place = Place {
        build: Build::Checked,
        server: service::free_address()?,
        sandbox: service::free_address()?,
        client: workspace::dist(),
        data: folder.path().to_owned(),
        logs: workspace::root().join("test-output/fuzz/logs"),
        settings: Vec::new(),
    };
    place.load_demonstration()?;
    let _bureau = place.open()?;
    let script = folder.path().join("sign_in.py");
    std::fs::write(&script, include_str!("sign_in.py"))?;
    let (server, sandbox) = (format!("http://{}", place.server), format!("http://{}", place.sandbox));
    let python = system_program("python3").context("python3 is missing.")?;
    let signed_in = command::read(
        program(python)
            .arg(&script)
            .args([&server, &sandbox])
            .arg(workspace::root().join("content/yunchuan")),
    )?;
    let mut failed = Vec::new();
    for line in signed_in.lines() {
        let (role, token) = line.split_once(' ').context("a role and its token were expected")?;
        println!("      as {role} …");
        let mut run = asking(schemathesis, &server);
        if token != "-" {
            run.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        if command::run(run.current_dir(folder.path())).is_err() {
            failed.push(role.to_owned());
        }
    }
    if !failed.is_empty() {
        bail!("schemathesis found something as {}.", failed.join(", "));
    }
    Ok(())
}

fn asking(schemathesis: &PathBuf, server: &str) -> Command {
    let mut run = program(schemathesis);
    run.args(["run", &format!("{server}/api/openapi.json")])
        .args(["--checks", "not_a_server_error,status_code_conformance"])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--max-time", &SECONDS_A_ROLE.to_string()])
        .args(["--seed", &SEED.to_string()])
        .args(["--exclude-path-regex", LEFT_OUT])
        .args(["--request-timeout", "10", "--workers", "1", "--no-shrink"])
        .args(["--warnings", "off", "--no-color"]);
    run
}
