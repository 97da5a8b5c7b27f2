//! `/admin/audit`, and the chain behind it: nothing can be changed, removed or cut off without being found.

use chrono::TimeDelta;
use serde_json::Value;
use server::platform::{
    audit::{Verified, seal, verify},
    clock::Clock,
};
use shared::problem::{FORBIDDEN, MALFORMED, UNAUTHENTICATED};

use crate::support::TestApp;

/// An app with some sealed entries; each sign-in of staff makes one.
async fn recorded() -> TestApp {
    let app = TestApp::start().await;
    for clerk in ["clerk-zhongxin-1", "clerk-zhongxin-2", "manager-zhongxin"] {
        app.staff(clerk).await;
    }
    seal_all(&app).await;
    app
}

async fn seal_all(app: &TestApp) {
    while seal(&app.platform, app.clock.now()).await.unwrap() > 0 {}
}

async fn sealed(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM audit_entries WHERE sequence IS NOT NULL")
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_finds_who_did_what_and_nobody_else_reads_it() {
    let app = recorded().await;
    let auditor = app.staff("auditor-1").await;
    let found = auditor.get("/admin/audit?action=session").await.expect(200);
    let entries = found["items"].as_array().unwrap();
    assert!(entries.len() >= 3, "{found}");
    let begins = |entry: &Value| entry["action"].as_str().unwrap().starts_with("session");
    assert!(entries.iter().all(begins));
    let who = entries[1]["actor_id"].as_str().unwrap();
    let by_actor = auditor.get(&format!("/admin/audit?actor={who}")).await.expect(200);
    assert!(
        by_actor["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["actor_id"] == who)
    );
    auditor.get("/admin/audit?cursor=x").await.refused(&MALFORMED);
    app.anyone().get("/admin/audit").await.refused(&UNAUTHENTICATED);
    let manager = app.staff("manager-binhe").await;
    manager.get("/admin/audit").await.refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_that_seal_at_once_make_one_chain() {
    let app = TestApp::start().await;
    for clerk in ["clerk-zhongxin-1", "clerk-zhongxin-2", "manager-zhongxin"] {
        app.staff(clerk).await;
    }
    let now = app.clock.now();
    let both = tokio::join!(seal(&app.platform, now), seal(&app.platform, now));
    let together = both.0.unwrap() + both.1.unwrap();
    assert_eq!(i64::try_from(together).unwrap(), sealed(&app).await);
    let all = sealed(&app).await;
    assert_eq!(
        verify(&app.platform).await.unwrap(),
        Verified::Sound {
            sealed: all,
            unsealed: 0
        }
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_a_removed_and_a_cut_off_entry_are_each_found() {
    let app = recorded().await;
    let all = sealed(&app).await;
    assert!(all >= 3);
    app.execute("UPDATE audit_entries SET action = 'session.other' WHERE sequence = 2")
        .await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Broken { at: 2 });

    let app = recorded().await;
    app.execute("DELETE FROM audit_entries WHERE sequence = 1").await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Broken { at: 1 });

    let app = recorded().await;
    app.execute(&format!("DELETE FROM audit_entries WHERE sequence = {all}"))
        .await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Cut { sealed: all - 1 });
    // Nor does it help to move the head back, since it is signed.
    app.execute(&format!(
        "UPDATE audit_head SET sequence = {}, seal = (SELECT seal FROM audit_entries WHERE sequence = {0})",
        all - 1
    ))
    .await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Cut { sealed: all - 1 });

    let app = recorded().await;
    app.execute("DELETE FROM audit_head").await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Cut { sealed: 0 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_after_the_chain_was_sealed_is_sealed_to_it() {
    let app = recorded().await;
    let before = sealed(&app).await;
    app.staff("auditor-1").await;
    seal_all(&app).await;
    let after = sealed(&app).await;
    assert!(after > before);
    assert_eq!(
        verify(&app.platform).await.unwrap(),
        Verified::Sound {
            sealed: after,
            unsealed: 0
        }
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_who_are_refused_stand_in_the_log_once_in_ten_minutes_however_often_they_ask() {
    let app = TestApp::start().await;
    let entries = "SELECT count(*) FROM audit_entries WHERE action = 'access.refuse'";
    let clerk = app.staff("clerk-zhongxin-1").await;
    let asked = (0..50).map(|_| clerk.get("/admin/audit"));
    for answer in futures::future::join_all(asked).await {
        answer.refused(&FORBIDDEN);
    }
    clerk.get("/admin/staff").await.refused(&FORBIDDEN);
    app.resident(1).await.get("/admin/audit").await.refused(&FORBIDDEN);
    assert_eq!(app.count(entries).await, 2, "one of each operation, of staff alone");

    app.clock.advance(TimeDelta::minutes(9));
    app.refusals().settle(&app.platform, false).await;
    assert_eq!(app.count(entries).await, 2);
    app.clock.advance(TimeDelta::minutes(1));
    app.refusals().settle(&app.platform, false).await;
    assert_eq!(app.count(entries).await, 3, "nothing waits of what was refused once");

    // What waits when a server stops is written as well.
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get("/admin/audit").await.refused(&FORBIDDEN);
    assert_eq!(app.count(entries).await, 3);
    app.refusals().settle(&app.platform, true).await;

    let auditor = app.staff("auditor-1").await;
    let found = auditor.get("/admin/audit?action=access.refuse").await.expect(200);
    let mut told: Vec<(String, i64)> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let detail = &entry["detail"];
            let operation = detail["operation"].as_str().unwrap().to_owned();
            (operation, detail["count"].as_i64().unwrap())
        })
        .collect();
    told.sort_unstable();
    let expected = [
        ("GET /api/v1/admin/audit", 1),
        ("GET /api/v1/admin/audit", 1),
        ("GET /api/v1/admin/audit", 49),
        ("GET /api/v1/admin/staff", 1),
    ];
    assert_eq!(told, expected.map(|(operation, count)| (operation.to_owned(), count)));
    seal_all(&app).await;
    assert!(matches!(verify(&app.platform).await.unwrap(), Verified::Sound { .. }));
}
