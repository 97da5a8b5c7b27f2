//! `/slips/{id}/mail`: a document is posted instead of collected.

use serde_json::{Value, json};
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
    slips::{problems::SLIP_STATE, token::SlipKind},
};

use super::{CLERK, document, issue};
use crate::support::TestApp;

fn address() -> Value {
    json!({"recipient": "杨云舟", "phone": "13800000001", "address": "云川市中心区人民路100号2单元301"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_posted_when_that_is_chosen_before_it_is_prepared() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = issue(&app, &resident, "test/mail", SlipKind::Document, false).await;
    let mail = format!("/slips/{slip}/mail");
    let shown = resident.put(&mail, address()).await.expect(200);
    assert_eq!(shown["status"], "to_mail");
    assert_eq!(
        (&shown["mail"]["recipient"], &shown["mail"]["address"]),
        (&json!("杨**"), &json!("云川市中心区****"))
    );
    clerk
        .post(&format!("/slips/{slip}/prepared"), json!({}))
        .await
        .refused(&SLIP_STATE);
    let plain = "SELECT count(*) FROM slips WHERE mail_address IS NOT NULL AND length(mail_address) > 30";
    assert_eq!(app.count(plain).await, 1);
    assert_eq!(resident.delete(&mail).await.expect(200)["mail"], Value::Null);
    resident.put(&mail, address()).await.expect(200);

    let posted = format!("/slips/{slip}/posted");
    resident
        .post(&posted, json!({"tracking": "EMS1234567890"}))
        .await
        .refused(&FORBIDDEN);
    clerk
        .post(&posted, json!({"tracking": "不是号码"}))
        .await
        .refused(&INVALID_FIELD);
    let elsewhere = app.staff("clerk-churujing-1").await;
    elsewhere
        .post(&posted, json!({"tracking": "EMS1"}))
        .await
        .refused(&NOT_FOUND);
    clerk
        .post(&posted, json!({"tracking": "EMS1234567890"}))
        .await
        .expect(200);
    let shown = resident.get(&format!("/slips/{slip}")).await.expect(200);
    assert_eq!(
        (&shown["status"], &shown["mail"]["tracking"]),
        (&json!("mailed"), &json!("EMS1234567890"))
    );
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-mailed'")
            .await,
        1
    );
    resident.delete(&mail).await.refused(&SLIP_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_ready_and_what_is_property_is_not_posted() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let ready = document(&app, &resident).await;
    let property = issue(&app, &resident, "property/1", SlipKind::Property, false).await;
    for slip in [&ready, &property] {
        resident
            .put(&format!("/slips/{slip}/mail"), address())
            .await
            .refused(&SLIP_STATE);
    }
    let short = json!({"recipient": "杨云舟", "phone": "13800000001", "address": "那里"});
    resident
        .put(&format!("/slips/{ready}/mail"), short)
        .await
        .refused(&INVALID_FIELD);
    let other = app.resident(2).await;
    other
        .put(&format!("/slips/{ready}/mail"), address())
        .await
        .refused(&NOT_FOUND);
}
