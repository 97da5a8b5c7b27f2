//! `/auth/…`: signing in, refreshing and signing out.

mod activity;
mod passkeys;
mod wechat;

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    identity::wire::{CODE_EXHAUSTED, CODE_EXPIRED, CODE_WRONG, CREDENTIALS_WRONG},
    problem::{INVALID_FIELD, RATE_LIMITED, UNAUTHENTICATED},
};

use crate::support::{Answer, Client, TestApp, phone};

async fn ask_for_code(app: &TestApp, phone: &str) -> Answer {
    app.anyone()
        .post("/auth/sms-codes", json!({"phone": phone, "purpose": "login"}))
        .await
}

async fn type_code(app: &TestApp, phone: &str, code: &str) -> Answer {
    app.anyone()
        .post("/auth/sessions", json!({"phone": phone, "code": code}))
        .await
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_signs_in_with_the_code_from_the_text() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    let answer = type_code(&app, &phone(1), &code).await;
    let session = answer.expect(201);
    assert_eq!(session["resident"]["phone"], "138****0001");
    let cookie = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .find(|c| c.to_str().unwrap().contains("access"))
        .unwrap();
    assert!(cookie.to_str().unwrap().contains("HttpOnly") && cookie.to_str().unwrap().contains("SameSite=Lax"));

    let me = Client::new(&app.address, session["access_token"].as_str())
        .get("/me")
        .await
        .expect(200);
    assert_eq!(me["kind"], "resident");
    assert!(
        !me.to_string().contains("13800000001"),
        "the phone is shown masked only"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_used_up_by_signing_in() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    type_code(&app, &phone(1), &code).await.expect(201);
    type_code(&app, &phone(1), &code).await.refused(&CODE_EXPIRED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sixth_try_is_refused_even_with_the_right_code() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    for tries_left in (0..5).rev() {
        let problem = type_code(&app, &phone(1), &wrong(&code)).await.refused(&CODE_WRONG);
        assert_eq!(problem["tries_left"], tries_left);
    }
    type_code(&app, &phone(1), &code).await.refused(&CODE_EXHAUSTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_are_five_tries() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    let phone = phone(1);
    let guesses = (0..100).map(|_| type_code(&app, &phone, &code[..5]));
    // Five digits are no code and cost no try.
    for answer in futures::future::join_all(guesses).await {
        answer.refused(&CODE_WRONG);
    }
    let guess = wrong(&code);
    let answers = futures::future::join_all((0..100).map(|_| type_code(&app, &phone, &guess))).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.text.contains("tries_left"))
            .count(),
        5
    );
    type_code(&app, &phone, &code).await.refused(&CODE_EXHAUSTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_ends_after_five_minutes() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    app.clock.advance(TimeDelta::minutes(5));
    type_code(&app, &phone(1), &code).await.refused(&CODE_EXPIRED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_gets_one_text_a_minute_and_five_an_hour() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let problem = ask_for_code(&app, &phone(1)).await.refused(&RATE_LIMITED);
    assert!(problem["retry_after"].as_i64().unwrap() <= 60);
    for _ in 0..4 {
        app.clock.advance(TimeDelta::seconds(61));
        ask_for_code(&app, &phone(1)).await.expect(202);
    }
    app.clock.advance(TimeDelta::seconds(61));
    ask_for_code(&app, &phone(1)).await.refused(&RATE_LIMITED);
    assert_eq!(app.count("SELECT count(*) FROM messages").await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_and_an_unknown_number_are_answered_alike() {
    let app = TestApp::start().await;
    let known = ask_for_code(&app, &phone(1)).await;
    let unknown = ask_for_code(&app, "13999999999").await;
    assert_eq!(known.expect(202), unknown.expect(202));
    ask_for_code(&app, "12345").await.refused(&INVALID_FIELD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_token_ends_after_ten_minutes_and_is_refreshed_once() {
    let app = TestApp::start().await;
    ask_for_code(&app, &phone(1)).await.expect(202);
    let code = app.texted_code(&phone(1)).await;
    let session = type_code(&app, &phone(1), &code).await.expect(201);
    let client = Client::new(&app.address, session["access_token"].as_str());
    app.clock.advance(TimeDelta::minutes(10));
    client.get("/me").await.refused(&UNAUTHENTICATED);

    let refresh = json!({"refresh_token": session["refresh_token"]});
    let renewed = app
        .anyone()
        .post("/auth/sessions/refresh", refresh.clone())
        .await
        .expect(200);
    let renewed = Client::new(&app.address, renewed["access_token"].as_str());
    renewed.get("/me").await.expect(200);

    // An answer can be lost: for a moment the old token works again.
    app.anyone()
        .post("/auth/sessions/refresh", refresh.clone())
        .await
        .expect(200);
    renewed.get("/me").await.expect(200);
    // Whoever uses it later may have stolen it, so the session ends.
    app.clock.advance(TimeDelta::minutes(1));
    app.anyone()
        .post("/auth/sessions/refresh", refresh)
        .await
        .refused(&UNAUTHENTICATED);
    renewed.get("/me").await.refused(&UNAUTHENTICATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_at_once() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    resident.get("/me").await.expect(200);
    let ended = resident.delete("/auth/sessions/current").await;
    ended.expect(204);
    assert_eq!(
        ended.headers["clear-site-data"], "\"cache\"",
        "what the browser kept of pages goes, and nobody else's cookies"
    );
    resident.get("/me").await.refused(&UNAUTHENTICATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_on_every_instance() {
    let app = TestApp::start().await;
    if !app.is_scaled() {
        return;
    }
    let other = app.another_instance().await;
    let resident = app.resident(1).await;
    let elsewhere = resident.on(&other.address);
    elsewhere.get("/me").await.expect(200);
    resident.delete("/auth/sessions/current").await.expect(204);
    for _ in 0..50 {
        if elsewhere.get("/me").await.status == 401 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the session goes on elsewhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_sign_in_with_password_and_one_time_code() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let me = clerk.get("/me").await.expect(200);
    assert_eq!(me["role"], "clerk");
    assert_eq!(me["hall"], app.hall("zhongxin"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_code_works_once() {
    let app = TestApp::start().await;
    let credentials = app.staff_credentials("clerk-zhongxin-1");
    app.anyone()
        .post("/auth/staff-sessions", credentials.clone())
        .await
        .expect(201);
    app.anyone()
        .post("/auth/staff-sessions", credentials)
        .await
        .refused(&CREDENTIALS_WRONG);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_failures_lock_a_staff_account_for_a_while() {
    let app = TestApp::start().await;
    let mut wrong = app.staff_credentials("clerk-zhongxin-1");
    wrong["password"] = "guess".into();
    for _ in 0..5 {
        app.anyone()
            .post("/auth/staff-sessions", wrong.clone())
            .await
            .refused(&CREDENTIALS_WRONG);
    }
    let right = app.staff_credentials("clerk-zhongxin-1");
    app.anyone()
        .post("/auth/staff-sessions", right)
        .await
        .refused(&shared::identity::wire::ACCOUNT_LOCKED);
    app.clock.advance(TimeDelta::minutes(16));
    app.staff("clerk-zhongxin-1").await.get("/me").await.expect(200);
    let refusals = "SELECT count(*) FROM audit_entries WHERE action = 'session.refuse'";
    assert_eq!(app.count(refusals).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_on_another_site_cannot_sign_anyone_in() {
    let app = TestApp::start().await;
    let request = app.anyone().request(reqwest::Method::POST, "/auth/sms-codes");
    let request = request
        .header("Origin", "https://evil.example")
        .json(&json!({"phone": phone(1), "purpose": "login"}));
    Answer::of(request).await.refused(&shared::problem::FOREIGN_ORIGIN);
    assert_eq!(app.count("SELECT count(*) FROM messages").await, 0);
}
