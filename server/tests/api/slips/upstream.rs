//! `POST /upstream/documents-ready`: a document that is made has a slip, once.

use serde_json::{Value, json};
use shared::problem::INVALID_FIELD;

use super::{code, id_number, redemption, token};
use crate::support::{Sandbox, TestApp};

fn document(number: &str) -> Value {
    json!({
        "document_no": number, "kind": "passport", "name": "普通护照",
        "person": { "name": "覃娜", "id_number": id_number(2) },
        "hall": "zhongxin", "ready_at": "2026-11-23T07:00:00+08:00", "collect_by": "2026-12-31",
    })
}

async fn push(app: &TestApp, police: &Sandbox, body: Value) -> Value {
    let call = json!({ "path": "/upstream/documents-ready", "body": body, "target_url": app.address });
    police.post("/police/push", call).await.1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_is_made_is_told_and_collected() {
    let (app, police) = TestApp::start_with_sandbox().await;
    let told = push(&app, &police, document("E1")).await;
    assert_eq!(
        (&told["status"], &told["answer"]["items"][0]["result"]),
        (&json!(200), &json!("created"))
    );
    let resident = app.resident(2).await;
    let mine = resident.get("/slips").await.expect(200);
    let slip = &mine["items"][0];
    assert_eq!(
        (&slip["item"], &slip["status"], &slip["collect_by"]),
        (&json!("Passport"), &json!("ready"), &json!("2027-01-01T00:00:00+08:00"))
    );
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-issued'")
            .await,
        1
    );
    let id = slip["id"].as_str().unwrap();
    let (token, typed) = (token(&resident, id).await, code(&resident, id).await);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .post(
            "/slip-redemptions",
            redemption(&token, "a-nonce-of-a-scanner-1", &typed),
        )
        .await
        .expect(201);

    // The same document again changes nothing, also after it was collected.
    let again = push(&app, &police, document("E1")).await;
    assert_eq!(again["answer"]["items"][0]["result"], "unchanged");
    assert_eq!(
        resident.get("/slips").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_cannot_be_taken_names_its_field_and_holds_up_no_other() {
    let (app, police) = TestApp::start_with_sandbox().await;
    for (field, value) in [
        ("hall", json!("nowhere")),
        ("document_no", json!("")),
        ("name", json!(" ")),
    ] {
        let mut wrong = document("E1");
        wrong[field] = value;
        let told = push(&app, &police, wrong).await;
        assert_eq!(told["status"], INVALID_FIELD.status, "{told}");
        assert_eq!(told["answer"]["field"], field);
    }
    let mut another = document("E2");
    another["person"]["name"] = json!("张伟");
    let told = push(&app, &police, json!({ "items": [document("E1"), another] })).await;
    let results = |at: usize| told["answer"]["items"][at]["result"].clone();
    assert_eq!((results(0), results(1)), (json!("created"), json!("refused")), "{told}");
    assert!(
        !told["answer"].to_string().contains("张伟"),
        "what was sent is not repeated"
    );
}
