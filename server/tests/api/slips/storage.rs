//! How long things are kept, where they are kept, and what managers see of it.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD},
    slips::problems::{SLIP_REVOKED, SLIP_STATE, SLIP_WRONG_SITE},
};

use super::{CLERK, NONCE, claims, code, document, redemption, token};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_came_for_is_overdue_and_can_be_given_out_anew() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let slip = document(&app, &resident).await;
    let ends = claims(&token(&resident, &slip).await).expires_at;
    let reminded = "SELECT count(*) FROM messages WHERE template = 'slip-expiring'";
    for (days, sent) in [(15, 0), (14, 1), (4, 1), (3, 2), (1, 2)] {
        app.clock.set(ends - TimeDelta::days(days));
        tokio::join!(app.do_jobs(), app.do_jobs());
        assert_eq!(app.count(reminded).await, sent, "{days} days before");
    }
    app.clock.set(ends);
    tokio::join!(app.do_jobs(), app.do_jobs());
    let (resident, manager) = (app.resident_again(1).await, app.staff("manager-zhongxin").await);
    let statistics = manager.get("/admin/slips/statistics").await.expect(200);
    assert_eq!((&statistics["overdue"], &statistics["waiting"]), (&json!(2), &json!(0)));
    resident.get("/admin/slips/statistics").await.refused(&FORBIDDEN);
    let path = format!("/slips/{slip}");
    assert_eq!(resident.get(&path).await.expect(200)["status"], "lapsed");
    resident.get(&format!("{path}/code")).await.refused(&SLIP_STATE);
    let anew = resident.post(&format!("{path}/reissue"), json!({})).await.expect(200);
    assert_eq!((&anew["status"], &anew["serial"]), (&json!("ready"), &json!(3)));
    let clerk = app.staff(CLERK).await;
    let (token, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    clerk
        .post("/slip-redemptions", redemption(&token, NONCE, &typed))
        .await
        .expect(201);
    let statistics = manager.get("/admin/slips/statistics").await.expect(200);
    assert_eq!(
        (&statistics["overdue"], &statistics["collected"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_present_site_releases_a_thing_to_another() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let (here, there) = (app.staff(CLERK).await, app.staff("clerk-churujing-1").await);
    let slip = document(&app, &resident).await;
    let before = token(&resident, &slip).await;
    let path = format!("/slips/{slip}/move");
    let to = |hall: &str| json!({"hall_id": app.hall(hall)});
    there
        .post(&path, to("zhongxin"))
        .await
        .refused(&shared::problem::NOT_FOUND);
    here.post(&path, to("zhongxin")).await.refused(&INVALID_FIELD);
    here.post(&path, json!({"hall_id": uuid::Uuid::nil()}))
        .await
        .refused(&INVALID_FIELD);
    here.post(&path, to("churujing")).await.expect(200);
    let (after, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    here.post("/slip-redemptions", redemption(&after, NONCE, &typed))
        .await
        .refused(&SLIP_WRONG_SITE);
    let problem = there
        .post("/slip-redemptions", redemption(&before, NONCE, &typed))
        .await
        .refused(&SLIP_REVOKED);
    assert_eq!(problem["reason"], "moved");
    there
        .post("/slip-redemptions", redemption(&after, NONCE, &typed))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slip_that_the_bureau_took_back_opens_nothing() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let (token, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    let path = format!("/slips/{slip}/withdrawal");
    clerk.post(&path, json!({"reason": " "})).await.refused(&INVALID_FIELD);
    clerk.post(&path, json!({"reason": "证件制作有误"})).await.expect(200);
    let problem = clerk
        .post("/slip-redemptions", redemption(&token, NONCE, &typed))
        .await
        .refused(&SLIP_REVOKED);
    assert_eq!(problem["reason"], "withdrawn");
    resident
        .post(&format!("/slips/{slip}/reissue"), json!({}))
        .await
        .refused(&SLIP_STATE);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'slip.withdraw' AND reason IS NOT NULL")
            .await,
        1
    );
}
