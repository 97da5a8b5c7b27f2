//! `cargo xtask run`: the whole bureau on this machine.

use std::fs;
use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;

use crate::bureau::{Build, Place};
use crate::client;
use crate::narrator::Narrator;
use crate::service;
use crate::tools::Tools;
use crate::workspace;

/// Where the accounts of the demonstration bureau are described.
const STAFF: &str = "content/yunchuan/staff.toml";

#[derive(Args)]
pub struct Arguments {
    /// Where the server listens.
    #[arg(long, env = "BIANMIN_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the sandbox listens.
    #[arg(long, env = "SANDBOX_LISTEN", default_value = "127.0.0.1:8090")]
    sandbox_listen: SocketAddr,
    /// Start what was built before.
    #[arg(long)]
    skip_build: bool,
}

/// `cargo xtask run`.
pub fn run(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let data = workspace::root().join("data");
    let place = Place {
        build: Build::Release,
        server: arguments.listen,
        sandbox: arguments.sandbox_listen,
        client: workspace::dist(),
        logs: data.join("logs"),
        data,
    };

    let mut narrator = Narrator::new(if arguments.skip_build { 2 } else { 5 });
    if !arguments.skip_build {
        narrator.step("looking for the tools", || {
            let tools = Tools::open()?;
            tools.for_client()?;
            tools.tidy()
        })?;
        narrator.step("building the client", client::build)?;
        narrator.step("building the server and the sandbox", || place.build.compile())?;
    }
    narrator.step("loading the demonstration bureau", || place.load_demonstration())?;
    let mut bureau = narrator.step("starting the sandbox and the server", || place.open())?;
    greet(&place);
    bureau.watch()
}

fn greet(place: &Place) {
    println!();
    println!("便民 is open.");
    println!("  residents   http://{}/", place.server);
    println!("              phone 13800000001; the code arrives on the sandbox's phone:");
    println!("  sandbox     http://{}/", place.sandbox);
    let staff = fs::read_to_string(workspace::root().join(STAFF)).unwrap_or_default();
    let accounts = accounts(&staff);
    if !accounts.is_empty() {
        println!("  staff       password bianmin-demo-2026, and a code from an authenticator app:");
        for account in accounts {
            println!("              {account}");
        }
    }
    println!("  logs        {}", place.logs.display());
    println!();
    println!("Ctrl-C stops both.");
}

/// Each account in a line: who it is, and the secret for the authenticator app.
fn accounts(staff: &str) -> Vec<String> {
    let Ok(described) = staff.parse::<toml::Table>() else {
        return Vec::new();
    };
    let lists = described.values().filter_map(toml::Value::as_array);
    let tables = lists.flatten().filter_map(toml::Value::as_table);
    tables
        .filter(|account| account.contains_key("username"))
        .map(|account| {
            let field = |name: &str| account.get(name).and_then(toml::Value::as_str).unwrap_or_default();
            let about = [field("name"), field("role"), field("hall")]
                .into_iter()
                .filter(|part| !part.is_empty());
            let about = about.collect::<Vec<_>>().join(", ");
            format!("{:<12} {}  ({about})", field("username"), field("totp_secret"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accounts_are_read_from_the_staff_file() {
        let staff = r#"
            [[staff]]
            username = "li"
            name = "李敏"
            role = "clerk"
            totp_secret = "JBSW"
            [[note]]
            text = "no account"
        "#;
        assert_eq!(accounts(staff), ["li           JBSW  (李敏, clerk)"]);
        assert!(accounts("not = [toml").is_empty());
    }
}
