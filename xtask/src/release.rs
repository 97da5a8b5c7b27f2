//! `cargo xtask release`: what is given to a bureau, with a list of everything that it is made of and the sums by which it is known.
//!
//! The folder `release` has the program, the client, the demonstration's content, the samples of `deploy`, a `CycloneDX` document each for
//! the program and the client, and `SHA256SUMS` of all that.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::bureau::Build;
use crate::client;
use crate::command::{self, cargo};
use crate::sbom;
use crate::wasm::TARGET;
use crate::workspace;

/// The machine that a release is for, as Rust calls it.
const MACHINE: &str = "x86_64-unknown-linux-gnu";

#[derive(Args)]
pub struct Arguments {
    /// Write the lists of what it is made of, and build nothing.
    #[arg(long)]
    only_lists: bool,
}

/// `cargo xtask release`.
pub fn release(arguments: &Arguments) -> Result<()> {
    let root = workspace::root();
    let folder = root.join("release");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (package, machine) in [("server", MACHINE), ("app", TARGET)] {
        let list = sbom::of(package, machine)?;
        let file = folder.join(format!("{package}.cdx.json"));
        fs::write(&file, serde_json::to_vec_pretty(&list.document)?)?;
        println!("{package}: {} crates, in {}", list.crates, file.display());
    }
    if !arguments.only_lists {
        command::run(cargo().args(["build", "--release", "--package", "server", "--bin", "bianmin"]))?;
        client::client()?;
        fs::copy(Build::Release.folder().join("bianmin"), folder.join("bianmin"))?;
        for (from, to) in [
            (workspace::dist(), "dist"),
            (root.join("content"), "content"),
            (root.join("deploy"), "deploy"),
        ] {
            copy(&from, &folder.join(to))?;
        }
        fs::copy(root.join("LICENSE"), folder.join("LICENSE"))?;
    }
    let sums = sums(&folder)?;
    fs::write(folder.join("SHA256SUMS"), sums)?;
    println!("The release is in {}.", folder.display());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The sums of all files, as `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut sums = String::new();
    for file in files {
        let sum = Sha256::digest(fs::read(&file)?);
        let name = file
            .strip_prefix(folder)?
            .to_str()
            .context("a file's name is no text")?;
        for octet in sum {
            write!(sums, "{octet:02x}")?;
        }
        writeln!(sums, "  {name}")?;
    }
    Ok(sums)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_of_every_file_and_as_the_standard_says() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("dist"))?;
        fs::write(folder.path().join("dist/a"), "abc")?;
        assert_eq!(
            sums(folder.path())?,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  dist/a\n"
        );
        Ok(())
    }
}
