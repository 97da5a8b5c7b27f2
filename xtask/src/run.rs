//! `cargo xtask run`: the whole bureau on this machine.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;

use crate::bureau::{self, Build, Place};
use crate::client;
use crate::narrator::Narrator;
use crate::service;
use crate::tools::Tools;
use crate::workspace;

#[derive(Args)]
pub struct Arguments {
    /// Where the server listens.
    #[arg(long, env = "BIANMIN_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the sandbox listens.
    #[arg(long, env = "SANDBOX_LISTEN", default_value = "127.0.0.1:8090")]
    sandbox_listen: SocketAddr,
    /// Open the demonstration's halls day and night, with data of their own, so that checking in and calling can be tried at any hour.
    #[arg(long)]
    day_and_night: bool,
    /// Start what was built before.
    #[arg(long)]
    skip_build: bool,
}

/// `cargo xtask run`.
pub fn run(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let data = workspace::root().join(if arguments.day_and_night {
        "data/day-and-night"
    } else {
        "data"
    });
    let place = Place {
        build: Build::Trial,
        server: arguments.listen,
        sandbox: arguments.sandbox_listen,
        client: workspace::dist(),
        logs: data.join("logs"),
        data,
        settings: Vec::new(),
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
    narrator.step("loading the demonstration bureau", || {
        if arguments.day_and_night {
            place.load_demonstration_without_rest()
        } else {
            place.load_demonstration()
        }
    })?;
    let mut bureau = narrator.step("starting the sandbox and the server", || place.open())?;
    greet(&place, arguments.day_and_night);
    bureau.watch()
}

/// The published keys of the first hall's screen and kiosk, as `content/yunchuan/devices.toml` has them.
const BOARD_KEY: &str = "HS45S-3CVZZ-GRMTJ-YLPAT-RVGKG";
const KIOSK_KEY: &str = "ZFTJ5-8WQXD-DMTJD-AVFW7-PNUAX";

fn greet(place: &Place, day_and_night: bool) {
    let residents = bureau::public_url(place.server);
    println!();
    println!("便民 is open.");
    println!("  residents   {residents}/");
    println!("              phone 13800000001; the code arrives on the sandbox's phone:");
    println!("  sandbox     http://{}/", place.sandbox);
    println!("  staff       {residents}/console");
    println!("              clerk-zhongxin-1, password bianmin-demo-2026; one-time codes and every other account:");
    println!("              http://{}/authenticator", place.sandbox);
    println!("  management  {residents}/admin");
    println!("              manager-zhongxin, with the same password");
    println!("  board       {residents}/board#{BOARD_KEY}");
    println!("  kiosk       {residents}/kiosk#{KIOSK_KEY}");
    println!("  logs        {}", place.logs.display());
    println!();
    if day_and_night {
        println!("ID cards are served around the clock in the first hall (zhongxin) and in yuntai.");
    } else {
        println!(
            "The halls keep office hours; to check in and be called at any other time: cargo xtask run --day-and-night"
        );
    }
    println!();
    println!("Ctrl-C stops both.");
}
