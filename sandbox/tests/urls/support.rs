//! A sandbox on free ports, and a listener in the place of the server.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use sandbox::{Running, config::Config};
use serde_json::Value;

/// A running sandbox and a client for it.
pub struct Rig {
    /// The sandbox's base address.
    pub base: String,
    /// Its processes.
    pub running: Running,
    /// A client with a timeout.
    pub http: reqwest::Client,
    /// What the sandbox pushed.
    pub server: Server,
}

/// What a push looked like when it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Inbox {
    received: Vec<Received>,
    /// Statuses to answer with, one after another; 200 once they have run out.
    answers: Vec<u16>,
}

/// A listener in the place of the server: it notes every push and answers as it is told.
#[derive(Clone)]
pub struct Server {
    pub base: String,
    inbox: Arc<Mutex<Inbox>>,
}

impl Server {
    fn start() -> Self {
        let inbox: Arc<Mutex<Inbox>> = Arc::default();
        let data = web::Data::from(inbox.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(note)))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        tokio::spawn(server);
        Self { base, inbox }
    }

    /// The next pushes are answered with these statuses.
    pub fn answer_with(&self, mut statuses: Vec<u16>) {
        statuses.reverse();
        self.inbox.lock().unwrap().answers = statuses;
    }

    pub fn received(&self, path: &str) -> Vec<Received> {
        self.inbox
            .lock()
            .unwrap()
            .received
            .iter()
            .filter(|push| push.path.starts_with(path))
            .cloned()
            .collect()
    }

    /// Waits until `count` pushes have come to `path`.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Received> {
        for _ in 0..200 {
            let received = self.received(path);
            if received.len() >= count {
                return received;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!(
            "{count} pushes to {path} were expected, and {} came",
            self.received(path).len()
        );
    }
}

async fn note(inbox: web::Data<Mutex<Inbox>>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut inbox = inbox.lock().unwrap();
    inbox.received.push(Received {
        path: request.uri().to_string(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
            .collect(),
        body: body.to_vec(),
    });
    let status = inbox.answers.pop().unwrap_or(200);
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).finish()
}

impl Rig {
    /// Waiting goes a hundred times as fast as in reality.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let server = Server::start();
        let mut config = Config {
            listen: "127.0.0.1:0".into(),
            cmpp_listen: "127.0.0.1:0".into(),
            server_url: server.base.clone(),
            time_scale: 100,
            ..Config::default()
        };
        change(&mut config);
        let running = sandbox::start(config).await.unwrap();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()
            .unwrap();
        Self {
            base: format!("http://{}", running.http),
            running,
            http,
            server,
        }
    }

    pub fn host(&self) -> String {
        self.running.http.to_string()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self
            .http
            .put(format!("{}{path}", self.base))
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn fault(&self, fault: Value) {
        assert_eq!(self.post("/faults", fault).await.0, 201);
    }
}
