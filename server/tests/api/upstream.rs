//! `POST /upstream/…`: who may push, how often, and in which order.

use serde_json::{Value, json};
use shared::{
    identity::wire::{IDENTITY_MISMATCH, IDENTITY_REQUIRED},
    problem::{self, ProblemType},
    upstream::wire::{UPSTREAM_ORDER, UPSTREAM_REPLAYED, UPSTREAM_SIGNATURE},
};

use crate::support::{Sandbox, TestApp};

const PATH: &str = "/upstream/decisions";

fn decision(number: u32) -> Value {
    json!({
        "decision_no": format!("5399{number:012}"),
        "person": { "name": "杨云舟", "id_number": "539901198801040779" },
        "facts": "驾驶机动车违反规定停放", "legal_basis": "《道路交通安全法》第九十三条",
        "fine_fen": 15_000, "decided_on": "2026-11-20", "received_on": "2026-11-20", "due_on": "2026-12-05",
        "status": "open", "agency": "云川市公安局交通警察支队",
    })
}

/// Pushes as the traffic police do, with what is wrong about it; gives the status and the server's answer.
async fn push(app: &TestApp, sandbox: &Sandbox, body: Value, wrong: Value) -> (u64, Value) {
    let mut call = json!({ "path": PATH, "body": body, "target_url": app.address });
    for (name, value) in wrong.as_object().unwrap() {
        call[name] = value.clone();
    }
    let (_, told) = sandbox.post("/police/push", call).await;
    (told["status"].as_u64().unwrap(), told["answer"].clone())
}

#[track_caller]
fn refused((status, answer): (u64, Value), kind: &ProblemType) -> Value {
    assert_eq!(
        (status, answer["type"].as_str()),
        (u64::from(kind.status), Some(kind.path().as_str()))
    );
    answer
}

