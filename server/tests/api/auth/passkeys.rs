//! `/auth/passkey-questions` and `/auth/passkey-sessions`: signing in by passkey.

use chrono::TimeDelta;
use reqwest::{Method, header};
use serde_json::{Value, json};
use shared::identity::passkeys::{
    PASSKEY_COPIED, PASSKEY_FOREIGN, PASSKEY_INVALID, PASSKEY_QUESTION, PASSKEY_UNKNOWN, PASSKEY_UNVERIFIED,
};

use crate::support::{Answer, Authenticator, Client, TestApp};

/// A question, and the cookie of the browser that asked.
async fn ask(app: &TestApp) -> (Value, String) {
    let answer = app.anyone().post("/auth/passkey-questions", json!({})).await;
    let question = answer.expect(201);
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    (question, cookie.split(';').next().unwrap().to_owned())
}

async fn answer(app: &TestApp, cookie: &str, signed: &Value) -> Answer {
    let request = app.anyone().request(Method::POST, "/auth/passkey-sessions");
    Answer::of(request.header(header::COOKIE, cookie).json(signed)).await
}

/// Signs in with what the device signs now.
async fn sign_in(app: &TestApp, device: &Authenticator) -> Answer {
    let (question, cookie) = ask(app).await;
    answer(app, &cookie, &device.sign(&question)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_signs_in_without_a_text() {
    let app = TestApp::start().await;
    let mut device = Authenticator::of(&app);
    device.register(&app, &app.resident(1).await, 1).await;
    let texts = app.count("SELECT count(*) FROM messages").await;
    let session = sign_in(&app, &device).await.expect(201);
    assert_eq!(session["resident"]["phone"], "138****0001");
    let resident = Client::new(&app.address, session["access_token"].as_str());
    assert_eq!(resident.get("/me").await.expect(200)["person"]["name"], "杨**");
    assert_eq!(app.count("SELECT count(*) FROM messages").await, texts);
    let used = resident.get("/me/passkeys").await.expect(200);
    assert!(used["items"][0]["used_at"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_answered_once_in_time_and_from_the_browser_that_asked() {
    let app = TestApp::start().await;
    let mut device = Authenticator::of(&app);
    let resident = app.resident(1).await;
    device.register(&app, &resident, 1).await;

    let (question, cookie) = ask(&app).await;
    let signed = device.sign(&question);
    let (_, another) = ask(&app).await;
    answer(&app, &another, &signed).await.refused(&PASSKEY_QUESTION);
    app.anyone()
        .post("/auth/passkey-sessions", signed.clone())
        .await
        .refused(&PASSKEY_QUESTION);
    answer(&app, &cookie, &signed).await.expect(201);
    answer(&app, &cookie, &signed).await.refused(&PASSKEY_QUESTION);

    let (question, cookie) = ask(&app).await;
    let signed = device.sign(&question);
    let several = futures::future::join_all((0..8).map(|_| answer(&app, &cookie, &signed))).await;
    let in_time = several.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(in_time, 1, "also when it is brought many times at once");

    let (question, cookie) = ask(&app).await;
    app.clock.advance(TimeDelta::minutes(5));
    answer(&app, &cookie, &device.sign(&question))
        .await
        .refused(&PASSKEY_QUESTION);

    // What was asked of a session about a step signs nobody in.
    let step = json!({ "step": "export-data" });
    let asked = app
        .resident_again(1)
        .await
        .post("/me/proof-questions", step)
        .await
        .expect(201);
    let (_, cookie) = ask(&app).await;
    answer(&app, &cookie, &device.sign(&asked["passkey"]))
        .await
        .refused(&PASSKEY_QUESTION);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_signed_elsewhere_or_by_somebody_else_is_refused_with_its_reason() {
    let app = TestApp::start().await;
    let mut device = Authenticator::of(&app);
    device.register(&app, &app.resident(1).await, 1).await;
    let address = device.origin.clone();

    device.origin = "https://bianmin.evil.example".into();
    sign_in(&app, &device).await.refused(&PASSKEY_FOREIGN);
    device.origin = address;
    device.rp_id = "evil.example".into();
    sign_in(&app, &device).await.refused(&PASSKEY_FOREIGN);
    device.rp_id = "127.0.0.1".into();
    for not_verified in [0x00, 0x01, 0x04] {
        device.flags = not_verified;
        sign_in(&app, &device).await.refused(&PASSKEY_UNVERIFIED);
    }
    device.flags = 0x05;

    sign_in(&app, &Authenticator::of(&app)).await.refused(&PASSKEY_UNKNOWN);
    let mut impostor = Authenticator::of(&app);
    impostor.id.clone_from(&device.id);
    sign_in(&app, &impostor).await.refused(&PASSKEY_INVALID);
    let (question, cookie) = ask(&app).await;
    let mut signed = device.sign(&question);
    signed["user"] = json!("AAAA");
    answer(&app, &cookie, &signed).await.refused(&PASSKEY_UNKNOWN);
    for member in ["credential", "client_data", "authenticator_data", "signature"] {
        for broken in ["", "!", "AAAA"] {
            let (question, cookie) = ask(&app).await;
            let mut signed = device.sign(&question);
            signed[member] = json!(broken);
            let refused = answer(&app, &cookie, &signed).await;
            assert_eq!(refused.status, 422, "{member} {broken:?}: {}", refused.text);
        }
    }
    sign_in(&app, &device).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_that_goes_back_tells_of_a_copy() {
    let app = TestApp::start().await;
    let mut device = Authenticator::of(&app);
    device.register(&app, &app.resident(1).await, 1).await;
    // One that does not count may go on not counting.
    sign_in(&app, &device).await.expect(201);
    sign_in(&app, &device).await.expect(201);
    device.counter = 7;
    sign_in(&app, &device).await.expect(201);
    for copied in [7, 6, 0] {
        device.counter = copied;
        sign_in(&app, &device).await.refused(&PASSKEY_COPIED);
    }
    device.counter = 8;
    sign_in(&app, &device).await.expect(201);
}
