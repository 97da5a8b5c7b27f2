//! `GET /cases`, `GET /cases/{id}`, `PUT …/subscription`, `…/proxies`: a resident follows a case.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    cases::wire::{PROXIES_FULL, REVIEW_NOT_OPEN},
    identity::{passkeys::PROOF_REQUIRED, wire::WECHAT_UNLINKED},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND, UNAUTHENTICATED},
};

use super::{path, theft};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_victim_of_a_theft_reads_how_far_the_case_has_come() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    assert_eq!(case["title"], "笔记本电脑被盗案");
    assert_eq!(case["roles"], json!(["reporter", "victim"]));
    assert_eq!(case["latest"], "Property found");

    let page = resident.get(&path(&case)).await.expect(200);
    let timeline = page["timeline"].as_array().unwrap();
    let steps: Vec<_> = timeline.iter().map(|entry| entry["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["accepted", "filed", "property-found"]);
    assert_eq!(timeline[1]["basis"], "《公安机关办理刑事案件程序规定》第一百七十八条");
    assert_eq!(
        timeline[1]["details"][0],
        json!({"field": "document_no", "label": "Document", "value": "云公（观）立字〔2026〕第506号"})
    );
    assert_eq!(page["property"][0]["state"], "held");
    assert_eq!(page["property"][0]["value_fen"], 620_000);
    assert_eq!(page["property"][1]["state"], "missing");
    assert_eq!(page["measures"], json!([]));
    assert_eq!(page["subscription"], json!({"sms": true, "wechat": false}));
    assert_eq!(page["review"], json!({"status": "none"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_persons_case_does_not_exist() {
    let app = TestApp::start().await;
    let (_, case) = theft(&app).await;
    let other = app.resident(2).await;
    assert_eq!(other.get("/cases").await.expect(200)["items"], json!([]));
    other.get(&path(&case)).await.refused(&NOT_FOUND);
    let told = json!({"sms": false, "wechat": false});
    other
        .put(&format!("{}/subscription", path(&case)), told)
        .await
        .refused(&NOT_FOUND);
    other
        .post(&format!("{}/review-request", path(&case)), json!({}))
        .await
        .refused(&NOT_FOUND);
    app.anyone().get("/cases").await.refused(&UNAUTHENTICATED);
    app.staff("case-officer-1")
        .await
        .get("/cases")
        .await
        .refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_case_is_gone_from_every_page() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    app.execute("UPDATE cases SET sealed = TRUE").await;
    assert_eq!(resident.get("/cases").await.expect(200)["items"], json!([]));
    resident.get(&path(&case)).await.refused(&NOT_FOUND);
    let look = json!({"case_no": case["case_no"], "reason": "核对案件信息"});
    let officer = app.staff("case-officer-1").await;
    officer.post("/case-lookups", look).await.refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_chooses_how_to_be_told() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    let subscription = format!("{}/subscription", path(&case));
    // WeChat can be chosen once one is linked.
    let unlinked = json!({"sms": false, "wechat": true});
    resident.put(&subscription, unlinked).await.refused(&WECHAT_UNLINKED);
    let chosen = json!({"sms": false, "wechat": false});
    assert_eq!(resident.put(&subscription, chosen.clone()).await.expect(200), chosen);
    assert_eq!(resident.get(&path(&case)).await.expect(200)["subscription"], chosen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_is_investigated_leaves_nothing_to_be_reviewed() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    resident
        .post(&format!("{}/review-request", path(&case)), json!({}))
        .await
        .refused(&REVIEW_NOT_OPEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_victim_authorises_reads_less_and_only_for_a_time() {
    let app = TestApp::start().await;
    let (victim, case) = theft(&app).await;
    let proxies = format!("{}/proxies", path(&case));
    let wish = |until: &str| json!({"name": "覃娜", "id_number": "539901195403043444", "until": until});
    victim.post(&proxies, wish("2026-11-22")).await.refused(&INVALID_FIELD);
    victim.post(&proxies, wish("2028-11-22")).await.refused(&INVALID_FIELD);
    let myself = json!({"name": "杨云舟", "id_number": "539901198801040779", "until": "2026-12-01"});
    victim.post(&proxies, myself).await.refused(&INVALID_FIELD);
    victim.post(&proxies, wish("2026-11-30")).await.refused(&PROOF_REQUIRED);
    app.prove(&victim, 1, "name-representative").await;
    let proxy = victim.post(&proxies, wish("2026-11-30")).await.expect(201);
    assert_eq!(proxy["name"], "覃*");

    let reader = app.resident(2).await;
    let page = reader.get(&path(&case)).await.expect(200);
    assert_eq!(page["roles"], json!(["proxy"]));
    let filed = &page["timeline"][1];
    assert_eq!((&filed["step"], &filed["details"]), (&json!("filed"), &json!([])));
    assert_eq!(page["property"][0]["value_fen"], json!(null));
    assert_eq!(
        page["proxies"],
        json!([]),
        "whom the victim authorised is the victim's affair"
    );
    reader.post(&proxies, wish("2026-11-30")).await.refused(&FORBIDDEN);

    app.clock.advance(TimeDelta::days(8));
    app.resident_again(2).await.get(&path(&case)).await.refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorisation_is_taken_back_and_three_are_enough() {
    let app = TestApp::start().await;
    let (victim, case) = theft(&app).await;
    let proxies = format!("{}/proxies", path(&case));
    let residents: toml::Table =
        std::fs::read_to_string(crate::support::root().join("content/yunchuan/residents.toml"))
            .unwrap()
            .parse()
            .unwrap();
    let wish = |number: usize| {
        let person = &residents["resident"][number - 1];
        json!({"name": person["name"].as_str(), "id_number": person["id_number"].as_str(), "until": "2026-12-24"})
    };
    let mut added = Vec::new();
    for number in 2..5 {
        app.prove(&victim, 1, "name-representative").await;
        added.push(victim.post(&proxies, wish(number)).await.expect(201));
    }
    app.prove(&victim, 1, "name-representative").await;
    victim.post(&proxies, wish(5)).await.refused(&PROXIES_FULL);
    let one = format!("{proxies}/{}", added[0]["person_id"].as_str().unwrap());
    victim.delete(&one).await.expect(204);
    victim.delete(&one).await.refused(&NOT_FOUND);
    app.resident(2).await.get(&path(&case)).await.refused(&NOT_FOUND);
    victim.post(&proxies, wish(5)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_read_what_the_steps_mean() {
    let app = TestApp::start().await;
    let steps = app.anyone().get("/case-steps").await.expect(200);
    let steps = steps["items"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["meaning"].as_str().unwrap().len() > 20));
    assert!(!steps.iter().any(|step| step["step"] == "technical-measure"));
}
