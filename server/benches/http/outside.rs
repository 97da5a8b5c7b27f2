//! The outside world of the rows that need one: the sandbox, as a process of its own beside the server.

use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    bureau::Bureau,
    load::{self, Connection},
    program::{self, Program},
};

/// A server and the sandbox that it speaks to.
pub struct Outside {
    // The server ends first: it calls the sandbox.
    pub server: Program,
    pub sandbox: Program,
}

impl Outside {
    /// Starts both.
    pub async fn open(bureau: &Bureau) -> Result<Self> {
        let (address, server) = (program::free_address()?, program::free_address()?);
        let mut command = Command::new(program::binary().with_file_name("sandbox"));
        command
            .env("SANDBOX_LISTEN", address.to_string())
            .env("SANDBOX_CMPP_LISTEN", "127.0.0.1:0")
            .env("SANDBOX_SERVER_URL", format!("http://{server}"))
            .env("RUST_LOG", "off");
        let (sandbox, _) = Program::start(command, address, "/healthz").await?;
        let server = bureau.site().serve_beside(server, address).await?;
        Ok(Self { server, sandbox })
    }

    /// What the sandbox answers.
    pub async fn ask(&self, request: &[u8]) -> Result<Value> {
        let mut connection = Connection::open(self.sandbox.address).await?;
        let (status, body) = connection.exchange(request).await?;
        ensure!(status < 300, "{status}: {}", String::from_utf8_lossy(body));
        Ok(serde_json::from_slice(body)?)
    }

    /// Has the traffic police push something to the server, which has to take it.
    pub async fn push(&self, path: &str, body: &Value) -> Result<()> {
        let wish = serde_json::json!({ "path": path, "body": body }).to_string();
        let told = self.ask(&load::post("/police/push", "", &wish)).await?;
        ensure!(told["status"] == 200, "a push is not taken: {told}");
        Ok(())
    }
}
