//! The phones behind the providers.

use serde_json::{Value, json};

pub use crate::support::{Sandbox as Phones, eventually};

impl Phones {
    /// The texts on a phone, newest first.
    pub async fn texts(&self, phone: &str) -> Vec<Value> {
        let body = self.get(&format!("/sms/messages?phone={phone}")).await;
        body["items"].as_array().unwrap().clone()
    }

    /// A resident answers a text.
    pub async fn reply(&self, phone: &str, text: &str) {
        let body = json!({ "phone": phone, "text": text });
        assert_eq!(self.post("/sms/replies", body).await.0, 202);
    }
}
