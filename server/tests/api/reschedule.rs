//! `/appointments/{id}/reschedule`, the calendar file, the reminders, and what becomes of a seat that is given back.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::{
    appointments::problems::{
        ALREADY_BOOKED, APPOINTMENT_STATE, RESCHEDULE_LATE, SERVICE_NOT_SERVED, TOO_MANY_APPOINTMENTS, WINDOW_FULL,
    },
    problem::NOT_FOUND,
};

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";

async fn window(app: &TestApp, at: usize) -> Value {
    app.windows("zhongxin", SERVICE).await[at].clone()
}

async fn book(app: &TestApp, resident: &Client, window: &Value) -> Value {
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    resident.post("/appointments", wish).await.expect(201)
}

fn reschedule(appointment: &Value) -> String {
    format!("/appointments/{}/reschedule", appointment["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_moves_to_another_window_and_keeps_its_code() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let (from, to) = (window(&app, 40).await, window(&app, 60).await);
    let booked = book(&app, &resident, &from).await;
    let moved = resident
        .post(&reschedule(&booked), json!({"window_id": to["id"]}))
        .await
        .expect(200);
    assert_eq!(
        (&moved["window_id"], &moved["status"]),
        (&to["id"], &json!("confirmed"))
    );
    assert_eq!(moved["code"], booked["code"]);
    assert_ne!(moved["id"], booked["id"]);
    let earlier = format!("/appointments/{}", booked["id"].as_str().unwrap());
    assert_eq!(resident.get(&earlier).await.expect(200)["status"], "rescheduled");
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'appointment-rescheduled'")
            .await,
        1
    );
    resident
        .post(&reschedule(&booked), json!({"window_id": from["id"]}))
        .await
        .refused(&APPOINTMENT_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_reminded_once_each_time_of_what_stands_then_and_not_of_what_was_moved_or_cancelled() {
    let app = TestApp::start().await;
    let (moves, cancels) = (app.resident(1).await, app.resident(2).await);
    let (from, to) = (window(&app, 40).await, window(&app, 60).await);
    let booked = book(&app, &moves, &from).await;
    moves
        .post(&reschedule(&booked), json!({"window_id": to["id"]}))
        .await
        .expect(200);
    let given_up = book(&app, &cancels, &to).await;
    let cancel = format!("/appointments/{}/cancel", given_up["id"].as_str().unwrap());
    cancels.post(&cancel, json!({})).await.expect(200);
    let begins: DateTime<Utc> = to["starts_at"].as_str().unwrap().parse().unwrap();
    let mut sent = Vec::new();
    for hours_before in [24, 14, 3, 2, 1] {
        app.clock.set(begins - TimeDelta::hours(hours_before));
        tokio::join!(app.do_jobs(), app.do_jobs());
        sent.push(
            app.count("SELECT count(*) FROM messages WHERE template LIKE 'reminder-%'")
                .await,
        );
    }
    assert_eq!(sent, [0, 1, 1, 2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_residents_move_into_one_seat_and_one_wins_while_the_others_keep_theirs() {
    let app = TestApp::start().await;
    let to = window(&app, 60).await;
    app.execute(&format!(
        "UPDATE windows SET online_quota = 1 WHERE id = {}",
        app.sql_id(&to["id"])
    ))
    .await;
    let contenders = futures::future::join_all((1..=64).map(|number| app.resident(number))).await;
    app.execute("UPDATE windows SET online_quota = 64 WHERE online_quota > 1")
        .await;
    let from = window(&app, 40).await;
    let booked = futures::future::join_all(contenders.iter().map(|one| book(&app, one, &from))).await;
    let moves = contenders
        .iter()
        .zip(&booked)
        .map(async |(one, booked)| one.post(&reschedule(booked), json!({"window_id": to["id"]})).await);
    let answers = futures::future::join_all(moves).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let problem = answer.refused(&WINDOW_FULL);
        assert_ne!(problem["next_free"]["id"], to["id"]);
    }
    assert_eq!(
        app.count("SELECT count(*) FROM appointments WHERE status = 'confirmed'")
            .await,
        64
    );
    assert_eq!(app.count("SELECT count(*) FROM pending_returns").await, 1);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_moves_of_one_appointment_move_it_once() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let booked = book(&app, &resident, &window(&app, 40).await).await;
    let path = reschedule(&booked);
    let targets = [window(&app, 60).await, window(&app, 61).await];
    let moves = (0..16).map(|press| resident.post(&path, json!({"window_id": targets[press % 2]["id"]})));
    let answers = futures::future::join_all(moves).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(&APPOINTMENT_STATE);
    }
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_that_cannot_be_are_each_refused_for_their_reason() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let (first, later) = (window(&app, 0).await, window(&app, 60).await);
    let booked = book(&app, &resident, &first).await;
    resident
        .post(&reschedule(&booked), json!({"window_id": later["id"]}))
        .await
        .refused(&RESCHEDULE_LATE);
    let other = book(&app, &resident, &later).await;
    resident
        .post(&reschedule(&other), json!({"window_id": later["id"]}))
        .await
        .refused(&ALREADY_BOOKED);
    resident
        .post(&reschedule(&other), json!({"window_id": first["id"]}))
        .await
        .refused(&ALREADY_BOOKED);
    let passport = app.windows("churujing", "passport-first").await[30].clone();
    resident
        .post(&reschedule(&other), json!({"window_id": passport["id"]}))
        .await
        .refused(&SERVICE_NOT_SERVED);
    app.resident(2)
        .await
        .post(&reschedule(&other), json!({"window_id": first["id"]}))
        .await
        .refused(&NOT_FOUND);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_at_most_three_appointments_however_many_are_pressed_at_once() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let windows = app.windows("zhongxin", SERVICE).await;
    let mut days: Vec<Value> = Vec::new();
    for window in windows {
        if days.iter().all(|known| known["day"] != window["day"]) {
            days.push(window);
        }
    }
    let service = app.service(SERVICE);
    let presses = days.iter().map(|window| {
        resident.post(
            "/appointments",
            json!({"window_id": window["id"], "service_id": service}),
        )
    });
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused(&TOO_MANY_APPOINTMENTS)["limit"], 3);
    }
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_seat_is_away_for_a_minute_and_back_after_ten() {
    let app = TestApp::start().await;
    let (first, second) = (app.resident(1).await, app.resident(2).await);
    let full = window(&app, 40).await;
    app.execute(&format!(
        "UPDATE windows SET online_quota = 1 WHERE id = {}",
        app.sql_id(&full["id"])
    ))
    .await;
    let booked = book(&app, &first, &full).await;
    let cancel = format!("/appointments/{}/cancel", booked["id"].as_str().unwrap());
    first.post(&cancel, json!({})).await.expect(200);
    app.clock.advance(TimeDelta::seconds(59));
    app.do_jobs().await;
    let wish = json!({"window_id": full["id"], "service_id": app.service(SERVICE)});
    second.post("/appointments", wish.clone()).await.refused(&WINDOW_FULL);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    app.clock.advance(TimeDelta::minutes(9) + TimeDelta::seconds(2));
    tokio::join!(app.do_jobs(), app.do_jobs());
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let second = app.resident_again(2).await;
    second.post("/appointments", wish).await.expect(201);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calendar_file_is_the_residents_own_and_says_when_and_where() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let booked = book(&app, &resident, &window(&app, 40).await).await;
    let path = format!("/appointments/{}.ics", booked["id"].as_str().unwrap());
    let file = resident.get(&path).await;
    assert_eq!(file.status, 200);
    assert!(
        file.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/calendar")
    );
    let starts = DateTime::parse_from_rfc3339(booked["starts_at"].as_str().unwrap()).unwrap();
    let line = format!("\r\nDTSTART:{}\r\n", starts.to_utc().format("%Y%m%dT%H%M%SZ"));
    assert!(file.text.contains(&line), "{}", file.text);
    assert!(file.text.contains(booked["code"].as_str().unwrap()));
    assert!(file.text.split("\r\n").all(|line| line.len() <= 75));
    app.resident(2).await.get(&path).await.refused(&NOT_FOUND);

    let cancel = format!("/appointments/{}/cancel", booked["id"].as_str().unwrap());
    resident.post(&cancel, json!({})).await.expect(200);
    assert!(resident.get(&path).await.text.contains("\r\nSTATUS:CANCELLED\r\n"));
}
