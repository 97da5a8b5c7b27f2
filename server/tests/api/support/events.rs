//! A client of server-sent events.

use futures::StreamExt;
use serde_json::Value;

use super::Client;

/// Listens to a stream of events.
pub struct Events {
    stream: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Events {
    pub async fn open(client: &Client, path: &str) -> Self {
        let response = client.request(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            stream: response.bytes_stream().boxed(),
            text: String::new(),
        }
    }

    /// The data of the next event; nothing once the stream has ended.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event
                    .lines()
                    .find_map(|line| line.strip_prefix("data: "))
                    .map(ToOwned::to_owned);
                self.text = String::from(rest);
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(10), self.stream.next()).await;
            let chunk = chunk.expect("an event comes within ten seconds")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }
}
