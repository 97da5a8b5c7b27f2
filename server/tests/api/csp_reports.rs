//! `/csp-reports`: browsers tell what a page tried that it may not; it is counted, and nothing of it is kept.

use chrono::TimeDelta;
use reqwest::Method;
use shared::problem::{RATE_LIMITED, TOO_LARGE};

use crate::support::{Answer, TestApp};

async fn report(app: &TestApp, content_type: &str, body: String) -> Answer {
    let request = app
        .anyone()
        .outside(Method::POST, "/csp-reports")
        .header("accept-language", "en");
    Answer::of(request.header("content-type", content_type).body(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_says_where_reports_go_and_any_browser_may_send_one() {
    let app = TestApp::start().await;
    let page = Answer::of(app.anyone().outside(Method::GET, "/services")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("report-uri /csp-reports; report-to csp"), "{policy}");
    assert_eq!(page.headers["reporting-endpoints"], "csp=\"/csp-reports\"");
    for (content_type, body) in [
        (
            "application/csp-report",
            r#"{"csp-report": {"document-uri": "https://x/me"}}"#,
        ),
        ("application/reports+json", r#"[{"type": "csp-violation", "body": {}}]"#),
    ] {
        report(&app, content_type, body.to_owned()).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_that_are_large_or_many_are_not_taken() {
    let app = TestApp::start().await;
    let of = |octets: usize| report(&app, "application/csp-report", "x".repeat(octets));
    of(16 * 1024).await.expect(204);
    of(16 * 1024 + 1).await.refused(&TOO_LARGE);
    for _ in 2..120 {
        of(2).await.expect(204);
    }
    let refused = of(2).await;
    assert_eq!(refused.refused(&RATE_LIMITED)["retry_after"], 60);
    assert_eq!(refused.headers["retry-after"], "60");
    app.clock.advance(TimeDelta::minutes(1));
    of(2).await.expect(204);
}