async fn decisions(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM decisions WHERE decision_no LIKE '53990000%'")
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_call_is_taken_and_the_same_content_again_changes_nothing() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let (status, answer) = push(&app, &sandbox, decision(1), json!({})).await;
    assert_eq!((status, &answer["items"][0]["result"]), (200, &json!("created")));
    let (status, answer) = push(&app, &sandbox, decision(1), json!({})).await;
    assert_eq!((status, &answer["items"][0]["result"]), (200, &json!("unchanged")));
    assert_eq!(decisions(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_signature_does_not_hold_is_refused_before_it_is_read() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    for kind in ["corrupt", "unsigned"] {
        sandbox
            .fault(json!({ "target": "police-push", "kind": kind, "count": 1 }))
            .await;
        refused(push(&app, &sandbox, decision(1), json!({})).await, &UPSTREAM_SIGNATURE);
    }
    // Another system's signature is good, and not for this path.
    refused(
        push(&app, &sandbox, decision(1), json!({ "system": "case-system" })).await,
        &UPSTREAM_SIGNATURE,
    );
    app.anyone().post(PATH, decision(1)).await.refused(&UPSTREAM_SIGNATURE);
    assert_eq!(decisions(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_from_another_time_is_refused() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let now = crate::support::monday_at_eight().timestamp();
    for timestamp in [now - 301, now + 301, 0, i64::MIN, i64::MAX] {
        refused(
            push(&app, &sandbox, decision(1), json!({ "timestamp": timestamp })).await,
            &UPSTREAM_SIGNATURE,
        );
    }
    assert_eq!(
        push(&app, &sandbox, decision(1), json!({ "timestamp": now - 299 }))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nonce_is_good_once_even_when_calls_come_at_once() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let nonce = json!({ "nonce": "0123456789abcdef" });
    assert_eq!(push(&app, &sandbox, decision(1), nonce.clone()).await.0, 200);
    refused(push(&app, &sandbox, decision(2), nonce).await, &UPSTREAM_REPLAYED);
    let mut calls = Vec::new();
    for number in 3..11 {
        let mut call = json!({ "path": PATH, "body": decision(number), "target_url": app.address });
        call["nonce"] = json!("fedcba9876543210");
        calls.push(sandbox.post("/police/push", call));
    }
    let told = futures::future::join_all(calls).await;
    let taken = told.iter().filter(|(_, told)| told["status"] == 200).count();
    assert_eq!((taken, decisions(&app).await), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_in_the_sequence_is_no_harm_and_what_comes_late_is_refused() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    assert_eq!(
        push(&app, &sandbox, decision(1), json!({ "sequence": 10 })).await.0,
        200
    );
    assert_eq!(
        push(&app, &sandbox, decision(2), json!({ "sequence": 20 })).await.0,
        200
    );
    for sequence in [20, 15, 10] {
        let told = push(&app, &sandbox, decision(3), json!({ "sequence": sequence })).await;
        assert_eq!(refused(told, &UPSTREAM_ORDER)["last_sequence"], 20);
    }
    assert_eq!(decisions(&app).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_entry_cannot_be_taken_may_come_again_under_its_own_number() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let mut wrong = decision(1);
    wrong["surcharge_fen"] = json!(15_001);
    let answer = refused(
        push(&app, &sandbox, wrong, json!({ "sequence": 10 })).await,
        &problem::INVALID_FIELD,
    );
    assert_eq!(answer["field"], "surcharge_fen");
    assert_eq!(
        push(&app, &sandbox, decision(1), json!({ "sequence": 10 })).await.0,
        200
    );
    refused(
        push(&app, &sandbox, json!({ "decision_no": 7 }), json!({})).await,
        &problem::MALFORMED,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_carries_up_to_a_thousand_entries_and_a_bad_one_holds_up_no_other() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let mut items: Vec<Value> = (1..=1000).map(decision).collect();
    items[7]["person"]["id_number"] = json!("539901198801040770");
    let (status, answer) = push(&app, &sandbox, json!({ "items": items }), json!({})).await;
    assert_eq!(status, 200);
    let results = answer["items"].as_array().unwrap();
    assert_eq!(results.iter().filter(|item| item["result"] == "created").count(), 999);
    assert_eq!(results[7]["result"], "refused");
    assert!(
        !answer.to_string().contains("539901198801040770"),
        "a refusal repeats no personal data"
    );
    items.push(decision(1001));
    refused(
        push(&app, &sandbox, json!({ "items": items }), json!({})).await,
        &problem::TOO_LARGE,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_police_system_says_of_a_name_counts_more_than_what_was_claimed() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let someone = "11010519491231002X";
    let claimant = app.sign_in("13900000001").await;
    let wrong = json!({"name": "张三丰", "id_number": someone});
    claimant.put("/me/identity", wrong.clone()).await.expect(200);
    let relative = app.resident(2).await;
    let claimed = json!({"name": "张三丰", "id_number": someone, "relation": "父母"});
    relative.post("/me/family", claimed).await.expect(201);

    let of = |number: u32, name: &str| {
        let mut body = decision(number);
        body["person"] = json!({"name": name, "id_number": someone});
        body
    };
    let taken = async |number, name| {
        let (status, answer) = push(&app, &sandbox, of(number, name), json!({})).await;
        assert_eq!(status, 200, "{answer}");
        answer["items"][0]["result"].clone()
    };
    assert_eq!(taken(1, "张三").await, "created");
    let families = "SELECT count(*) FROM family_members";
    let ended = "SELECT count(*) FROM audit_entries WHERE action = 'identity.claims_end'";
    assert_eq!((app.count(families).await, app.count(ended).await), (0, 1));

    // The one whose number it is has it, and sees what was pushed; whoever claimed it under another name sees nothing.
    let owner = app.sign_in("13900000002").await;
    let right = json!({"name": "张三", "id_number": someone});
    owner.put("/me/identity", right).await.expect(200);
    assert_eq!(
        owner.get("/decisions").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // What was remembered of the session is forgotten within seconds.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    claimant.get("/decisions").await.refused(&IDENTITY_REQUIRED);
    claimant.put("/me/identity", wrong).await.refused(&IDENTITY_MISMATCH);

    // What one police system has vouched for, another cannot change.
    let foreign = push(&app, &sandbox, of(2, "张三丰"), json!({})).await;
    refused(foreign, &problem::INVALID_FIELD);
    assert_eq!(taken(3, "张三").await, "created");
}
