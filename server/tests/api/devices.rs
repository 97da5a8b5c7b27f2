//! `/admin/devices` and `/auth/device-sessions`: the screens and kiosks of a hall.

use serde_json::{Value, json};
use shared::{
    identity::wire::DEVICE_KEY_WRONG,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND, UNAUTHENTICATED},
};

use crate::support::{Answer, Client, Events, TestApp, device_key};

async fn register(manager: &Client, kind: &str) -> Value {
    manager
        .post("/admin/devices", json!({"kind": kind, "name": "东门"}))
        .await
        .expect(201)
}

async fn pair(app: &TestApp, key: &Value) -> Client {
    let session = app
        .anyone()
        .post("/auth/device-sessions", json!({"key": key}))
        .await
        .expect(201);
    Client::new(&app.address, session["access_token"].as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registered_screen_shows_its_hall_and_no_other() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let made = register(&manager, "board").await;
    let (own, other) = (app.hall("zhongxin"), app.hall("churujing"));
    assert_eq!(made["hall_id"], own.as_str());
    let key = made["key"].as_str().unwrap();
    assert_eq!(made["pairing_url"], format!("{}/board#{key}", app.address));

    let screen = pair(&app, &json!(key.to_lowercase().replace('-', ""))).await;
    assert_eq!(
        screen.get("/auth/device-sessions/current").await.expect(200)["id"],
        made["id"]
    );
    let board = screen.get(&format!("/halls/{own}/board")).await.expect(200);
    assert_eq!(board["presence"].as_str().unwrap().len(), 6);
    let code = screen.get(&format!("/halls/{own}/presence.svg")).await;
    assert!(code.text.contains("<svg"));
    let code = |hall: &str| format!("/halls/{hall}/presence.svg");
    screen.get(&code(&other)).await.refused(&NOT_FOUND);
    app.anyone().get(&code(&own)).await.refused(&UNAUTHENTICATED);
    let elsewhere = screen.get(&format!("/halls/{other}/board")).await.expect(200);
    assert!(
        elsewhere.get("presence").is_none(),
        "it proves presence in its own hall only"
    );
    let listed = manager.get("/admin/devices").await.expect(200);
    let listed = listed["items"].as_array().unwrap();
    let found = listed.iter().find(|device| device["id"] == made["id"]).unwrap();
    assert!(found["paired_at"].is_string() && found.get("key").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_is_no_kiosk_and_a_kiosk_no_screen_and_neither_is_staff() {
    let app = TestApp::start().await;
    let hall = app.hall("zhongxin");
    let (screen, kiosk) = (
        app.device("board", "zhongxin").await,
        app.device("kiosk", "zhongxin").await,
    );
    let wish = json!({"service_id": app.service("id-card-replace-lost"), "id_number": "11010519491231002X"});
    screen
        .post(&format!("/halls/{hall}/tickets"), wish)
        .await
        .refused(&FORBIDDEN);
    let code = json!({"code": "7K3M9Q"});
    screen
        .post(&format!("/halls/{hall}/check-ins"), code)
        .await
        .refused(&FORBIDDEN);
    for device in [&screen, &kiosk] {
        device.get("/admin/devices").await.refused(&FORBIDDEN);
        device.get("/appointments").await.refused(&FORBIDDEN);
        device.get("/counters/current").await.refused(&FORBIDDEN);
        device.get("/me").await.refused(&FORBIDDEN);
    }
    let resident = app.resident(1).await;
    for other in [&kiosk, &resident] {
        let board = other.get(&format!("/halls/{hall}/board")).await.expect(200);
        assert!(board.get("presence").is_none());
        other
            .get(&format!("/halls/{hall}/presence.svg"))
            .await
            .refused(&FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_work_in_a_hall_see_its_screen() {
    let app = TestApp::start().await;
    let hall = app.hall("zhongxin");
    for name in ["clerk-zhongxin-1", "manager-zhongxin"] {
        let staff = app.staff(name).await;
        let board = staff.get(&format!("/halls/{hall}/board")).await.expect(200);
        assert!(board["presence"].is_string());
    }
    let elsewhere = app.staff("manager-churujing").await;
    let board = elsewhere.get(&format!("/halls/{hall}/board")).await.expect(200);
    assert!(board.get("presence").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_screen_goes_dark_on_every_instance_and_its_key_pairs_nothing() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let made = register(&manager, "board").await;
    let screen = pair(&app, &made["key"]).await;
    let board = format!("/halls/{}/board", app.hall("zhongxin"));
    let mut events = Events::open(&screen, &format!("{board}/events")).await;
    assert!(events.next().await.is_some());
    let device = format!("/admin/devices/{}", made["id"].as_str().unwrap());
    let foreign = app.staff("manager-churujing").await;
    foreign.delete(&device).await.refused(&NOT_FOUND);
    manager.delete(&device).await.expect(204);
    assert!(screen.get(&board).await.expect(200).get("presence").is_none());
    assert_eq!(events.next().await, None, "the stream ends");
    app.anyone()
        .post("/auth/device-sessions", json!({"key": made["key"]}))
        .await
        .refused(&DEVICE_KEY_WRONG);
    manager.delete(&device).await.refused(&NOT_FOUND);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action IN ('device.register', 'device.revoke')")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_stays_paired_by_its_cookie_alone() {
    let app = TestApp::start().await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .cookie_store(true)
        .build()
        .unwrap();
    let to = |path: &str| format!("{}/api/v1{path}", app.address);
    let key = json!({"key": device_key("kiosk", "zhongxin")});
    let paired = client
        .post(to("/auth/device-sessions"))
        .json(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(paired.status(), 201);
    app.clock.advance(chrono::TimeDelta::days(20));
    let now = client.get(to("/auth/device-sessions/current")).send().await.unwrap();
    assert_eq!(now.status(), 401, "the access token has ended");
    let renewed = client
        .post(to("/auth/sessions/refresh?kind=device"))
        .send()
        .await
        .unwrap();
    assert_eq!(renewed.status(), 200);
    let now = Answer::of(client.get(to("/auth/device-sessions/current"))).await;
    assert_eq!(now.expect(200)["kind"], "kiosk");
    let left = client
        .delete(to("/auth/sessions/current?kind=device"))
        .send()
        .await
        .unwrap();
    assert_eq!(left.status(), 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_key_pairs_nothing_and_a_device_has_a_name() {
    let app = TestApp::start().await;
    for key in ["", "QF7MW", "22222-22222-22222-22222-22222"] {
        app.anyone()
            .post("/auth/device-sessions", json!({"key": key}))
            .await
            .refused(&DEVICE_KEY_WRONG);
    }
    let manager = app.staff("manager-zhongxin").await;
    for name in [String::new(), " ".into(), "长".repeat(41)] {
        manager
            .post("/admin/devices", json!({"kind": "board", "name": name}))
            .await
            .refused(&INVALID_FIELD);
    }
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .post("/admin/devices", json!({"kind": "board", "name": "x"}))
        .await
        .refused(&FORBIDDEN);
    let made = register(&manager, "kiosk").await;
    let stored = made["key"].as_str().unwrap().replace('-', "");
    let dump = "SELECT count(*) FROM idempotency_keys";
    assert_eq!(
        app.count(dump).await,
        0,
        "{stored} is remembered for no repeated request"
    );
}
