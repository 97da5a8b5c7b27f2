//! `GET /admin/slips` and `POST /slips/{id}/mail-label`: what the staff of a site see of what lies there.

use serde_json::json;
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
    slips::{problems::SLIP_STATE, token::SlipKind},
};

use super::{CLERK, document, issue};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_sees_what_is_on_its_own_shelf_and_whose_it_is_only_in_part() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(2).await, app.staff(CLERK).await);
    let ready = document(&app, &resident).await;
    let preparing = issue(&app, &resident, "test/1", SlipKind::Document, false).await;
    let listed = async |status: &str| {
        let all = clerk.get(&format!("/admin/slips?status={status}")).await.expect(200);
        all["items"].clone()
    };
    let made = listed("preparing").await;
    assert_eq!((&made[0]["id"], &made[0]["owner"]), (&json!(preparing), &json!("覃*")));
    // Beside it lies the demonstration's own.
    assert_eq!(listed("ready").await[0]["id"], json!(ready));
    assert_eq!(listed("ready").await.as_array().unwrap().len(), 2);

    let elsewhere = app.staff("clerk-yuntai-1").await;
    let there = elsewhere.get("/admin/slips?status=ready").await.expect(200);
    assert_eq!(there["items"], json!([]));
    clerk.get("/admin/slips?status=lost").await.refused(&INVALID_FIELD);
    resident.get("/admin/slips?status=ready").await.refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_read_whole_only_to_post_something_and_each_reading_is_recorded() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(2).await, app.staff(CLERK).await);
    let slip = issue(&app, &resident, "test/1", SlipKind::Document, false).await;
    let label = format!("/slips/{slip}/mail-label");
    clerk.post(&label, json!({})).await.refused(&SLIP_STATE);
    let address = json!({"recipient": "覃娜", "phone": "13800000002", "address": "云川市中心区人民路100号2单元301"});
    resident
        .put(&format!("/slips/{slip}/mail"), address.clone())
        .await
        .expect(200);
    assert_eq!(clerk.post(&label, json!({})).await.expect(200), address);
    let read = "SELECT count(*) FROM audit_entries WHERE action = 'slip.read-label'";
    assert_eq!(app.count(read).await, 1);
    let elsewhere = app.staff("clerk-yuntai-1").await;
    elsewhere.post(&label, json!({})).await.refused(&NOT_FOUND);
    resident.post(&label, json!({})).await.refused(&FORBIDDEN);
}
