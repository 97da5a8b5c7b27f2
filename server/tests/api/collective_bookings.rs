//! `/halls/{id}/collective-bookings` and `/collective-bookings/{id}`: seats for the people of an organisation.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    appointments::collective::{COLLECTIVE_OVER, CONTACT_UNKNOWN, PEOPLE_REFUSED, SEATS_SHORT},
    appointments::problems::{SERVICE_NOT_SERVED, WINDOW_PASSED},
    identity::rules::IdNumber,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp, id_number};

const SERVICE: &str = "id-card-replace-lost";
/// The contact is the demonstration resident with this number.
const CONTACT: usize = 1;
const CONTACT_PHONE: &str = "13800000001";

/// People whom the bureau does not know yet.
fn people(numbers: impl IntoIterator<Item = u32>) -> Vec<Value> {
    let person = |number: u32| {
        let digits = format!("53999919800101{:03}", number % 1000);
        let check = IdNumber::check_character(&digits).unwrap();
        json!({"name": "周学", "id_number": format!("{digits}{check}")})
    };
    numbers.into_iter().map(person).collect()
}

async fn on(app: &TestApp, day: &str) -> Vec<Value> {
    let windows = app.windows("zhongxin", SERVICE).await;
    windows.into_iter().filter(|window| window["day"] == day).collect()
}

fn wish(app: &TestApp, window: &Value, people: Vec<Value>) -> Value {
    json!({
        "organisation": "云川大学", "contact_phone": CONTACT_PHONE, "service_id": app.service(SERVICE),
        "window_id": window["id"], "people": people,
    })
}

fn path(app: &TestApp) -> String {
    format!("/halls/{}/collective-bookings", app.hall("zhongxin"))
}

async fn clerk(app: &TestApp) -> Client {
    app.staff("clerk-zhongxin-1").await
}

