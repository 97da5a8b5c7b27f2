//! `/lockers` and `/slips/{id}/compartment`: what lies in a locker is handed over by the locker, once.

use serde_json::{Value, json};
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
    slips::{
        locker::{COMPARTMENT_TAKEN, NOT_FOR_LOCKERS, SLIP_NOT_IN_LOCKER},
        problems::{SLIP_CODE_NEEDED, SLIP_CODE_WRONG, SLIP_LOCKED, SLIP_REDEEMED, SLIP_WRONG_SITE},
        token::SlipKind,
    },
};

use super::{CLERK, NONCE, code, document, issue, redemption, token};
use crate::support::{Client, TestApp};

/// The locker of the clerk's hall.
async fn locker_of(clerk: &Client) -> Value {
    clerk.get("/lockers").await.expect(200)["items"][0]["id"].clone()
}

async fn lay(clerk: &Client, slip: &str, number: i32) -> Value {
    let place = json!({"locker_id": locker_of(clerk).await, "number": number});
    clerk
        .put(&format!("/slips/{slip}/compartment"), place)
        .await
        .expect(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_in_a_locker_is_collected_by_its_owner_without_a_clerk() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let locker = app.device("locker", "zhongxin").await;
    let slip = document(&app, &resident).await;
    let text = token(&resident, &slip).await;
    lay(&clerk, &slip, 12).await;
    let seen = resident.get(&format!("/slips/{slip}")).await.expect(200);
    assert_eq!(seen["compartment"]["locker"], "一层东侧取件柜");
    assert_eq!(seen["compartment"]["number"], 12);

    let shown = locker.post("/slip-look-ups", json!({"token": text})).await.expect(200);
    assert_eq!(shown["compartment"]["number"], 12);
    let without_code = json!({"token": text, "nonce": NONCE});
    locker
        .post("/slip-redemptions", without_code)
        .await
        .refused(&SLIP_CODE_NEEDED);
    let typed = code(&resident, &slip).await;
    let done = redemption(&text, NONCE, &typed);
    let opened = locker.post("/slip-redemptions", done.clone()).await.expect(201);
    assert_eq!((&opened["compartment"], &opened["counter"]), (&json!(12), &Value::Null));
    assert_eq!(
        locker.post("/slip-redemptions", done).await.expect(201),
        opened,
        "a retry opens the same"
    );

    let again = redemption(&text, "another-scanner-1234", &typed);
    let problem = clerk.post("/slip-redemptions", again).await.refused(&SLIP_REDEEMED);
    assert_eq!((&problem["at"], &problem["compartment"]), (&opened["at"], &json!(12)));
    let seen = resident.get(&format!("/slips/{slip}")).await.expect(200);
    assert_eq!(seen["redemption"]["compartment"], 12);
    assert!(seen.get("compartment").is_none(), "nothing lies there any more");
    for (action, times) in [("slip.store", 1), ("slip.redeem", 1)] {
        let sql = format!("SELECT count(*) FROM audit_entries WHERE action = '{action}'");
        assert_eq!(app.count(&sql).await, times, "{action}");
    }
    // The compartment is free again.
    let next = document(&app, &resident).await;
    lay(&clerk, &next, 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locker_opens_for_what_lies_in_it_and_for_nothing_else() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let locker = app.device("locker", "zhongxin").await;
    let slip = document(&app, &resident).await;
    let done = redemption(&token(&resident, &slip).await, NONCE, &code(&resident, &slip).await);
    let redeem = async |by: &Client| by.post("/slip-redemptions", done.clone()).await;

    // It lies on the shelf.
    redeem(&locker).await.refused(&SLIP_NOT_IN_LOCKER);
    let looked_up = json!({"token": done["token"]});
    locker
        .post("/slip-look-ups", looked_up)
        .await
        .refused(&SLIP_NOT_IN_LOCKER);
    redeem(&app.device("locker", "churujing").await)
        .await
        .refused(&SLIP_WRONG_SITE);
    redeem(&app.device("kiosk", "zhongxin").await).await.refused(&FORBIDDEN);

    // It was taken out again.
    let path = format!("/slips/{slip}/compartment");
    lay(&clerk, &slip, 3).await;
    clerk.delete(&path).await.expect(200);
    clerk.delete(&path).await.refused(&NOT_FOUND);
    redeem(&locker).await.refused(&SLIP_NOT_IN_LOCKER);

    // Where nothing can be laid.
    let other = document(&app, &resident).await;
    lay(&clerk, &other, 4).await;
    let locker_id = locker_of(&clerk).await;
    let lay_at = async |id: &str, number: i32| {
        let place = json!({"locker_id": locker_id, "number": number});
        clerk.put(&format!("/slips/{id}/compartment"), place).await
    };
    lay_at(&slip, 4).await.refused(&COMPARTMENT_TAKEN);
    lay_at(&slip, 0).await.refused(&INVALID_FIELD);
    let elsewhere = locker_of(&app.staff("clerk-churujing-1").await).await;
    let place = json!({"locker_id": elsewhere, "number": 5});
    clerk.put(&path, place).await.refused(&INVALID_FIELD);
    let property = issue(&app, &resident, "test/property", SlipKind::Property, true).await;
    lay_at(&property, 5).await.refused(&NOT_FOR_LOCKERS);
    let unfinished = issue(&app, &resident, "test/unfinished", SlipKind::Document, false).await;
    lay_at(&unfinished, 5).await.refused(&NOT_FOR_LOCKERS);

    // What lies in a locker is on no list of a console without a connection, and at a counter the clerk is told where it is.
    let waiting = clerk.get("/slip-keys").await.expect(200)["waiting"].to_string();
    assert_eq!(waiting.matches("E12345678").count(), 2, "{waiting}");
    let text = token(&resident, &other).await;
    let shown = clerk.post("/slip-look-ups", json!({"token": text})).await.expect(200);
    assert_eq!(shown["compartment"]["number"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_at_a_locker_locks_the_slip() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let locker = app.device("locker", "zhongxin").await;
    let slip = document(&app, &resident).await;
    let text = token(&resident, &slip).await;
    lay(&clerk, &slip, 7).await;
    let right = code(&resident, &slip).await;
    let wrong = if right == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        let guess = redemption(&text, NONCE, wrong);
        locker.post("/slip-redemptions", guess).await.refused(&SLIP_CODE_WRONG);
    }
    let known = redemption(&text, NONCE, &right);
    locker.post("/slip-redemptions", known).await.refused(&SLIP_LOCKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_locker_and_a_counter_that_scan_at_once_exactly_one_hands_over() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let locker = app.device("locker", "zhongxin").await;
    let slip = document(&app, &resident).await;
    let (text, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    lay(&clerk, &slip, 9).await;
    let scans = (0..32).map(|number| {
        let desk = if number % 2 == 0 { locker.clone() } else { clerk.clone() };
        let done = redemption(&text, &format!("scanner-number-{number:04}"), &typed);
        tokio::spawn(async move { desk.post("/slip-redemptions", done).await })
    });
    let mut successes = 0;
    for scan in scans.collect::<Vec<_>>() {
        let answer = scan.await.unwrap();
        if answer.status == 201 {
            successes += 1;
        } else {
            let kinds = [&SLIP_REDEEMED, &SLIP_NOT_IN_LOCKER];
            assert!(
                kinds.iter().any(|kind| answer.text.contains(kind.slug)),
                "{}",
                answer.text
            );
        }
    }
    assert_eq!(successes, 1);
    assert_eq!(app.count("SELECT count(*) FROM slip_redemptions").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM slip_compartments").await, 0);
}
