//! Cases: what the case system pushes, what each reader is shown of it, and what staff do with it.

mod follow;
mod found;
mod property;
mod staff;
mod upstream;

use serde_json::Value;

use crate::support::{Client, TestApp};

/// The theft case of the demonstration's first resident.
async fn theft(app: &TestApp) -> (Client, Value) {
    let resident = app.resident(1).await;
    let listed = resident.get("/cases").await.expect(200);
    (resident, listed["items"][0].clone())
}

/// The path of a case.
fn path(case: &Value) -> String {
    format!("/cases/{}", case["id"].as_str().unwrap())
}
