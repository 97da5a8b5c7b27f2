//! `bianmin`: serves the bureau's counter services, and the commands around it.

mod rotate;

use std::{net::TcpListener, path::PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use metrics_exporter_prometheus::PrometheusBuilder;
use server::{
    app::{self, Services},
    catalog::Snapshot,
    config::Config,
    content, doctor, holdings,
    identity::{self, Maker},
    jobs,
    notify::Dispatcher,
    platform::{
        Platform,
        audit::{self, Verified},
        backup,
    },
    problem::Failure,
};
use shared::{
    identity::{accounts::StaffAccountRequest, rules::StaffRole},
    language::Language,
};
use tokio::sync::watch;
use tracing::info;
use tracing_subscriber::EnvFilter;

use self::rotate::Change;

/// Gives memory back that is not needed any more, which the system's allocator does not once threads have their own share of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Counter services of a public-security bureau (便民). Settings are read from `bianmin.toml` and `BIANMIN_…`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until it is told to stop; takes missing migrations first.
    Serve,
    /// Takes every migration that has not been taken, or takes some back.
    Migrate {
        /// Take back this many migrations instead.
        #[arg(long)]
        down: Option<u32>,
    },
    /// Imports a content folder: services, halls, timetables, calendar, search words, texts.
    Import {
        /// The folder.
        folder: PathBuf,
    },
    /// Copies the embedded database into a file, while the server goes on, and checks the copy.
    Backup {
        /// The file, which must not exist yet.
        file: PathBuf,
    },
    /// Puts a copy in the place of the embedded database; the server must be stopped.
    Restore {
        /// A file that `backup` made.
        file: PathBuf,
    },
    /// Goes through the whole audit log and tells whether any entry was changed or removed.
    VerifyAudit,
    /// What concerns the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Makes an account for a member of staff, which can begin at once, and prints its first password.
    CreateStaff {
        /// The account's name: small letters, digits, points and hyphens.
        username: String,
        /// The name that colleagues use.
        #[arg(long)]
        name: String,
        /// clerk, manager, case-officer, finance, auditor, system-admin or security-admin.
        #[arg(long)]
        role: StaffRole,
        /// The code of the hall, for clerks and managers.
        #[arg(long)]
        hall: Option<String>,
    },
    /// Changes keys while servers go on: that of sealed fields, when nothing else is named.
    RotateKeys {
        #[command(subcommand)]
        change: Option<Change>,
    },
    /// Prints what is kept, whose it is and for how long, as `docs/data.md` has it.
    Holdings,
    /// Prints who may use which path, as `docs/access.md` has it.
    Access,
    /// Looks at everything that a server needs, and says what to do where something is not well.
    Doctor,
    /// Migrates and loads the demonstration bureau; it can be repeated.
    Demo {
        /// The content folder.
        #[arg(long, default_value = "content/yunchuan")]
        content: PathBuf,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// The same as `verify-audit`.
    Verify,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let config = Config::load()?;
    // Of a request that actix cannot read it would write the path and the query, and people put numbers of their own there.
    let filter = EnvFilter::try_new(&config.log)
        .context("BIANMIN_LOG is no log filter")?
        .add_directive("actix_web::types=off".parse()?);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_installed| anyhow::anyhow!("a provider of cryptography was installed before"))?;
    actix_web::rt::System::new().block_on(run(arguments.command, config))
}

