//! `GET /admin/statistics/export`: the figures as files.

use serde_json::json;
use shared::{
    catalog::wire::RANGE_INVALID,
    problem::{FORBIDDEN, MALFORMED},
};

use super::SERVICE;
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_come_as_values_and_as_a_workbook_and_each_export_is_recorded() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let wish = json!({"service_id": app.service(SERVICE)});
    clerk
        .post(&format!("/halls/{}/tickets", app.hall("zhongxin")), wish)
        .await
        .expect(201);
    let manager = app.staff("manager-zhongxin").await;
    let csv = manager.get("/admin/statistics/export?format=csv").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        csv.headers["content-disposition"],
        "attachment; filename=\"bianmin-2026-11-23-2026-11-23.csv\""
    );
    assert!(csv.text.contains("\"Tickets\",1\r\n"), "{}", csv.text);
    assert!(csv.text.contains("\"2026-11-23\",1,0,0,0,0\r\n"), "{}", csv.text);
    assert!(csv.text.contains("\"08:00\",1,"), "{}", csv.text);

    let request = manager.request(reqwest::Method::GET, "/admin/statistics/export?format=xlsx");
    let book = request.send().await.unwrap();
    assert_eq!(book.status(), 200);
    let bytes = book.bytes().await.unwrap();
    assert!(bytes.starts_with(b"PK"), "a workbook is a ZIP archive");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'statistics.export'")
            .await,
        2
    );
    clerk
        .get("/admin/statistics/export?format=csv")
        .await
        .refused(&FORBIDDEN);
    let query = "/admin/statistics/export?format=csv&from=2026-11-24&to=2026-11-23";
    manager.get(query).await.refused(&RANGE_INVALID);
    manager
        .get("/admin/statistics/export?format=pdf")
        .await
        .refused(&MALFORMED);
}
