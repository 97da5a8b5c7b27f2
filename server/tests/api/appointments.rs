//! `/appointments`: booking, looking, cancelling and checking in.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use shared::{
    appointments::problems::{
        ALREADY_BOOKED, APPOINTMENT_STATE, CHECK_IN_EARLY, CHECK_IN_LATE, PRESENCE_INVALID, SERVICE_NOT_SERVED,
        WINDOW_FULL, WINDOW_PASSED,
    },
    problem::{IDEMPOTENCY_MISMATCH, MALFORMED, NOT_FOUND},
};

use crate::support::{Answer, Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";
async fn wish(app: &TestApp, at: usize) -> Value {
    let window = &app.windows("zhongxin", SERVICE).await[at];
    json!({"window_id": window["id"], "service_id": app.service(SERVICE)})
}

async fn residents(app: &TestApp, count: usize) -> Vec<Client> {
    futures::future::join_all((1..=count).map(|number| app.resident(number))).await
}

fn id(appointment: &Value) -> &str {
    appointment["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booked_seat_is_counted_listed_and_texted() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wish = wish(&app, 0).await;
    let before = app.windows("zhongxin", SERVICE).await[0]["remaining"].as_i64().unwrap();
    let booked = resident.post("/appointments", wish).await.expect(201);
    assert_eq!(booked["status"], "confirmed");
    assert_eq!(booked["code"].as_str().unwrap().len(), 6);

    let listed = resident.get("/appointments").await.expect(200);
    assert_eq!(listed["items"], json!([booked]));
    assert_eq!(
        resident
            .get(&format!("/appointments/{}", id(&booked)))
            .await
            .expect(200),
        booked
    );
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.windows("zhongxin", SERVICE).await[0]["remaining"], before - 1);
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'appointment-confirmed'")
            .await,
        1
    );
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_residents_race_for_one_seat_and_one_wins() {
    let app = TestApp::start().await;
    let contenders = residents(&app, 64).await;
    let wish = wish(&app, 5).await;
    let window = wish["window_id"].as_str().unwrap().replace('-', "");
    let window = if app.is_scaled() {
        format!("'{window}'")
    } else {
        format!("x'{window}'")
    };
    app.execute(&format!("UPDATE windows SET online_quota = 1 WHERE id = {window}"))
        .await;

    let answers = futures::future::join_all(contenders.iter().map(|one| one.post("/appointments", wish.clone()))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(won.len(), 1);
    for answer in lost {
        let problem = answer.refused(&WINDOW_FULL);
        assert_ne!(problem["next_free"]["id"], wish["window_id"]);
        assert!(problem["next_free"]["remaining"].as_i64().unwrap() > 0);
    }
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_sell_a_window_exactly_once() {
    let app = TestApp::start().await;
    if !app.is_scaled() {
        return;
    }
    let other = app.another_instance().await;
    let contenders = residents(&app, 64).await;
    let wish = wish(&app, 5).await;
    let quota = app.windows("zhongxin", SERVICE).await[5]["quota"].as_u64().unwrap();
    let bookings = contenders.iter().enumerate().map(|(number, one)| {
        let one = if number % 2 == 0 {
            one.clone()
        } else {
            one.on(&other.address)
        };
        let wish = wish.clone();
        async move { one.post("/appointments", wish).await }
    });
    let answers = futures::future::join_all(bookings).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 201).count() as u64,
        quota
    );
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 || answer.status == 409)
    );
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_books_a_service_once_a_day_however_often_they_press() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wishes = [wish(&app, 0).await, wish(&app, 1).await];
    let presses = (0..32).map(|press| resident.post("/appointments", wishes[press % 2].clone()));
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(&ALREADY_BOOKED);
    }
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_under_the_same_key_gets_the_first_answer_again() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wish = wish(&app, 0).await;
    let first = resident
        .post_once("/appointments", "key-1", wish.clone())
        .await
        .expect(201);
    let again = resident
        .post_once("/appointments", "key-1", wish.clone())
        .await
        .expect(201);
    assert_eq!(first, again);
    assert_eq!(app.count("SELECT count(*) FROM appointments").await, 1);

    let other = json!({"window_id": wish["window_id"], "service_id": app.service("id-card-renew")});
    resident
        .post_once("/appointments", "key-1", other)
        .await
        .refused(&IDEMPOTENCY_MISMATCH);
    // A key belongs to whoever sent it.
    app.resident(2)
        .await
        .post_once("/appointments", "key-1", wish)
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_parallel_retries_under_one_key_all_get_the_one_booking() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wish = wish(&app, 0).await;
    let retries = (0..16).map(|_| resident.post_once("/appointments", "retry", wish.clone()));
    let answers = futures::future::join_all(retries).await;
    let booked = answers[0].expect(201);
    assert!(answers.iter().all(|answer| answer.expect(201) == booked));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_family_member_is_booked_for_and_a_stranger_is_not() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let member = json!({"name": "王小明", "id_number": "11010519491231002X", "relation": "父亲"});
    let member = resident.post("/me/family", member).await.expect(201);
    let stranger = app.resident(2).await.get("/me").await.expect(200)["person"]["id"].clone();
    let mut wish = wish(&app, 0).await;
    wish["person_id"] = stranger;
    resident.post("/appointments", wish.clone()).await.refused(&NOT_FOUND);
    wish["person_id"] = member["id"].clone();
    assert_eq!(resident.post("/appointments", wish).await.expect(201)["person"], "王**");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_bookings_are_each_refused_for_their_reason() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let good = wish(&app, 0).await;
    let passport = json!({"window_id": good["window_id"], "service_id": app.service("passport-first")});
    resident
        .post("/appointments", passport)
        .await
        .refused(&SERVICE_NOT_SERVED);
    let nowhere = json!({"window_id": uuid::Uuid::nil(), "service_id": good["service_id"]});
    resident.post("/appointments", nowhere).await.refused(&NOT_FOUND);
    resident
        .post("/appointments", json!({"window": 1}))
        .await
        .refused(&MALFORMED);
    let torn = resident
        .request(reqwest::Method::POST, "/appointments")
        .header("content-type", "application/json")
        .body("{");
    Answer::of(torn).await.refused(&MALFORMED);
    app.clock.advance(TimeDelta::hours(2));
    let resident = app.resident(1).await;
    resident.post("/appointments", good).await.refused(&WINDOW_PASSED);
    assert_eq!(app.count("SELECT count(*) FROM appointments").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_residents_appointment_is_not_found_in_any_way() {
    let app = TestApp::start().await;
    let booked = app
        .resident(1)
        .await
        .post("/appointments", wish(&app, 0).await)
        .await
        .expect(201);
    let other = app.resident(2).await;
    let path = format!("/appointments/{}", id(&booked));
    other.get(&path).await.refused(&NOT_FOUND);
    other
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .refused(&NOT_FOUND);
    other
        .post(&format!("{path}/check-in"), json!({"presence": "000000"}))
        .await
        .refused(&NOT_FOUND);
    assert_eq!(other.get("/appointments").await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_seat_can_be_booked_again_and_a_second_cancel_is_refused() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let wish = wish(&app, 20).await;
    let booked = resident.post("/appointments", wish.clone()).await.expect(201);
    let cancel = format!("/appointments/{}/cancel", id(&booked));
    let answers = futures::future::join_all((0..16).map(|_| resident.post(&cancel, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(&APPOINTMENT_STATE);
    }
    resident.post("/appointments", wish).await.expect(201);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checking_in_needs_the_time_and_the_halls_own_code() {
    let app = TestApp::start().await;
    let first = app.windows("zhongxin", SERVICE).await[0].clone();
    let starts_at = DateTime::parse_from_rfc3339(first["starts_at"].as_str().unwrap())
        .unwrap()
        .to_utc();
    let booked = app
        .resident(1)
        .await
        .post("/appointments", wish(&app, 0).await)
        .await
        .expect(201);
    let check_in = format!("/appointments/{}/check-in", id(&booked));

    let resident = app.resident_again(1).await;
    let code = json!({"presence": app.presence("zhongxin").await});
    resident.post(&check_in, code).await.refused(&CHECK_IN_EARLY);

    app.clock.set(starts_at - TimeDelta::minutes(20));
    let resident = app.resident_again(1).await;
    resident
        .post(&check_in, json!({"presence": "123"}))
        .await
        .refused(&PRESENCE_INVALID);
    let elsewhere = json!({"presence": app.presence("churujing").await});
    resident.post(&check_in, elsewhere).await.refused(&PRESENCE_INVALID);
    let stale = json!({"presence": app.presence("zhongxin").await});
    app.clock.advance(TimeDelta::minutes(3));
    resident.post(&check_in, stale).await.refused(&PRESENCE_INVALID);

    let code = json!({"presence": app.presence("zhongxin").await});
    let ticket = resident.post(&check_in, code).await.expect(201);
    assert_eq!(ticket["status"], "waiting");
    assert_eq!(ticket["ahead"], 0);
    let shown = resident
        .get(&format!("/appointments/{}", id(&booked)))
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["ticket_id"]),
        (&json!("checked_in"), &ticket["id"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checking_in_ends_half_an_hour_after_the_window() {
    let app = TestApp::start().await;
    let first = app.windows("zhongxin", SERVICE).await[0].clone();
    let ends_at = DateTime::parse_from_rfc3339(first["ends_at"].as_str().unwrap())
        .unwrap()
        .to_utc();
    let booked = app
        .resident(1)
        .await
        .post("/appointments", wish(&app, 0).await)
        .await
        .expect(201);
    app.clock.set(ends_at + TimeDelta::minutes(30));
    let resident = app.resident_again(1).await;
    let code = json!({"presence": app.presence("zhongxin").await});
    resident
        .post(&format!("/appointments/{}/check-in", id(&booked)), code)
        .await
        .refused(&CHECK_IN_LATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_check_ins_of_one_appointment_make_one_ticket() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let booked = resident.post("/appointments", wish(&app, 0).await).await.expect(201);
    app.clock.advance(TimeDelta::minutes(40));
    let resident = app.resident_again(1).await;
    let code = json!({"presence": app.presence("zhongxin").await});
    let path = format!("/appointments/{}/check-in", id(&booked));
    let answers = futures::future::join_all((0..64).map(|_| resident.post(&path, code.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 || answer.status == 409),
        "{answers:?}"
    );
    assert_eq!(app.count("SELECT count(*) FROM tickets").await, 1);
}
