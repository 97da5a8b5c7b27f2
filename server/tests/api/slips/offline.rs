//! `/slip-keys` and `/slip-redemptions/sync`: a site that goes on without a connection.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD},
    slips::{
        problems::{SLIP_REDEEMED, SLIP_REVOKED},
        token::Signed,
    },
    time::wire_time,
};

use super::{CLERK, NONCE, claims, code, document, redemption, token};
use crate::support::TestApp;

const SYNC: &str = "/slip-redemptions/sync";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_that_were_handed_over_offline_arrive_once() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(2).await, app.staff(CLERK).await);
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let slip = document(&app, &resident).await;
        tokens.push(token(&resident, &slip).await);
    }
    let at = wire_time::text(app.clock.now() + TimeDelta::minutes(5));
    let redemptions: Vec<Value> = tokens
        .iter()
        .enumerate()
        .map(|(number, token)| json!({"token": token, "nonce": format!("offline-redemption-{number}"), "at": at}))
        .collect();
    let log = json!({"redemptions": redemptions});
    app.clock.advance(TimeDelta::minutes(8));
    let first = clerk.post(SYNC, log.clone()).await.expect(200);
    // The answer was lost, so it is sent again, from two consoles' windows at once.
    let (second, third) = tokio::join!(clerk.post(SYNC, log.clone()), clerk.post(SYNC, log));
    for outcome in [&first, &second.expect(200), &third.expect(200)] {
        assert_eq!(*outcome, first);
    }
    for item in first["items"].as_array().unwrap() {
        assert_eq!((&item["problem"], &item["redeemed"]["at"]), (&Value::Null, &json!(at)));
    }
    assert_eq!(
        app.count("SELECT count(*) FROM slip_redemptions WHERE offline").await,
        3
    );
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-redeemed'")
            .await,
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_speaks_against_an_offline_redemption_is_told_and_recorded() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(2).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let old = token(&resident, &slip).await;
    resident
        .post(&format!("/slips/{slip}/reissue"), json!({}))
        .await
        .expect(200);
    let (new, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    clerk
        .post("/slip-redemptions", redemption(&new, NONCE, &typed))
        .await
        .expect(201);
    let revoked = document(&app, &resident).await;
    let gone = token(&resident, &revoked).await;
    resident
        .post(&format!("/slips/{revoked}/reissue"), json!({}))
        .await
        .expect(200);
    let now = app.clock.now();
    let sent = |number: usize, token: &str, minutes: i64| {
        let at = wire_time::text(now + TimeDelta::minutes(minutes));
        json!({"token": token, "nonce": format!("offline-redemption-{number}"), "at": at})
    };
    let late = document(&app, &resident).await;
    let future = token(&resident, &late).await;
    let log = json!({"redemptions": [sent(1, &old, 0), sent(2, &gone, 0), sent(3, &future, 60)]});
    let told = clerk.post(SYNC, log).await.expect(200);
    let kinds: Vec<&str> = (0..3)
        .map(|at| told["items"][at]["problem"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, [SLIP_REDEEMED.path(), SLIP_REVOKED.path(), INVALID_FIELD.path()]);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'slip.sync_refused'")
            .await,
        3
    );
    resident
        .post(SYNC, json!({"redemptions": []}))
        .await
        .refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_can_judge_by_what_it_was_given() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(2).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let old = token(&resident, &slip).await;
    resident
        .post(&format!("/slips/{slip}/reissue"), json!({}))
        .await
        .expect(200);
    let new = token(&resident, &slip).await;
    let keys = clerk.get("/slip-keys").await.expect(200);
    let key = hex::decode(keys["keys"][0]["public_key"].as_str().unwrap()).unwrap();
    let stated = Signed::read(&new)
        .unwrap()
        .verified(|id, message, signature| {
            assert_eq!(keys["keys"][0]["id"], id);
            Some(
                UnparsedPublicKey::new(&ED25519, &key)
                    .verify(message, signature)
                    .is_ok(),
            )
        })
        .unwrap();
    assert!(
        keys["revoked"]
            .as_array()
            .unwrap()
            .contains(&json!(claims(&old).id.hex()))
    );
    let waiting = keys["waiting"].as_array().unwrap();
    let mine: Vec<_> = waiting
        .iter()
        .filter(|one| one["tokens"].as_array().unwrap().contains(&json!(stated.id.hex())))
        .collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0]["holder"], "覃*");
    assert_eq!(waiting.len(), 2, "with the demonstration's own");
    let elsewhere = app.staff("clerk-churujing-1").await.get("/slip-keys").await.expect(200);
    assert_eq!((&elsewhere["waiting"], &elsewhere["revoked"]), (&json!([]), &json!([])));
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'slip.list_waiting'")
            .await,
        2
    );
}