async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve(config).await,
        Command::Migrate { down } => {
            let platform = Platform::connect(config).await?;
            match down {
                Some(steps) => platform.db.migrate_down(steps).await?,
                None => platform.db.migrate().await?,
            }
            Ok(())
        }
        Command::Import { folder } => {
            let platform = Platform::connect(config).await?;
            platform.db.migrate().await?;
            let imported = content::import(&platform, &folder).await?;
            info!(
                services = imported.services,
                halls = imported.halls.len(),
                counters = imported.counters,
                "imported"
            );
            Ok(())
        }
        Command::Backup { file } => backup::backup(&config.mode.store, &file).await,
        Command::Restore { file } => backup::restore(&config.mode.store, &file).await,
        Command::VerifyAudit | Command::Audit(AuditCommand::Verify) => verify_audit(config).await,
        Command::CreateStaff {
            username,
            name,
            role,
            hall,
        } => create_staff(config, username, name, role, hall).await,
        Command::RotateKeys { change } => rotate::change(config, change.unwrap_or(Change::Fields)).await,
        Command::Holdings => {
            print!("{}", holdings::table());
            Ok(())
        }
        Command::Access => {
            print!("{}", app::policies()?);
            Ok(())
        }
        Command::Doctor => examine(config).await,
        Command::Demo { content } => {
            let platform = Platform::connect(config).await?;
            platform.db.migrate().await?;
            let loaded = content::load_demo(&platform, &content).await?;
            info!(
                services = loaded.services,
                halls = loaded.halls.len(),
                counters = loaded.counters,
                "loaded"
            );
            Ok(())
        }
    }
}

async fn verify_audit(config: Config) -> anyhow::Result<()> {
    let platform = Platform::connect(config).await?;
    match audit::verify(&platform).await? {
        Verified::Sound { sealed, unsealed } => {
            println!("{sealed} entries, none changed or removed; {unsealed} wait to be sealed.");
            Ok(())
        }
        Verified::Broken { at } => bail!("entry {at} was changed or removed, or another deployment's keys are in use"),
        Verified::Cut { sealed } => bail!("the log ends after {sealed} entries and is not signed as whole there"),
    }
}

async fn create_staff(
    config: Config,
    username: String,
    name: String,
    role: StaffRole,
    hall: Option<String>,
) -> anyhow::Result<()> {
    let platform = Platform::connect(config).await?;
    platform.db.migrate().await?;
    let catalogue = Snapshot::load(platform.db.reader()).await?;
    let hall_id = match &hall {
        None => None,
        Some(code) => {
            let found = catalogue.halls().iter().find(|hall| hall.content.code == *code);
            Some(found.with_context(|| format!("there is no hall {code}"))?.id)
        }
    };
    let wanted = StaffAccountRequest {
        username,
        name,
        role,
        hall_id,
        counters: Vec::new(),
    };
    match identity::create_account(&platform, &wanted, Maker::Operator).await {
        Ok(made) => {
            println!(
                "{} can begin with the password {}",
                made.account.username, made.password
            );
            println!(
                "It works for seven days, at /console or /admin, where an authenticator is set up and another is chosen."
            );
            Ok(())
        }
        Err(Failure::Rejected(problem)) => {
            let told = problem.translated(Language::English);
            let reason = told.extensions.get("reason").and_then(|reason| reason.as_str());
            bail!("{}", reason.unwrap_or(&told.title))
        }
        Err(failure) => bail!("{failure}"),
    }
}

async fn examine(config: Config) -> anyhow::Result<()> {
    let platform = Platform::connect(config).await?;
    let findings = doctor::examine(&platform).await;
    for finding in &findings {
        println!("{}  {}", if finding.well { "well" } else { "ILL " }, finding.sentence);
    }
    ensure!(findings.iter().all(|finding| finding.well), "not everything is well");
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .context("the metrics cannot be recorded")?;
    let listener = TcpListener::bind(config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let platform = Platform::connect(config).await?;
    platform.db.migrate().await?;
    let services = Services::start(platform.clone(), Some(metrics)).await?;
    jobs::start(&platform, &services);
    let (stop, stopping) = watch::channel(false);
    let dispatcher = Dispatcher::new(platform.clone())?.spawn(stopping);
    info!(address = %platform.config.listen, "serving");
    let refusals = services.refusals.clone();
    app::serve(listener, services)?.await?;
    refusals.settle(&platform, true).await;
    // Requests are done; texts that are being sent are finished, the others wait in the database.
    let _listeners = stop.send(true);
    dispatcher.await?;
    Ok(())
}
