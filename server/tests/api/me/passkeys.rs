//! `/me/passkeys`, `/me/proofs`: passkeys of an account, and the fresh proof that sensitive steps take.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    identity::{
        passkeys::{
            PASSKEY_FOREIGN, PASSKEY_INVALID, PASSKEY_KNOWN, PASSKEY_QUESTION, PASSKEY_REQUIRED, PASSKEY_UNVERIFIED,
            PASSKEYS_FULL, PROOF_REQUIRED,
        },
        wire::{CODE_EXPIRED, CODE_WRONG},
    },
    problem::{INVALID_FIELD, NOT_FOUND},
};

use crate::support::{Authenticator, TestApp, phone};

const STEP: &str = "export-data";

async fn texts_of(app: &TestApp, template: &str) -> i64 {
    app.count(&format!("SELECT count(*) FROM messages WHERE template = '{template}'"))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_added_named_and_removed_and_its_owner_is_told() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    resident
        .post("/me/passkey-questions", json!({}))
        .await
        .refused(&PROOF_REQUIRED);
    let mut device = Authenticator::of(&app);
    let added = device.register(&app, &resident, 1).await;
    assert_eq!(added["name"], "我的手机");
    assert_eq!(texts_of(&app, "passkey-added").await, 1);
    let path = format!("/me/passkeys/{}", added["id"].as_str().unwrap());

    let stranger = app.resident(2).await;
    stranger.put(&path, json!({"name": "他的"})).await.refused(&NOT_FOUND);
    stranger.delete(&path).await.refused(&NOT_FOUND);
    for unfit in ["", "  ", "一二三四五六七八九十一二三四五六七八九十一", "a\u{7}"] {
        resident
            .put(&path, json!({ "name": unfit }))
            .await
            .refused(&INVALID_FIELD);
    }
    let renamed = resident.put(&path, json!({"name": " 办公室电脑 "})).await.expect(200);
    assert_eq!(renamed["name"], "办公室电脑");
    let listed = resident.get("/me/passkeys").await.expect(200);
    assert_eq!(listed["items"], json!([renamed]));
    assert_eq!(
        app.count("SELECT count(*) FROM passkeys WHERE CAST(name AS TEXT) LIKE '%电脑%'")
            .await,
        0
    );

    resident.delete(&path).await.refused(&PROOF_REQUIRED);
    device.prove(&resident, "remove-passkey").await.expect(204);
    resident.delete(&path).await.expect(204);
    assert_eq!(texts_of(&app, "passkey-removed").await, 1);
    assert_eq!(resident.get("/me/passkeys").await.expect(200)["items"], json!([]));
    for action in ["passkey.add", "passkey.remove"] {
        let recorded = format!("SELECT count(*) FROM audit_entries WHERE action = '{action}'");
        assert_eq!(app.count(&recorded).await, 1, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_device_makes_counts_once_for_this_site_and_for_who_asked() {
    let app = TestApp::start().await;
    let (resident, stranger) = (app.resident(1).await, app.resident(2).await);
    let offer = async || {
        app.prove(&resident, 1, "add-passkey").await;
        resident.post("/me/passkey-questions", json!({})).await.expect(201)
    };
    let mut device = Authenticator::of(&app);
    let address = device.origin.clone();
    device.origin = "https://evil.example".into();
    let made = device.make(&offer().await);
    resident.post("/me/passkeys", made).await.refused(&PASSKEY_FOREIGN);
    device.origin = address;
    device.flags = 0x01;
    let made = device.make(&offer().await);
    resident.post("/me/passkeys", made).await.refused(&PASSKEY_UNVERIFIED);
    device.flags = 0x05;
    let mut made = device.make(&offer().await);
    made["attestation"] = json!("oWNmbXRkbm9uZQ");
    resident.post("/me/passkeys", made).await.refused(&PASSKEY_INVALID);

    let made = device.make(&offer().await);
    stranger
        .post("/me/passkeys", made.clone())
        .await
        .refused(&PASSKEY_QUESTION);
    resident.post("/me/passkeys", made.clone()).await.expect(201);
    resident.post("/me/passkeys", made).await.refused(&PASSKEY_QUESTION);

    // The same passkey is nobody else's.
    app.prove(&stranger, 2, "add-passkey").await;
    let offer = stranger.post("/me/passkey-questions", json!({})).await.expect(201);
    stranger
        .post("/me/passkeys", device.make(&offer))
        .await
        .refused(&PASSKEY_KNOWN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_ten_passkeys_at_most() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let mut first = Authenticator::of(&app);
    first.register(&app, &resident, 1).await;
    for _ in 1..10 {
        first.prove(&resident, "add-passkey").await.expect(204);
        let offer = resident.post("/me/passkey-questions", json!({})).await.expect(201);
        let made = Authenticator::of(&app).make(&offer);
        resident.post("/me/passkeys", made).await.expect(201);
    }
    first.prove(&resident, "add-passkey").await.expect(204);
    resident
        .post("/me/passkey-questions", json!({}))
        .await
        .refused(&PASSKEYS_FULL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_proves_one_step_of_one_session_once_and_for_five_minutes() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    resident.get("/me/data").await.refused(&PROOF_REQUIRED);
    app.prove(&resident, 1, "close-account").await;
    resident.get("/me/data").await.refused(&PROOF_REQUIRED);
    app.prove(&resident, 1, STEP).await;
    let elsewhere = app.resident_again(1).await;
    elsewhere.get("/me/data").await.refused(&PROOF_REQUIRED);
    resident.get("/me/data").await.expect(200);
    resident.get("/me/data").await.refused(&PROOF_REQUIRED);
    app.prove(&resident, 1, STEP).await;
    app.clock.advance(TimeDelta::minutes(5));
    resident.get("/me/data").await.refused(&PROOF_REQUIRED);

    // A code for signing in is none for a step, nor for another step.
    app.execute("DELETE FROM rate_windows").await;
    let asked = json!({"phone": phone(1), "purpose": "login"});
    app.anyone().post("/auth/sms-codes", asked).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    let proof = |code: &str| json!({ "step": STEP, "proof": { "code": code } });
    resident.post("/me/proofs", proof(&code)).await.refused(&CODE_EXPIRED);
    app.execute("DELETE FROM rate_windows").await;
    resident
        .post("/me/proof-questions", json!({"step": "close-account"}))
        .await
        .expect(201);
    let code = app.texted_code(&phone(1)).await;
    resident.post("/me/proofs", proof(&code)).await.refused(&CODE_EXPIRED);
    resident.post("/me/proofs", proof("12345")).await.refused(&CODE_WRONG);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_passkey_proves_with_it_and_with_nothing_less() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    app.execute("DELETE FROM rate_windows").await;
    resident
        .post("/me/proof-questions", json!({ "step": STEP }))
        .await
        .expect(201);
    let code = app.texted_code(&phone(1)).await;
    let mut device = Authenticator::of(&app);
    device.register(&app, &resident, 1).await;
    let by_code = json!({ "step": STEP, "proof": { "code": code } });
    resident.post("/me/proofs", by_code).await.refused(&PASSKEY_REQUIRED);

    // Another account's passkey proves nothing here.
    let other = app.resident(2).await;
    let mut theirs = Authenticator::of(&app);
    theirs.register(&app, &other, 2).await;
    theirs.prove(&resident, STEP).await.expect(422);
    device.prove(&resident, STEP).await.expect(204);
    resident.get("/me/data").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_changed_with_the_passkey_beside_both_codes_and_a_counter_takes_lost_ones_away() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let mut device = Authenticator::of(&app);
    device.register(&app, &resident, 1).await;
    let text = async |phone: &str, purpose: &str| {
        app.execute("DELETE FROM rate_windows").await;
        let asked = json!({"phone": phone, "purpose": purpose});
        app.anyone().post("/auth/sms-codes", asked).await.expect(202);
        app.texted_code(phone).await
    };
    let new = "17700000001";
    let wish = json!({
        "old_phone": phone(1), "old_code": text(&phone(1), "old_phone").await,
        "phone": new, "code": text(new, "new_phone").await,
    });
    resident.put("/me/phone", wish.clone()).await.refused(&PROOF_REQUIRED);
    device.prove(&resident, "change-phone").await.expect(204);
    resident.put("/me/phone", wish).await.expect(200);

    let clerk = app.staff("clerk-zhongxin-1").await;
    let lost = json!({
        "name": "杨云舟", "id_number": "539901198801040779", "phone": phone(1),
        "code": text(&phone(1), "new_phone").await, "reason": "手机连同通行密钥遗失",
    });
    clerk.post("/phone-rebindings", lost).await.expect(204);
    assert_eq!(app.count("SELECT count(*) FROM passkeys").await, 0);
    let back = app.resident_again(1).await;
    assert_eq!(
        back.get("/me/passkeys").await.expect(200)["items"],
        Value::Array(vec![])
    );
}
