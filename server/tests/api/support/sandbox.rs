//! The sandbox as a process of its own: every outside system, over its real protocol.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use shared::time::Instant;

pub struct Sandbox {
    pub address: String,
    http: reqwest::Client,
    process: Child,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

impl Sandbox {
    /// Starts a sandbox that calls this server back, and whose waiting goes fifty times as fast.
    pub fn start(server: &str) -> Self {
        let mut process = Command::new(program())
            .env("SANDBOX_LISTEN", "127.0.0.1:0")
            .env("SANDBOX_CMPP_LISTEN", "127.0.0.1:0")
            .env("SANDBOX_SERVER_URL", server)
            .env("SANDBOX_TIME_SCALE", "50")
            .env("RUST_LOG", "info")
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the sandbox says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("http=") {
                break format!("http://{}", rest.split_whitespace().next().unwrap());
            }
        };
        // Its log is read on, or it would stand still once the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { address, http, process }
    }

    /// Puts the outside world's clock to this instant.
    pub async fn set_clock(&self, now: Instant) {
        let shown = self.put("/clock", json!({ "offset_seconds": 0 })).await;
        let real = chrono::DateTime::parse_from_rfc3339(shown["now"].as_str().unwrap()).unwrap();
        let offset = (now - real.to_utc()).num_seconds();
        self.put("/clock", json!({ "offset_seconds": offset })).await;
    }

    pub async fn fault(&self, fault: Value) {
        assert_eq!(self.post("/faults", fault).await.0, 201);
    }

    /// Lets everything go well again.
    pub async fn heal(&self) {
        self.request(Method::DELETE, "/faults", Value::Null).await;
    }

    pub async fn get(&self, path: &str) -> Value {
        self.request(Method::GET, path, Value::Null).await.1
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.request(Method::PUT, path, body).await.1
    }

    /// Posts, and gives the status and the body of the answer.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.request(Method::POST, path, body).await
    }

    async fn request(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", self.address));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// The sandbox's program, built once beside the program of these tests.
fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let built = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--package", "sandbox"])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap();
            assert!(built.success(), "the sandbox is built");
            let here = std::env::current_exe().unwrap();
            here.parent().and_then(|deps| deps.parent()).unwrap().join("sandbox")
        })
        .clone()
}

/// Waits until something that another process does has happened.
pub async fn eventually<T>(what: &str, seconds: u32, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..seconds * 50 {
        ticks.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
    }
    panic!("{what} did not happen");
}
