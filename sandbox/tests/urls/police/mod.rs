//! `/police/…`.

use aws_lc_rs::{
    digest,
    signature::{ED25519, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::{
    fiscal::Signed,
    support::{Received, Rig},
};

async fn verifies(rig: &Rig, push: &Received) -> bool {
    let keys = rig.get("/police/keys.json").await;
    let items = keys["items"].as_array().unwrap();
    let key = items
        .iter()
        .find(|key| key["system"] == push.header("x-system"))
        .unwrap();
    let key = BASE64_STANDARD.decode(key["public_key"].as_str().unwrap()).unwrap();
    let digest = format!(
        "SHA-256={}",
        BASE64_STANDARD.encode(digest::digest(&digest::SHA256, &push.body))
    );
    let message = format!(
        "POST\n{}\n{}\n{}\n{}\n{}\n{digest}\n",
        push.path,
        push.header("x-system"),
        push.header("x-timestamp"),
        push.header("x-nonce"),
        push.header("x-sequence"),
    );
    let signature = BASE64_STANDARD.decode(push.header("x-signature")).unwrap_or_default();
    push.header("digest") == digest
        && UnparsedPublicKey::new(&ED25519, key)
            .verify(message.as_bytes(), &signature)
            .is_ok()
}

#[actix_web::test]
async fn a_push_is_signed_by_the_system_that_owns_the_path() {
    let rig = Rig::start().await;
    for (path, system) in [
        ("/upstream/decisions", "traffic-police"),
        ("/upstream/case-events", "case-system"),
        ("/api/v1/upstream/documents-ready", "document-system"),
    ] {
        let (status, told) = rig
            .post("/police/push", json!({ "path": path, "body": { "x": "一" } }))
            .await;
        assert_eq!((status, &told["status"]), (200, &json!(200)));
        let pushes = rig.server.received("/api/v1/upstream/");
        let push = pushes.last().unwrap();
        assert_eq!(push.header("x-system"), system);
        assert!(verifies(&rig, push).await, "{path}");
    }
}

#[actix_web::test]
async fn sequences_grow_and_a_test_can_say_what_is_wrong() {
    let rig = Rig::start().await;
    let body = json!({ "path": "/upstream/decisions", "body": { "decision_no": "1" } });
    rig.post("/police/push", body.clone()).await;
    rig.post("/police/push", body.clone()).await;
    let pushes = rig.server.received("/api/v1/upstream/decisions");
    let sequence = |push: &Received| push.header("x-sequence").parse::<i64>().unwrap();
    assert_eq!(sequence(&pushes[1]), sequence(&pushes[0]) + 1);
    assert_ne!(pushes[0].header("x-nonce"), pushes[1].header("x-nonce"));

    let mut chosen = body.clone();
    for (field, value) in [
        ("sequence", json!(7)),
        ("nonce", json!("n")),
        ("timestamp", json!(1)),
        ("system", json!("case-system")),
    ] {
        chosen[field] = value;
    }
    rig.post("/police/push", chosen).await;
    let push = &rig.server.received("/api/v1/upstream/decisions")[2];
    assert_eq!((sequence(push), push.header("x-system")), (7, "case-system"));
    assert!(verifies(&rig, push).await);

    rig.fault(json!({ "target": "police-push", "kind": "corrupt", "count": 1 }))
        .await;
    rig.post("/police/push", body.clone()).await;
    assert!(!verifies(&rig, &rig.server.received("/api/v1/upstream/decisions")[3]).await);
    rig.fault(json!({ "target": "police-push", "kind": "duplicate", "count": 1 }))
        .await;
    rig.post("/police/push", body).await;
    let pushes = rig.server.received("/api/v1/upstream/decisions");
    assert_eq!(
        (pushes.len(), pushes[4].header("x-nonce")),
        (6, pushes[5].header("x-nonce"))
    );
}

#[actix_web::test]
async fn every_story_is_told_about_a_resident() {
    let rig = Rig::start().await;
    let stories = rig.get("/police/scenarios").await;
    for story in stories["items"].as_array().unwrap() {
        let path = format!("/police/scenarios/{}", story["name"].as_str().unwrap());
        let (status, told) = rig.post(&path, json!({ "phone": "13800000002" })).await;
        assert_eq!(status, 200, "{path}");
        for step in told["steps"].as_array().unwrap() {
            assert_eq!(step["told"]["status"], 200);
            assert!(!step["body"].to_string().contains("{{"), "{path} leaves something out");
        }
    }
    let mut case_no = String::new();
    for push in rig.server.received("/api/v1/upstream/case") {
        let told = push.json()["case_no"].as_str().unwrap().to_owned();
        if push.path.ends_with("/cases") {
            assert_ne!(case_no, told, "each case has a number of its own");
            case_no = told;
        } else {
            assert_eq!(case_no, told, "later stories go on with the last case");
        }
    }
    assert_eq!((case_no.len(), case_no.starts_with('A')), (23, true));
    assert_eq!(
        rig.post("/police/scenarios/decision", json!({ "phone": "13899999999" }))
            .await
            .0,
        404
    );
}

#[actix_web::test]
async fn a_write_back_counts_once_and_its_repetitions_are_seen() {
    let rig = Rig::start().await;
    let payment = json!({ "decision_no": "1", "transaction_id": "42", "amount_fen": 100, "paid_at": "2026-11-22T09:00:00+08:00" });
    let path = "/police/traffic-police/payments";
    assert_eq!(
        Signed::post(path, payment.clone()).send(&rig).await.0,
        400,
        "without a key"
    );
    assert_eq!(Signed::post(path, payment.clone()).key("k1").send(&rig).await.0, 201);
    assert_eq!(Signed::post(path, payment).key("k1").send(&rig).await.0, 200);
    assert_eq!(
        Signed::post(path, json!({ "amount_fen": 1 }))
            .key("k1")
            .send(&rig)
            .await
            .0,
        409
    );
    assert_eq!(
        Signed::post("/police/fire-brigade/payments", json!({}))
            .key("k")
            .send(&rig)
            .await
            .0,
        404
    );
    let forged = Signed {
        secret: "guess",
        ..Signed::post(path, json!({})).key("k2")
    };
    assert_eq!(forged.send(&rig).await.0, 401);
    let items = rig.get("/police/write-backs?kind=payments").await;
    assert_eq!(items["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &items["items"][0]["deliveries"],
            &items["items"][0]["body"]["amount_fen"]
        ),
        (&json!(2), &json!(100))
    );
    let (_, day) = Signed::get("/police/traffic-police/settlements/2026-11-22")
        .send(&rig)
        .await;
    assert_eq!(day["items"][0]["transaction_id"], "42");
    rig.fault(json!({ "target": "police", "kind": "5xx", "count": 1 }))
        .await;
    assert_eq!(Signed::post(path, json!({})).key("k3").send(&rig).await.0, 500);
}

#[actix_web::test]
async fn a_handled_record_becomes_a_decision() {
    let rig = Rig::start().await;
    rig.post("/police/scenarios/camera-violation", json!({})).await;
    let violation = rig.server.received("/api/v1/upstream/violations")[0].json();
    let handled = json!({ "violation_no": violation["violation_no"], "confirmed_at": "2026-11-22T09:00:00+08:00" });
    assert_eq!(
        Signed::post("/police/traffic-police/handlings", handled)
            .key("h1")
            .send(&rig)
            .await
            .0,
        201
    );
    let decision = rig.server.wait_for("/api/v1/upstream/decisions", 1).await[0].json();
    assert_eq!(decision["violation_no"], violation["violation_no"]);
    assert_eq!(
        (&decision["fine_fen"], &decision["person"]),
        (&violation["fine_fen"], &violation["person"])
    );
}

#[actix_web::test]
async fn people_tell_stories_on_a_page() {
    let rig = Rig::start().await;
    let page = rig
        .http
        .get(format!("{}/police/", rig.base))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("笔记本电脑被盗"));
    let answer = rig
        .http
        .post(format!("{}/police/", rig.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("phone=13800000001&story=decision")
        .send()
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("decision_no"));
    assert_eq!(rig.server.received("/api/v1/upstream/decisions").len(), 1);
}
