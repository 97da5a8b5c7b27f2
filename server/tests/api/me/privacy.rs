//! `/me/sessions`, `/me/phone`, `/me/consents`, `/me/representatives`: what residents decide about their own account.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    identity::wire::{CODE_EXPIRED, CODE_WRONG, IDENTITY_MISMATCH, PHONE_TAKEN},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND, UNAUTHENTICATED},
};

use crate::support::{Client, TestApp, phone};

const NEW_PHONE: &str = "17700000001";
/// The first demonstration resident.
const NAME: &str = "杨云舟";
const ID_NUMBER: &str = "539901198801040779";
/// The second.
const SECOND_NAME: &str = "覃娜";
const SECOND_NUMBER: &str = "539901195403043444";

async fn text_code(app: &TestApp, phone: &str, purpose: &str) -> String {
    app.anyone()
        .post("/auth/sms-codes", json!({"phone": phone, "purpose": purpose}))
        .await
        .expect(202);
    app.texted_code(phone).await
}

/// Another session of the first resident.
async fn elsewhere(app: &TestApp) -> Client {
    app.clock.advance(TimeDelta::seconds(61));
    app.resident(1).await
}

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_sees_where_they_are_signed_in_and_ends_it_there() {
    let app = TestApp::start().await;
    let here = app.resident(1).await;
    let there = elsewhere(&app).await;
    let listed = items(&here.get("/me/sessions").await.expect(200));
    assert_eq!(listed.len(), 2);
    let other = listed.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/me/sessions/{}", other["id"].as_str().unwrap());
    app.resident(2).await.delete(&path).await.refused(&NOT_FOUND);
    there.get("/me").await.expect(200);
    here.delete(&path).await.expect(204);
    there.get("/me").await.refused(&UNAUTHENTICATED);
    here.delete(&path).await.refused(&NOT_FOUND);

    let (one, two) = (elsewhere(&app).await, elsewhere(&app).await);
    here.delete("/me/sessions").await.expect(204);
    for ended in [one, two] {
        ended.get("/me").await.refused(&UNAUTHENTICATED);
    }
    assert_eq!(items(&here.get("/me/sessions").await.expect(200)).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_moves_to_a_new_phone_with_a_code_from_each() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let there = elsewhere(&app).await;
    app.clock.advance(TimeDelta::seconds(61));
    let old_code = text_code(&app, &phone(1), "old_phone").await;
    let code = text_code(&app, NEW_PHONE, "new_phone").await;
    let wish = |old_phone: &str, old_code: &str, phone: &str, code: &str| json!({"old_phone": old_phone, "old_code": old_code, "phone": phone, "code": code});
    // A code that was texted for one thing is good for nothing else.
    let crossed = wish(&phone(1), &old_code, &phone(2), &code);
    resident
        .put("/me/phone", wish(&phone(2), &old_code, NEW_PHONE, &code))
        .await
        .refused(&INVALID_FIELD);
    resident.put("/me/phone", crossed).await.refused(&CODE_EXPIRED);
    let login = json!({"phone": NEW_PHONE, "code": code});
    app.anyone().post("/auth/sessions", login).await.refused(&CODE_EXPIRED);

    // The right code was used up by the attempt before.
    app.clock.advance(TimeDelta::seconds(61));
    let old_code = text_code(&app, &phone(1), "old_phone").await;
    let wrong = resident
        .put("/me/phone", wish(&phone(1), &old_code, NEW_PHONE, "12345"))
        .await;
    wrong.refused(&CODE_WRONG);
    app.clock.advance(TimeDelta::seconds(61));
    let old_code = text_code(&app, &phone(1), "old_phone").await;
    let moved = resident
        .put("/me/phone", wish(&phone(1), &old_code, NEW_PHONE, &code))
        .await;
    assert_eq!(moved.expect(200)["phone"], "177****0001");
    there.get("/me").await.refused(&UNAUTHENTICATED);
    app.execute("DELETE FROM rate_windows").await;
    let me = app.sign_in(NEW_PHONE).await.get("/me").await.expect(200);
    assert_eq!(me["person"]["name"], "杨**");
    let told = "SELECT count(*) FROM messages WHERE template = 'phone-changed' AND resident_id IS NULL";
    assert_eq!(app.count(told).await, 1, "the phone until then is told");
    let stranger = app.sign_in(&phone(1)).await.get("/me").await.expect(200);
    assert_eq!(
        stranger["person"],
        Value::Null,
        "whoever has the old phone now is somebody new"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_of_another_account_is_not_taken_over() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    app.resident(2).await;
    app.clock.advance(TimeDelta::seconds(61));
    let old_code = text_code(&app, &phone(1), "old_phone").await;
    let code = text_code(&app, &phone(2), "new_phone").await;
    let wish = json!({"old_phone": phone(1), "old_code": old_code, "phone": phone(2), "code": code});
    resident.put("/me/phone", wish).await.refused(&PHONE_TAKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_phone_gets_the_account_back_at_a_counter() {
    let app = TestApp::start().await;
    let lost = app.resident(1).await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let wish = |name: &str, code: &str, reason: &str| json!({"name": name, "id_number": ID_NUMBER, "phone": NEW_PHONE, "code": code, "reason": reason});
    let code = text_code(&app, NEW_PHONE, "new_phone").await;
    lost.post("/phone-rebindings", wish(NAME, &code, "旧号码已停用"))
        .await
        .refused(&FORBIDDEN);
    clerk
        .post("/phone-rebindings", wish(NAME, &code, " "))
        .await
        .refused(&INVALID_FIELD);
    clerk
        .post("/phone-rebindings", wish(SECOND_NAME, &code, "旧号码已停用"))
        .await
        .refused(&IDENTITY_MISMATCH);
    app.clock.advance(TimeDelta::seconds(61));
    let code = text_code(&app, NEW_PHONE, "new_phone").await;
    clerk
        .post("/phone-rebindings", wish(NAME, &code, "旧号码已停用"))
        .await
        .expect(204);
    lost.get("/me").await.refused(&UNAUTHENTICATED);
    app.clock.advance(TimeDelta::seconds(61));
    let me = app.sign_in(NEW_PHONE).await.get("/me").await.expect(200);
    assert_eq!(me["person"]["name"], "杨**");
    let recorded = "SELECT count(*) FROM audit_entries WHERE action = 'phone.rebind' AND reason = '旧号码已停用'";
    assert_eq!(app.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_is_recorded_with_its_version_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wish = json!({"to": "sensitive-data"});
    let given = resident.post("/me/consents", wish.clone()).await.expect(201);
    assert_eq!(
        (&given["to"], &given["withdrawn_at"]),
        (&json!("sensitive-data"), &Value::Null)
    );
    assert_eq!(
        resident.post("/me/consents", wish.clone()).await.expect(201),
        given,
        "it stands once"
    );
    resident.delete("/me/consents/sensitive-data").await.expect(204);
    resident.delete("/me/consents/sensitive-data").await.refused(&NOT_FOUND);
    resident.post("/me/consents", wish).await.expect(201);
    let all = items(&resident.get("/me/consents").await.expect(200));
    assert_eq!(all.len(), 2);
    assert!(
        all[1]["withdrawn_at"].is_string(),
        "what was agreed to before stays on record"
    );
    assert_eq!(
        items(&app.resident(2).await.get("/me/consents").await.expect(200)).len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_added_sees_by_whom_and_ends_it_and_it_ends_by_itself_after_a_year() {
    let app = TestApp::start().await;
    let (first, second) = (app.resident(1).await, app.resident(2).await);
    let member = json!({"name": SECOND_NAME, "id_number": SECOND_NUMBER, "relation": "母亲"});
    let added = first.post("/me/family", member.clone()).await.expect(201);
    assert_eq!(added["until"], "2027-11-23T08:00:00+08:00");
    let service = "id-card-replace-lost";
    let window = |at: usize| {
        let app = &app;
        async move { app.windows("zhongxin", service).await[at]["id"].clone() }
    };
    let wish =
        |window: Value| json!({"window_id": window, "service_id": app.service(service), "person_id": added["id"]});
    first.post("/appointments", wish(window(20).await)).await.expect(201);

    let representatives = items(&second.get("/me/representatives").await.expect(200));
    assert_eq!(representatives[0]["person"]["name"], "杨**");
    let path = format!(
        "/me/representatives/{}",
        representatives[0]["resident_id"].as_str().unwrap()
    );
    app.resident(3).await.delete(&path).await.refused(&NOT_FOUND);
    second.delete(&path).await.expect(204);
    first.post("/holds", wish(window(21).await)).await.refused(&NOT_FOUND);

    first.post("/me/family", member.clone()).await.expect(201);
    app.execute("UPDATE family_members SET created_at = '2025-11-20 00:00:00+00:00'")
        .await;
    first.post("/holds", wish(window(21).await)).await.refused(&NOT_FOUND);
    first.post("/me/family", member).await.expect(201);
}
