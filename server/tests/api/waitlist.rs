//! `/waitlist`: waiting for a seat that is given back.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use shared::{
    appointments::problems::{ALREADY_BOOKED, ALREADY_WAITING, HOLD_EXPIRED, SEATS_FREE},
    problem::{INVALID_FIELD, NOT_FOUND},
};

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";

/// A window with one seat, and the resident who has it.
async fn sold_out(app: &TestApp) -> (Value, Client, Value) {
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    app.execute(&format!(
        "UPDATE windows SET online_quota = 1 WHERE id = {}",
        app.sql_id(&window["id"])
    ))
    .await;
    let owner = app.resident(1).await;
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked = owner.post("/appointments", wish).await.expect(201);
    (window, owner, booked)
}

fn entry(app: &TestApp, window: &Value) -> Value {
    json!({"service_id": app.service(SERVICE), "hall_id": app.hall("zhongxin"), "window_id": window["id"]})
}

async fn cancel(owner: &Client, booked: &Value) {
    let path = format!("/appointments/{}/cancel", booked["id"].as_str().unwrap());
    owner.post(&path, json!({})).await.expect(200);
}

async fn standing(client: &Client) -> Value {
    client.get("/waitlist").await.expect(200)["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_seat_is_offered_to_whoever_waits_longest_and_confirmed_once() {
    let app = TestApp::start().await;
    let (window, owner, booked) = sold_out(&app).await;
    let (second, third) = (app.resident(2).await, app.resident(3).await);
    let waiting = second.post("/waitlist", entry(&app, &window)).await.expect(201);
    assert_eq!((&waiting["status"], &waiting["ahead"]), (&json!("waiting"), &json!(0)));
    assert_eq!(waiting["starts_at"], window["starts_at"]);
    assert_eq!(
        third.post("/waitlist", entry(&app, &window)).await.expect(201)["ahead"],
        1
    );
    cancel(&owner, &booked).await;

    let offered = standing(&second).await;
    assert_eq!(offered["status"], "offered");
    assert_eq!(offered["offer"]["starts_at"], window["starts_at"]);
    let seat = format!("/appointments/{}", offered["offer"]["id"].as_str().unwrap());
    let seat = second.get(&seat).await.expect(200);
    assert_eq!(seat["hold_expires_at"], offered["offer"]["expires_at"]);
    assert_eq!(
        (&seat["service"], &seat["hall"], &seat["person"]),
        (&offered["service"], &offered["hall"], &offered["person"])
    );
    assert_eq!(standing(&third).await["status"], "waiting");
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'waitlist-offer'")
            .await,
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM pending_returns").await, 0);
    let hold = json!({"hold_id": offered["offer"]["id"]});
    third.post("/appointments", hold.clone()).await.refused(&NOT_FOUND);
    let claims = (0..64).map(|_| second.post("/appointments", hold.clone()));
    let answers = futures::future::join_all(claims).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(standing(&second).await["status"], "claimed");
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_nobody_takes_goes_to_the_next_one_after_fifteen_minutes() {
    let app = TestApp::start().await;
    let (window, owner, booked) = sold_out(&app).await;
    let (second, third) = (app.resident(2).await, app.resident(3).await);
    second.post("/waitlist", entry(&app, &window)).await.expect(201);
    third.post("/waitlist", entry(&app, &window)).await.expect(201);
    cancel(&owner, &booked).await;
    let offered = standing(&second).await;
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    app.do_jobs().await;
    app.clock.advance(TimeDelta::seconds(1));
    tokio::join!(app.do_jobs(), app.do_jobs());

    let (second, third) = (app.resident_again(2).await, app.resident_again(3).await);
    assert_eq!(standing(&second).await["status"], "lapsed");
    let passed_on = standing(&third).await;
    assert_eq!(passed_on["status"], "offered");
    second
        .post("/appointments", json!({"hold_id": offered["offer"]["id"]}))
        .await
        .refused(&HOLD_EXPIRED);
    third
        .post("/appointments", json!({"hold_id": passed_on["offer"]["id"]}))
        .await
        .expect(201);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_declines_passes_the_seat_on_and_whoever_leaves_is_skipped() {
    let app = TestApp::start().await;
    let (window, owner, booked) = sold_out(&app).await;
    let waiting = [app.resident(2).await, app.resident(3).await, app.resident(4).await];
    for one in &waiting {
        one.post("/waitlist", entry(&app, &window)).await.expect(201);
    }
    let leave = |entry: &Value| format!("/waitlist/{}", entry["id"].as_str().unwrap());
    let second = standing(&waiting[1]).await;
    waiting[0].delete(&leave(&second)).await.refused(&NOT_FOUND);
    waiting[1].delete(&leave(&second)).await.expect(204);
    waiting[1].delete(&leave(&second)).await.refused(&NOT_FOUND);
    cancel(&owner, &booked).await;
    let first = standing(&waiting[0]).await;
    assert_eq!(first["status"], "offered");
    waiting[0].delete(&leave(&first)).await.expect(204);
    assert_eq!(standing(&waiting[2]).await["status"], "offered");
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_where_a_seat_is_free_or_twice_or_for_what_is_booked() {
    let app = TestApp::start().await;
    let (window, owner, _) = sold_out(&app).await;
    let resident = app.resident(2).await;
    let free = app.windows("zhongxin", SERVICE).await[60].clone();
    let problem = resident
        .post("/waitlist", entry(&app, &free))
        .await
        .refused(&SEATS_FREE);
    assert_eq!(problem["free_window"], free["id"]);
    let day = json!({"service_id": app.service(SERVICE), "hall_id": app.hall("zhongxin"), "day": window["day"]});
    resident.post("/waitlist", day).await.refused(&SEATS_FREE);
    let vague = json!({"service_id": app.service(SERVICE), "hall_id": app.hall("zhongxin")});
    resident.post("/waitlist", vague).await.refused(&INVALID_FIELD);
    owner
        .post("/waitlist", entry(&app, &window))
        .await
        .refused(&ALREADY_BOOKED);
    let presses = (0..16).map(|_| resident.post("/waitlist", entry(&app, &window)));
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(&ALREADY_WAITING);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_cancelled_seats_go_to_thirty_two_who_wait_in_their_order() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    app.execute(&format!(
        "UPDATE windows SET online_quota = 32 WHERE id = {}",
        app.sql_id(&window["id"])
    ))
    .await;
    let residents = futures::future::join_all((1..=72).map(|number| app.resident(number))).await;
    let (owners, waiting) = residents.split_at(32);
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked: Vec<Value> =
        futures::future::join_all(owners.iter().map(|one| one.post("/appointments", wish.clone())))
            .await
            .iter()
            .map(|answer| answer.expect(201))
            .collect();
    for one in waiting {
        one.post("/waitlist", entry(&app, &window)).await.expect(201);
    }
    let cancels = owners.iter().zip(&booked).map(|(owner, booked)| cancel(owner, booked));
    futures::future::join_all(cancels).await;
    for (place, one) in waiting.iter().enumerate() {
        let expected = if place < 32 { "offered" } else { "waiting" };
        assert_eq!(standing(one).await["status"], expected, "place {place}");
    }
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    let until = DateTime::parse_from_rfc3339(standing(&waiting[0]).await["offer"]["expires_at"].as_str().unwrap());
    assert!(until.is_ok());
}