fn remaining(window: &Value) -> usize {
    usize::try_from(window["remaining"].as_u64().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_fills_one_window_after_the_other_and_its_contact_is_told_once() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let amount = remaining(&windows[2]) + 2;
    let list = people(0..u32::try_from(amount).unwrap());
    let made = clerk(&app).await.post(&path(&app), wish(&app, &windows[2], list)).await;
    let made = made.expect(201);
    assert_eq!((&made["people"], &made["expected"]), (&json!(amount), &json!(amount)));
    let seats = made["seats"].as_array().unwrap();
    let starts: Vec<_> = seats.iter().map(|seat| &seat["starts_at"]).collect();
    assert_eq!(starts[amount - 3], &windows[2]["starts_at"]);
    assert_eq!(
        starts[amount - 2..],
        [&windows[3]["starts_at"], &windows[3]["starts_at"]]
    );
    assert!(
        seats
            .iter()
            .all(|seat| seat["person"] == "周*" && seat["code"].as_str().unwrap().len() == 6)
    );
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    let texts = "SELECT count(*) FROM messages WHERE template = 'collective-confirmed'";
    assert_eq!(app.count(texts).await, 1);
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'appointment-confirmed'")
            .await,
        0
    );

    let contact = app.resident(CONTACT).await;
    let mine = contact.get("/me/collective-bookings").await.expect(200);
    assert_eq!(mine["items"][0]["seats"].as_array().unwrap().len(), amount);
    let alone = contact.get("/appointments").await.expect(200);
    assert_eq!(
        alone["items"],
        json!([]),
        "the contact's own appointments stay a short list"
    );
    let one = format!("/appointments/{}", seats[0]["appointment_id"].as_str().unwrap());
    assert_eq!(contact.get(&one).await.expect(200)["status"], "confirmed");
    let other = app.resident(2).await;
    other.get(&one).await.refused(&NOT_FOUND);
    assert_eq!(
        other.get("/me/collective-bookings").await.expect(200)["items"],
        json!([])
    );
    app.clock.advance(TimeDelta::days(1) + TimeDelta::hours(12));
    app.do_jobs().await;
    let reminders = "SELECT count(*) FROM messages WHERE template = 'reminder-day-before'";
    assert_eq!(app.count(reminders).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_booked_when_one_line_is_at_fault_and_every_such_line_is_named() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let own = json!({"window_id": windows[0]["id"], "service_id": app.service(SERVICE)});
    app.resident(3).await.post("/appointments", own).await.expect(201);
    let clerk = clerk(&app).await;
    let mut list = people(0..2);
    list.push(json!({"name": "周学", "id_number": "539999198001010000"}));
    list.push(list[0].clone());
    let refused = clerk.post(&path(&app), wish(&app, &windows[1], list)).await;
    let refused = refused.refused(&PEOPLE_REFUSED);
    assert_eq!(
        refused["lines"],
        json!([{"line": 3, "fault": "id_number"}, {"line": 4, "fault": "twice"}])
    );
    let mut list = people(0..2);
    list.push(json!({"name": "付刚", "id_number": id_number(3)}));
    let refused = clerk.post(&path(&app), wish(&app, &windows[1], list)).await;
    let refused = refused.refused(&PEOPLE_REFUSED);
    assert_eq!(refused["lines"], json!([{"line": 3, "fault": "already_booked"}]));
    let mut list = people(0..1);
    list.push(json!({"name": "别人", "id_number": id_number(4)}));
    let refused = clerk.post(&path(&app), wish(&app, &windows[1], list)).await;
    let refused = refused.refused(&PEOPLE_REFUSED);
    assert_eq!(refused["lines"], json!([{"line": 2, "fault": "mismatch"}]));
    assert_eq!(app.count("SELECT count(*) FROM appointments").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM collective_bookings").await, 0);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_list_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let clerk = clerk(&app).await;
    let good = wish(&app, &windows[1], people(0..1));
    let with = |field: &str, value: Value| {
        let mut changed = good.clone();
        changed[field] = value;
        changed
    };
    for (field, value) in [
        ("organisation", json!(" ")),
        ("organisation", json!("校".repeat(61))),
        ("contact_phone", json!("138")),
        ("people", json!([])),
        ("people", json!(people(0..201))),
    ] {
        let refused = clerk.post(&path(&app), with(field, value)).await;
        let refused = refused.refused(&INVALID_FIELD);
        assert_eq!(refused["field"], field);
    }
    let unknown = with("contact_phone", json!("13911112222"));
    clerk.post(&path(&app), unknown).await.refused(&CONTACT_UNKNOWN);
    let looked = "SELECT count(*) FROM audit_entries WHERE action = 'collective.contact_unknown'";
    assert_eq!(
        app.count(looked).await,
        1,
        "that somebody asked for a phone is recorded"
    );
    let elsewhere = with("service_id", json!(app.service("passport-first")));
    clerk.post(&path(&app), elsewhere).await.refused(&SERVICE_NOT_SERVED);
    let foreign = app.staff("clerk-churujing-1").await;
    foreign.post(&path(&app), good.clone()).await.refused(&NOT_FOUND);
    let resident = app.resident(2).await;
    resident.post(&path(&app), good.clone()).await.refused(&FORBIDDEN);
    app.clock.advance(TimeDelta::days(3));
    let clerk = self::clerk(&app).await;
    clerk.post(&path(&app), good).await.refused(&WINDOW_PASSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_lists_at_once_each_has_all_of_its_seats_or_none() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let last = &windows[windows.len() - 2..];
    let free: usize = last.iter().map(remaining).sum();
    let each = u32::try_from(free / 3 + 1).unwrap();
    let clerk = clerk(&app).await;
    let booking = (0..8).map(|list| {
        let wish = wish(&app, &last[0], people(list * each..(list + 1) * each));
        let (clerk, path) = (&clerk, path(&app));
        async move { clerk.post(&path, wish).await }
    });
    let answers = futures::future::join_all(booking).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 2);
    let left = u64::try_from(free).unwrap() - u64::from(2 * each);
    for answer in refused {
        let refused = answer.refused(&SEATS_SHORT);
        assert_eq!(refused["free"].as_u64().unwrap(), left);
    }
    let booked = app
        .count("SELECT count(*) FROM appointments WHERE status = 'confirmed'")
        .await;
    assert_eq!(booked, i64::from(2 * each));
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    assert_eq!(
        app.count("SELECT count(*) FROM windows WHERE online_taken > online_quota")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_come_one_by_one_and_one_who_moves_stays_on_the_list() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let clerk = clerk(&app).await;
    let list = people(0..3);
    let made = clerk
        .post(&path(&app), wish(&app, &windows[0], list.clone()))
        .await
        .expect(201);
    let seat = |line: usize| {
        format!(
            "/appointments/{}",
            made["seats"][line]["appointment_id"].as_str().unwrap()
        )
    };
    let contact = app.resident(CONTACT).await;
    let later = json!({"window_id": windows[5]["id"]});
    let moved = contact
        .post(&format!("{}/reschedule", seat(1)), later)
        .await
        .expect(200);
    contact
        .post(&format!("{}/cancel", seat(2)), json!(null))
        .await
        .expect(200);
    app.clock.advance(TimeDelta::days(2) + TimeDelta::hours(1));
    let kiosk = app.device("kiosk", "zhongxin").await;
    let check_in = format!("/halls/{}/check-ins", app.hall("zhongxin"));
    let arrived = json!({"id_number": list[0]["id_number"]});
    kiosk.post(&check_in, arrived).await.expect(201);

    let clerk = self::clerk(&app).await;
    let id = made["id"].as_str().unwrap();
    let shown = clerk.get(&format!("/collective-bookings/{id}")).await.expect(200);
    let statuses: Vec<_> = shown["seats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seat| &seat["status"])
        .collect();
    assert_eq!(statuses, ["checked_in", "confirmed", "cancelled"]);
    assert_eq!(shown["seats"][1]["appointment_id"], moved["id"]);
    assert_eq!((&shown["arrived"], &shown["expected"]), (&json!(1), &json!(1)));
    let listed = clerk.get(&path(&app)).await.expect(200);
    for same in ["id", "people", "expected", "arrived"] {
        assert_eq!(listed["items"][0][same], shown[same], "{same}");
    }
    assert_eq!(shown["people"], 3);
    assert!(listed["items"][0].get("seats").is_none());
    let viewed = "SELECT count(*) FROM audit_entries WHERE action = 'collective.view'";
    assert_eq!(app.count(viewed).await, 1);
    let foreign = app.staff("clerk-churujing-1").await;
    foreign
        .get(&format!("/collective-bookings/{id}"))
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hall_cancels_who_is_still_to_come_without_a_strike() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let clerk = clerk(&app).await;
    let made = clerk
        .post(&path(&app), wish(&app, &windows[0], people(0..3)))
        .await
        .expect(201);
    let cancel = format!("/collective-bookings/{}/cancel", made["id"].as_str().unwrap());
    let foreign = app.staff("clerk-churujing-1").await;
    foreign.post(&cancel, json!(null)).await.refused(&NOT_FOUND);
    let both = futures::future::join_all((0..4).map(|_| clerk.post(&cancel, json!(null)))).await;
    assert_eq!(both.iter().filter(|answer| answer.status == 200).count(), 1);
    for late in both.iter().filter(|answer| answer.status != 200) {
        late.refused(&COLLECTIVE_OVER);
    }
    assert_eq!(
        app.count("SELECT count(*) FROM appointments WHERE status = 'cancelled'")
            .await,
        3
    );
    assert_eq!(app.count("SELECT count(*) FROM strikes").await, 0);
    let texts = "SELECT count(*) FROM messages WHERE template = 'collective-cancelled'";
    assert_eq!(app.count(texts).await, 1);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closure_tells_the_contact_once() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    clerk(&app)
        .await
        .post(&path(&app), wish(&app, &windows[0], people(0..5)))
        .await
        .expect(201);
    let manager = app.staff("manager-zhongxin").await;
    let closure = json!({
        "starts_at": "2026-11-25T00:00:00+08:00", "ends_at": "2026-11-25T23:59:00+08:00", "reason": "停电",
    });
    let closed = manager.post("/admin/closures", closure).await.expect(201);
    assert_eq!(closed["cancelled"], 5);
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'hall-closed'")
            .await,
        1
    );
}
