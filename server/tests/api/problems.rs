//! What every path refuses alike.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use server::platform::limits;
use shared::problem::{
    FORBIDDEN, MALFORMED, METHOD_NOT_ALLOWED, NOT_FOUND, TOO_LARGE, UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE,
};

use crate::support::{Answer, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_cannot_be_served_is_told_as_a_problem_document() {
    let app = TestApp::start().await;
    let anyone = app.anyone();
    anyone.get("/no-such-path").await.refused(&NOT_FOUND);
    let wrong_method = Answer::of(anyone.request(Method::PATCH, "/halls")).await;
    assert!([NOT_FOUND.status, METHOD_NOT_ALLOWED.status].contains(&wrong_method.status.as_u16()));
    assert_eq!(wrong_method.headers["content-type"], "application/problem+json");

    let post = |content_type: &str, body: String| {
        let request = anyone.request(Method::POST, "/auth/sms-codes");
        Answer::of(request.header("content-type", content_type).body(body))
    };
    post("text/plain", "hello".into())
        .await
        .refused(&UNSUPPORTED_MEDIA_TYPE);
    post("application/json", "{".into()).await.refused(&MALFORMED);
    post("application/json", r#"{"phone": 7}"#.into())
        .await
        .refused(&MALFORMED);
    let large = format!(r#"{{"phone": "{}"}}"#, "1".repeat(100_000));
    post("application/json", large).await.refused(&TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_are_told_in_the_language_that_is_accepted() {
    let app = TestApp::start().await;
    let chinese = Answer::of(app.anyone().outside(Method::GET, "/api/v1/no-such-path"))
        .await
        .expect(404);
    assert_eq!(chinese["title"], NOT_FOUND.title.zh);
    let english = app.anyone().get("/no-such-path").await.expect(404);
    assert_eq!(english["title"], NOT_FOUND.title.en);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_come_with_the_headers_that_protect_them() {
    let app = TestApp::start().await;
    let page = Answer::of(app.anyone().outside(Method::GET, "/services")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("cargo xtask client"),
        "the client is not built here, and the page says how"
    );
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("script-src 'self' 'wasm-unsafe-eval'")
    );
    let allowed = page.headers["permissions-policy"].to_str().unwrap();
    assert!(allowed.starts_with("camera=(self), microphone=()"), "{allowed}");
    // What a problem says is protected as a page is.
    let problem = Answer::of(app.anyone().outside(Method::GET, "/api/v1/no-such-path")).await;
    for answer in [page, problem] {
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(answer.headers["referrer-policy"], "same-origin");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_can_ask_how_the_server_is() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(
            Answer::of(app.anyone().outside(Method::GET, path)).await.status,
            200,
            "{path}"
        );
    }
}

#[test]
fn the_list_of_problem_types_changes_only_on_purpose() {
    let known: Vec<&str> = shared::problem::all().map(|kind| kind.slug).collect();
    let kept = include_str!("problem-types.txt");
    let listed: Vec<&str> = kept.lines().collect();
    for slug in &listed {
        assert!(known.contains(slug), "{slug} was published and must stay");
    }
    assert_eq!(known, listed, "new types are added to problem-types.txt");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_store_cannot_keep_is_refused_and_is_no_fault() {
    let app = TestApp::start().await;
    let nameless = json!({"username": "\u{0}", "password": "x", "totp": "000000"});
    let answer = app.anyone().post("/auth/staff-sessions", nameless).await;
    assert!(answer.status.is_client_error(), "{}", answer.text);
    let manager = app.staff("manager-zhongxin").await;
    for day in ["-262143-01-01", "-5000-01-01", "%2B262142-12-31"] {
        let answer = manager.get(&format!("/admin/statistics?from={day}")).await;
        assert!(!answer.status.is_server_error(), "{day}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_spelling_of_a_path_has_the_same_policy() {
    let app = TestApp::start().await;
    let spelt = "/api/v1/%61dmin/statistics";
    app.anyone().get(spelt).await.refused(&UNAUTHENTICATED);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get(spelt).await.refused(&FORBIDDEN);
    let operation = "SELECT count(*) FROM audit_entries WHERE action = 'access.refuse'";
    app.refusals().settle(&app.platform, false).await;
    assert_eq!(app.count(operation).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_of_limits_are_forgotten_when_they_have_passed() {
    let app = TestApp::start().await;
    let asked = json!({"phone": "13900000077", "purpose": "login"});
    app.anyone().post("/auth/sms-codes", asked).await.expect(202);
    let kept = "SELECT count(*) FROM rate_windows";
    let before = app.count(kept).await;
    assert!(before > 1);
    app.clock.advance(TimeDelta::minutes(2));
    let forget = async || {
        let db = app.platform.db.begin().await.unwrap();
        limits::forget_old(&db, app.platform.clock.now()).await.unwrap();
        db.commit().await.unwrap();
    };
    forget().await;
    let left = app.count(kept).await;
    assert!(
        (1..before).contains(&left),
        "the hour and the day go on: {left} of {before}"
    );
    app.clock.advance(TimeDelta::days(2));
    forget().await;
    assert_eq!(app.count(kept).await, 0);
}
