//! `/me`: the account, its identity and family.

mod passkeys;
mod privacy;

use serde_json::json;
use shared::{
    identity::wire::{FAMILY_FULL, IDENTITY_BOUND, IDENTITY_MISMATCH, IDENTITY_REQUIRED},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND, UNAUTHENTICATED},
};

use crate::support::TestApp;

const NEWCOMER: &str = "13900000001";
const SOMEONE: &str = "11010519491231002X";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_is_bound_once_and_stays() {
    let app = TestApp::start().await;
    let newcomer = app.sign_in(NEWCOMER).await;
    assert_eq!(newcomer.get("/me").await.expect(200)["person"], json!(null));
    let identity = json!({"name": "张三", "id_number": SOMEONE});
    let person = newcomer.put("/me/identity", identity.clone()).await.expect(200);
    assert_eq!(person["name"], "张*");
    assert_eq!(person["id_number"], "110***********002X");
    assert_eq!(newcomer.get("/me").await.expect(200)["person"]["id"], person["id"]);
    newcomer.put("/me/identity", identity).await.expect(200);

    let other = json!({"name": "李四", "id_number": "110101199003074530"});
    newcomer.put("/me/identity", other).await.refused(&IDENTITY_BOUND);
    let bound = "SELECT count(*) FROM audit_entries WHERE action = 'identity.bind'";
    assert_eq!(app.count(bound).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_check_digit_changes_nothing() {
    let app = TestApp::start().await;
    let newcomer = app.sign_in(NEWCOMER).await;
    let persons = app.count("SELECT count(*) FROM persons").await;
    let answer = newcomer
        .put(
            "/me/identity",
            json!({"name": "张三", "id_number": "110105194912310021"}),
        )
        .await;
    let problem = answer.refused(&INVALID_FIELD);
    assert_eq!(problem["field"], "id_number");
    assert!(
        !answer.text.contains("110105194912310021"),
        "what was typed is not repeated"
    );
    assert_eq!(app.count("SELECT count(*) FROM persons").await, persons);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_belongs_to_one_account_and_one_name() {
    let app = TestApp::start().await;
    let first = app.sign_in(NEWCOMER).await;
    first
        .put("/me/identity", json!({"name": "张三", "id_number": SOMEONE}))
        .await
        .expect(200);
    let second = app.sign_in("13900000002").await;
    second
        .put("/me/identity", json!({"name": "李四", "id_number": SOMEONE}))
        .await
        .refused(&IDENTITY_MISMATCH);
    second
        .put("/me/identity", json!({"name": "张三", "id_number": SOMEONE}))
        .await
        .refused(&IDENTITY_BOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn family_members_are_added_up_to_five_and_removed() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let numbers = [
        "110101199003074530",
        "110101199003074610",
        "110101199003074733",
        "110101199003074856",
        "110101199003074979",
    ];
    let valid: Vec<String> = numbers.iter().map(|number| with_check_digit(&number[..17])).collect();
    for number in &valid {
        let member = json!({"name": "王小明", "id_number": number, "relation": "子女"});
        resident.post("/me/family", member).await.expect(201);
    }
    let sixth = json!({"name": "王小红", "id_number": SOMEONE, "relation": "子女"});
    resident.post("/me/family", sixth.clone()).await.refused(&FAMILY_FULL);
    let members = resident.get("/me/family").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(members.len(), 5);
    let first = members[0]["id"].as_str().unwrap();
    app.resident(2)
        .await
        .delete(&format!("/me/family/{first}"))
        .await
        .refused(&NOT_FOUND);
    resident.delete(&format!("/me/family/{first}")).await.expect(204);
    resident.post("/me/family", sixth).await.expect(201);
}

fn with_check_digit(body: &str) -> String {
    format!(
        "{body}{}",
        shared::identity::rules::IdNumber::check_character(body).unwrap()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_an_identity_says_so() {
    let app = TestApp::start().await;
    let newcomer = app.sign_in(NEWCOMER).await;
    let body = json!({"window_id": uuid::Uuid::nil(), "service_id": uuid::Uuid::nil()});
    newcomer.post("/holds", body.clone()).await.refused(&IDENTITY_REQUIRED);
    app.anyone()
        .post("/holds", body.clone())
        .await
        .refused(&UNAUTHENTICATED);
    app.staff("clerk-zhongxin-1")
        .await
        .post("/holds", body)
        .await
        .refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_numbers_and_phones_are_nowhere_in_the_database_file() {
    let app = TestApp::start().await;
    let newcomer = app.sign_in(NEWCOMER).await;
    newcomer
        .put("/me/identity", json!({"name": "欧阳金丝雀", "id_number": SOMEONE}))
        .await
        .expect(200);
    let server::config::Store::Sqlite(path) = &app.platform.config.mode.store else {
        return;
    };
    for file in [path.clone(), path.with_extension("sqlite3-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for canary in [NEWCOMER, "欧阳金丝雀", SOMEONE, "13800000001"] {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{canary} stands in {}", file.display());
        }
    }
}
