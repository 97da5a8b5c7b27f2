//! What every path refuses alike.

use reqwest::Method;
use shared::problem::{MALFORMED, METHOD_NOT_ALLOWED, NOT_FOUND, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};

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
