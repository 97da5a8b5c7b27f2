//! `/case-lookups`, `/case-enquiries`, `/case-publications`, `/case-interferences`: what staff do with cases, and who sees that they did.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    cases::wire::{CASE_EVENT_GONE, CASE_STEP_ORDER, LOOKUP_QUOTA, STEP_UP_REQUIRED},
    identity::wire::ACCOUNT_LOCKED,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use super::{path, theft};
use crate::support::{Client, TestApp};

async fn look(officer: &Client, case: &Value) -> crate::support::Answer {
    let body = json!({"case_no": case["case_no"], "reason": "核对受害人联系方式"});
    officer.post("/case-lookups", body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_reads_a_case_masked_and_the_auditor_sees_why() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let file = look(&officer, &case).await.expect(200);
    assert_eq!(file["masked"], true);
    assert_eq!(file["parties"][0]["name"], "杨**");
    assert_eq!(file["parties"][0]["id_number"], "539***********0779");
    assert_eq!(file["state"], "under-way");
    assert_eq!(file["publications"].as_array().unwrap().len(), 3);

    let auditor = app.staff("auditor-1").await;
    let enquiries = auditor.get("/case-enquiries").await.expect(200);
    assert_eq!(enquiries["items"][0]["id"], file["enquiry_id"]);
    assert_eq!(enquiries["items"][0]["staff"], "汪长江");
    assert_eq!(enquiries["items"][0]["reason"], "核对受害人联系方式");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'case.look-up'")
            .await,
        1
    );
    look(&resident, &case).await.refused(&FORBIDDEN);
    look(&auditor, &case).await.refused(&FORBIDDEN);
    officer.get("/case-enquiries").await.refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_needs_a_reason_and_is_recorded_even_when_it_finds_nothing() {
    let app = TestApp::start().await;
    let officer = app.staff("case-officer-1").await;
    let missing = "A5399000000002020010001";
    for reason in ["", "  看  "] {
        let body = json!({"case_no": missing, "reason": reason});
        officer.post("/case-lookups", body).await.refused(&INVALID_FIELD);
    }
    let body = json!({"case_no": "42", "reason": "核对案件信息"});
    officer.post("/case-lookups", body).await.refused(&INVALID_FIELD);
    look(&officer, &json!({"case_no": missing})).await.refused(&NOT_FOUND);
    let auditor = app.staff("auditor-1").await;
    let enquiries = auditor.get("/case-enquiries").await.expect(200);
    assert_eq!(enquiries["items"].as_array().unwrap().len(), 1);
    assert_eq!(enquiries["items"][0]["found"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_shown_whole_only_for_a_new_one_time_code() {
    let app = TestApp::start().await;
    let (_, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let used = app.staff_credentials("case-officer-1")["totp"].clone();
    let ask =
        |totp: Value| json!({"case_no": case["case_no"], "reason": "核对受害人联系方式", "unmask": true, "totp": totp});
    officer
        .post("/case-lookups", ask(json!(null)))
        .await
        .refused(&STEP_UP_REQUIRED);
    officer
        .post("/case-lookups", ask(json!("000000")))
        .await
        .refused(&STEP_UP_REQUIRED);
    officer
        .post("/case-lookups", ask(used))
        .await
        .refused(&STEP_UP_REQUIRED);
    app.clock.advance(TimeDelta::seconds(60));
    let fresh = app.staff_credentials("case-officer-1")["totp"].clone();
    let file = officer.post("/case-lookups", ask(fresh.clone())).await.expect(200);
    assert_eq!(file["parties"][0]["name"], "杨云舟");
    assert_eq!(file["masked"], false);
    officer
        .post("/case-lookups", ask(fresh))
        .await
        .refused(&STEP_UP_REQUIRED);
    let unmasked = "SELECT count(*) FROM case_enquiries WHERE unmasked = TRUE";
    assert_eq!(app.count(unmasked).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_wrong_codes_lock_the_account_also_when_somebody_is_signed_in() {
    let app = TestApp::start().await;
    let (_, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let ask =
        |totp: Value| json!({"case_no": case["case_no"], "reason": "核对受害人联系方式", "unmask": true, "totp": totp});
    // Guessed at once, they are no fewer tries.
    let guesses = (0..12).map(|guess| officer.post("/case-lookups", ask(json!(format!("{guess:06}")))));
    let answers = futures::future::join_all(guesses).await;
    let wrong = answers.iter().filter(|answer| answer.text.contains("step-up-required"));
    assert_eq!(wrong.count(), 5);
    app.clock.advance(TimeDelta::seconds(60));
    let credentials = app.staff_credentials("case-officer-1");
    officer
        .post("/case-lookups", ask(credentials["totp"].clone()))
        .await
        .refused(&ACCOUNT_LOCKED);
    app.anyone()
        .post("/auth/staff-sessions", credentials)
        .await
        .refused(&ACCOUNT_LOCKED);
    let recorded = "SELECT count(*) FROM audit_entries WHERE action = 'code.refuse'";
    assert_eq!(app.count(recorded).await, 5);
    // What needs no code goes on, and after a while the right code is taken again.
    look(&officer, &case).await.expect(200);
    app.clock.advance(TimeDelta::minutes(15));
    let officer = app.staff("case-officer-1").await;
    app.clock.advance(TimeDelta::seconds(60));
    let fresh = app.staff_credentials("case-officer-1")["totp"].clone();
    officer.post("/case-lookups", ask(fresh)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_cases_a_day_are_enough() {
    let app = TestApp::start().await;
    let (_, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    for _ in 0..30 {
        look(&officer, &case).await.expect(200);
    }
    let problem = look(&officer, &case).await.refused(&LOOKUP_QUOTA);
    assert!(problem["retry_after"].as_i64().is_some_and(|seconds| seconds > 0));
    assert_eq!(app.count("SELECT count(*) FROM case_enquiries").await, 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_is_seen_as_each_role_will_read_it_before_it_is_made() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let draft = json!({
        "case_no": case["case_no"], "step": "dropped", "occurred_at": "2026-11-23T08:00:00+08:00",
        "details": {"document_no": "云公（观）撤字〔2026〕第3号", "reason": "情节显著轻微", "reporter": "某某"},
    });
    let preview = officer
        .post("/case-publications/preview", draft.clone())
        .await
        .expect(200);
    assert_eq!(preview["template"], "case-progress");
    assert_eq!(preview["withheld"], json!(["reporter"]));
    let of = |role: &str| {
        let roles = preview["roles"].as_array().unwrap();
        roles.iter().find(|one| one["role"] == role).unwrap().clone()
    };
    let fields = |role: &str| -> Vec<String> {
        let read = of(role)["details"].as_array().unwrap().clone();
        read.iter()
            .map(|detail| detail["field"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(fields("victim"), ["document_no", "reason"]);
    assert_eq!(fields("family"), ["document_no"]);
    assert_eq!(
        (of("reporter")["told"].clone(), fields("reporter")),
        (json!(true), vec![])
    );
    assert_eq!(of("victim")["people"], 1);

    let mut early = draft.clone();
    early["step"] = json!("accepted");
    let problem = officer
        .post("/case-publications/preview", early)
        .await
        .refused(&CASE_STEP_ORDER);
    assert_eq!(
        (&problem["from"], &problem["attempted"]),
        (&json!("under-way"), &json!("accepted"))
    );
    resident
        .post("/case-publications/preview", draft)
        .await
        .refused(&FORBIDDEN);
    assert_eq!(app.count("SELECT count(*) FROM case_publications").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_publication_is_taken_back_and_whoever_read_it_is_told() {
    let app = TestApp::start().await;
    let (resident, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let event = format!("demo-{}-2", case["case_no"].as_str().unwrap());
    let body = json!({"case_no": case["case_no"], "event_id": event, "reason": "财物辨认有误"});
    officer
        .post("/case-publications/withdrawals", body.clone())
        .await
        .expect(200);
    officer
        .post("/case-publications/withdrawals", body)
        .await
        .refused(&CASE_EVENT_GONE);

    let page = resident.get(&path(&case)).await.expect(200);
    let last = page["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["standing"], &last["details"]), (&json!("withdrawn"), &json!([])));
    assert_eq!(
        page["property"][0]["state"], "missing",
        "the laptop is not found after all"
    );
    let told = resident.get("/notifications").await.expect(200);
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    assert_eq!(told["items"][0]["template"], "case-withdrawn");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'case.withdraw-publication'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_about_a_case_without_business_is_recorded_for_the_auditor() {
    let app = TestApp::start().await;
    let (_, case) = theft(&app).await;
    let officer = app.staff("case-officer-1").await;
    let record = json!({
        "case_no": case["case_no"], "who": "王某", "unit": "云川市某局", "what": "打听嫌疑人情况",
        "at": "2026-11-22T20:00:00+08:00",
    });
    officer.post("/case-interferences", record.clone()).await.expect(201);
    for (field, value) in [("who", ""), ("what", "问"), ("at", "2026-11-24T20:00:00+08:00")] {
        let mut wrong = record.clone();
        wrong[field] = json!(value);
        let problem = officer.post("/case-interferences", wrong).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    }
    officer.get("/case-interferences").await.refused(&FORBIDDEN);
    let auditor = app.staff("auditor-1").await;
    let records = auditor.get("/case-interferences").await.expect(200);
    assert_eq!(records["items"].as_array().unwrap().len(), 1);
    assert_eq!(records["items"][0]["who"], "王某");
    assert_eq!(records["items"][0]["recorded_by"], "汪长江");
}
