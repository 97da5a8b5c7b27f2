//! `/tickets` and the board: where a ticket stands, once and live.

use serde_json::{Value, json};
use shared::problem::NOT_FOUND;

use crate::support::{Client, Events, TestApp, id_number};

const SERVICE: &str = "id-card-replace-lost";

async fn walk_in(app: &TestApp, clerk: &Client) -> Value {
    let path = format!("/halls/{}/tickets", app.hall("zhongxin"));
    clerk
        .post(&path, json!({"service_id": app.service(SERVICE)}))
        .await
        .expect(201)
}

async fn open_counter(app: &TestApp, clerk: &Client) -> String {
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counter = hall["counters"][0]["id"].as_str().unwrap().to_owned();
    clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    counter
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_tells_how_many_are_ahead_and_how_long_that_takes() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let first = walk_in(&app, &clerk).await;
    assert_eq!(first["number"], "A001");
    assert_eq!(first["wait_minutes"], json!(null), "no counter is open");
    open_counter(&app, &clerk).await;
    let second = walk_in(&app, &clerk).await;
    assert_eq!(second["ahead"], 1);
    let wait = &second["wait_minutes"];
    assert!(wait["low"].as_i64().unwrap() < wait["high"].as_i64().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_follows_the_ticket_from_waiting_to_served_and_ends() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let (first, second) = (walk_in(&app, &clerk).await, walk_in(&app, &clerk).await);
    let path = format!("/tickets/{}", second["id"].as_str().unwrap());
    let mut events = Events::open(&app.anyone(), &format!("{path}/events")).await;
    assert_eq!(events.next().await.unwrap()["ahead"], 1);

    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    assert_eq!(events.next().await.unwrap()["ahead"], 0);
    let first = format!("/tickets/{}", first["id"].as_str().unwrap());
    clerk.post(&format!("{first}/serve"), json!({})).await.expect(200);
    clerk.post(&format!("{first}/finish"), json!({})).await.expect(200);
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    let called = until(&mut events, "called").await;
    assert_eq!(called["counter"]["number"], 1);
    clerk.post(&format!("{path}/serve"), json!({})).await.expect(200);
    clerk.post(&format!("{path}/finish"), json!({})).await.expect(200);
    until(&mut events, "served").await;
    assert_eq!(events.next().await, None);
}

async fn until(events: &mut Events, status: &str) -> Value {
    loop {
        let ticket = events.next().await.expect("the stream goes on");
        if ticket["status"] == status {
            return ticket;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_on_one_instance_sees_a_call_made_on_another() {
    let app = TestApp::start().await;
    if !app.is_scaled() {
        return;
    }
    let other = app.another_instance().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let ticket = walk_in(&app, &clerk).await;
    let path = format!("/tickets/{}/events", ticket["id"].as_str().unwrap());
    let mut events = Events::open(&app.anyone().on(&other.address), &path).await;
    assert_eq!(events.next().await.unwrap()["status"], "waiting");
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    until(&mut events, "called").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_board_shows_calls_with_masked_names_and_who_waits() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let path = format!("/halls/{}/board", app.hall("zhongxin"));
    let screen = app.device("board", "zhongxin").await;
    let mut events = Events::open(&screen, &format!("{path}/events")).await;
    assert_eq!(events.next().await.unwrap()["calls"], json!([]));
    walk_in(&app, &clerk).await;
    walk_in(&app, &clerk).await;
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    loop {
        let board = events.next().await.unwrap();
        if board["calls"][0]["number"] == "A001" {
            break;
        }
    }
    let board = screen.get(&path).await.expect(200);
    assert_eq!(board["waiting"][0]["waiting"], 1);
    assert_eq!(board["waiting"][0]["counters"], 1);
    assert_eq!(board["presence"].as_str().unwrap().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_elsewhere_sees_the_numbers_but_neither_names_nor_the_code() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let hall = app.hall("zhongxin");
    let wish = json!({"service_id": app.service(SERVICE), "id_number": id_number(5)});
    let kiosk = app.device("kiosk", "zhongxin").await;
    kiosk.post(&format!("/halls/{hall}/tickets"), wish).await.expect(201);
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    let path = format!("/halls/{hall}/board");
    let (there, elsewhere) = (
        app.device("board", "zhongxin").await.get(&path).await.expect(200),
        app.anyone().get(&path).await.expect(200),
    );
    assert_eq!(elsewhere["calls"][0]["number"], there["calls"][0]["number"]);
    assert!(there["calls"][0]["person"].as_str().unwrap().contains('*'));
    assert!(elsewhere["calls"][0]["person"].is_null() && elsewhere.get("presence").is_none());
    let mut followed = Events::open(&app.anyone(), &format!("{path}/events?language=zh-CN")).await;
    let followed = followed.next().await.unwrap();
    assert_ne!(
        followed["hall"], elsewhere["hall"],
        "an event stream has no header of ours"
    );
    assert!(followed["calls"][0]["person"].is_null() && followed.get("presence").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_residents_ticket_is_shown_to_the_resident_and_the_hall_only() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked = resident.post("/appointments", wish).await.expect(201);
    app.clock.advance(chrono::TimeDelta::minutes(40));
    let resident = app.resident_again(1).await;
    let presence = json!({"presence": app.presence("zhongxin").await});
    let path = format!("/appointments/{}/check-in", booked["id"].as_str().unwrap());
    let ticket = resident.post(&path, presence).await.expect(201);
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    resident.get(&path).await.expect(200);
    app.staff("clerk-zhongxin-1").await.get(&path).await.expect(200);
    app.staff("clerk-churujing-1")
        .await
        .get(&path)
        .await
        .refused(&NOT_FOUND);
    app.resident(2).await.get(&path).await.refused(&NOT_FOUND);
    app.anyone().get(&path).await.refused(&NOT_FOUND);
    app.anyone().get(&format!("{path}/events")).await.refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn priority_goes_first_and_leaves_an_audit_row() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    walk_in(&app, &clerk).await;
    let body = json!({"service_id": app.service(SERVICE), "priority_reason": "military"});
    let soldier = clerk
        .post(&format!("/halls/{}/tickets", app.hall("zhongxin")), body)
        .await
        .expect(201);
    let queue = clerk.get(&format!("/counters/{counter}/queue")).await.expect(200);
    assert_eq!(queue["items"][0]["id"], soldier["id"]);
    assert_eq!(queue["items"][0]["reason"], "priority", "the console says why");
    assert_eq!(queue["items"][1]["reason"], "came_first");
    let called = clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    assert_eq!((&called["id"], &called["reason"]), (&soldier["id"], &json!("priority")));
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE reason = 'military'")
            .await,
        1
    );
}
