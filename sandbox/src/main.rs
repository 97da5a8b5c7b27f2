//! The sandbox as a process.

use std::io;

use sandbox::config::Config;
use tracing_subscriber::EnvFilter;

#[actix_web::main]
async fn main() -> io::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let running = sandbox::start(Config::from_env()).await?;
    tracing::info!(http = %running.http, cmpp = %running.cmpp, "the sandbox listens");
    running.wait().await
}
