//! `/holds`: keeping a seat for some minutes.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    appointments::problems::{HOLD_EXPIRED, WINDOW_FULL},
    problem::NOT_FOUND,
};

use crate::support::{Client, TestApp};

async fn last_seat(app: &TestApp) -> Value {
    let window = app.windows("zhongxin", "id-card-replace-lost").await[20].clone();
    let id = window["id"].as_str().unwrap().replace('-', "");
    let id = if app.is_scaled() {
        format!("'{id}'")
    } else {
        format!("x'{id}'")
    };
    app.execute(&format!(
        "UPDATE windows SET online_taken = online_quota - 1 WHERE id = {id}"
    ))
    .await;
    json!({"window_id": window["id"], "service_id": app.service("id-card-replace-lost")})
}

async fn hold(client: &Client, seat: &Value) -> String {
    client.post("/holds", seat.clone()).await.expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_released_hold_comes_back_after_a_random_time_so_that_it_cannot_be_handed_on() {
    let app = TestApp::start().await;
    let seat = last_seat(&app).await;
    let (first, second) = (app.resident(1).await, app.resident(2).await);
    let held = hold(&first, &seat).await;
    second.post("/holds", seat.clone()).await.refused(&WINDOW_FULL);
    second.delete(&format!("/holds/{held}")).await.refused(&NOT_FOUND);
    first.delete(&format!("/holds/{held}")).await.expect(204);
    second.post("/holds", seat.clone()).await.refused(&WINDOW_FULL);
    app.clock.advance(TimeDelta::minutes(10));
    app.do_jobs().await;
    hold(&app.resident_again(2).await, &seat).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_becomes_the_appointment_in_place() {
    let app = TestApp::start().await;
    let seat = last_seat(&app).await;
    let resident = app.resident(1).await;
    let held = hold(&resident, &seat).await;
    let listed = resident.get("/appointments").await.expect(200);
    assert_eq!(
        listed["items"][0]["id"], held,
        "a page that was left can be found again"
    );
    assert!(listed["items"][0]["hold_expires_at"].is_string());
    let booked = resident
        .post("/appointments", json!({"hold_id": held}))
        .await
        .expect(201);
    assert_eq!(booked["id"], held);
    assert_eq!(booked["status"], "confirmed");
    app.resident(2)
        .await
        .post("/appointments", seat)
        .await
        .refused(&WINDOW_FULL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_ran_out_is_refused_and_its_seat_goes_to_the_next_one() {
    let app = TestApp::start().await;
    let seat = last_seat(&app).await;
    let (first, second) = (app.resident(1).await, app.resident(2).await);
    let held = hold(&first, &seat).await;
    app.clock.advance(TimeDelta::minutes(5));
    first
        .post("/appointments", json!({"hold_id": held}))
        .await
        .refused(&HOLD_EXPIRED);
    // Nobody swept: the seat is reclaimed by the booking that wants it.
    second.post("/appointments", seat).await.expect(201);
    first
        .post("/appointments", json!({"hold_id": held}))
        .await
        .refused(&HOLD_EXPIRED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_residents_hold_is_not_found() {
    let app = TestApp::start().await;
    let seat = last_seat(&app).await;
    let held = hold(&app.resident(1).await, &seat).await;
    app.resident(2)
        .await
        .post("/appointments", json!({"hold_id": held}))
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_confirmations_of_one_hold_make_one_appointment() {
    let app = TestApp::start().await;
    let seat = last_seat(&app).await;
    let resident = app.resident(1).await;
    let held = hold(&resident, &seat).await;
    let confirmations = (0..64).map(|_| resident.post("/appointments", json!({"hold_id": held})));
    let answers = futures::future::join_all(confirmations).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 || answer.status == 409),
        "{answers:?}"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'appointment-confirmed'")
            .await,
        1
    );
}
