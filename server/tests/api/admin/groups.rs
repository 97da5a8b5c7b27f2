//! `/admin/groups`.

use serde_json::{Value, json};
use server::content;
use shared::{
    appointments::problems::SERVICE_NOT_SERVED,
    catalog::wire::{GROUP_IN_USE, GROUP_LETTER_TAKEN},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use super::{SERVICE, book};
use crate::support::{Client, TestApp, root};

/// A service of the same hall that a test moves.
const MOVED: &str = "id-card-renew";

async fn heard() {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

async fn group(client: &Client, id: &str) -> Value {
    let groups = client.get("/admin/services").await.expect(200);
    let found = groups["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["id"] == id);
    found.cloned().unwrap_or(Value::Null)
}

fn own(app: &TestApp) -> Value {
    json!({
        "name": {"zh": "证件补领", "en": "Lost cards"}, "prefix": "K", "services": [app.service(SERVICE)], "active": true,
    })
}

/// A group of the hall's own which its first counter serves.
async fn founded(app: &TestApp, manager: &Client) -> String {
    let made = manager.post("/admin/groups", own(app)).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    heard().await;
    let counters = manager.get("/admin/counters").await.expect(200);
    let mut counter = counters["items"][0].clone();
    counter["groups"].as_array_mut().unwrap().push(json!(id));
    let path = format!("/admin/counters/{}", counter["id"].as_str().unwrap());
    manager.put(&path, counter).await.expect(200);
    heard().await;
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_of_the_halls_own_numbers_its_tickets_and_other_halls_keep_theirs() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let id = founded(&app, &manager).await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let wish = json!({"service_id": app.service(SERVICE)});
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let ticket = clerk.post(&tickets, wish).await.expect(201);
    assert_eq!(ticket["number"], "K001");
    let offered = format!("/halls/{}/services", app.hall("zhongxin"));
    let offered = app.anyone().get(&offered).await.expect(200);
    let served = |service: &&Value| service["id"] == app.service(SERVICE).as_str();
    let served = offered["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(served)
        .unwrap()
        .clone();
    assert_eq!(served["group_id"], id.as_str());

    let foreign = app.staff("manager-churujing").await;
    assert_eq!(group(&foreign, &id).await, Value::Null);
    let path = format!("/admin/groups/{id}");
    foreign.put(&path, own(&app)).await.refused(&NOT_FOUND);
    clerk.put(&path, own(&app)).await.refused(&FORBIDDEN);
    assert!(
        group(&foreign, &app.group_of(SERVICE)).await["arranged"]["services"]
            .as_array()
            .unwrap()
            .contains(&json!(app.service(SERVICE))),
        "at another hall the service is where it was"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'group.add'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_group_keeps_its_name_and_letter_when_the_files_are_imported_again() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let id = app.group_of(SERVICE);
    let mut changed = group(&manager, &id).await["arranged"].clone();
    changed["name"] = json!({"zh": "身份证件", "en": "Identity papers"});
    changed["prefix"] = json!("Q");
    manager
        .put(&format!("/admin/groups/{id}"), changed.clone())
        .await
        .expect(200);
    content::import(&app.platform, &root().join("content/yunchuan"))
        .await
        .unwrap();
    heard().await;
    assert_eq!(group(&manager, &id).await["arranged"], changed);
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let shown = hall["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["id"] == id.as_str());
    assert_eq!(shown.unwrap()["name"], "Identity papers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_in_use_is_not_retired_and_a_service_that_somebody_waits_for_is_not_moved() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let id = app.group_of(SERVICE);
    let path = format!("/admin/groups/{id}");
    let arranged = group(&manager, &id).await["arranged"].clone();
    let mut retired = arranged.clone();
    retired["active"] = json!(false);
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    let (resident, booked) = book(&app, 1, &window).await;
    let refused = manager.put(&path, retired).await.refused(&GROUP_IN_USE);
    assert_eq!(refused["appointments"], 1);
    for what in ["counters", "schedules", "windows"] {
        assert!(refused[what].as_u64().unwrap() > 0, "{what}");
    }
    let refused = manager.post("/admin/groups", own(&app)).await.refused(&GROUP_IN_USE);
    assert_eq!(refused["appointments"], 1);
    resident
        .post(&super::path(&booked, "/cancel"), json!({}))
        .await
        .expect(200);

    let clerk = app.staff("clerk-zhongxin-1").await;
    let wish = json!({"service_id": app.service(SERVICE)});
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let ticket = clerk.post(&tickets, wish).await.expect(201);
    let refused = manager.post("/admin/groups", own(&app)).await.refused(&GROUP_IN_USE);
    assert_eq!(refused["tickets"], 1);
    let mut lettered = arranged.clone();
    lettered["prefix"] = json!("Q");
    manager.put(&path, lettered.clone()).await.refused(&GROUP_IN_USE);
    let counters = manager.get("/admin/counters").await.expect(200);
    let session = format!("/counters/{}/session", counters["items"][0]["id"].as_str().unwrap());
    clerk.post(&session, json!({})).await.expect(201);
    let void = format!("/tickets/{}/void", ticket["id"].as_str().unwrap());
    clerk.post(&void, json!({})).await.expect(200);

    manager.put(&path, lettered).await.expect(200);
    let mut former = own(&app);
    former["prefix"] = arranged["prefix"].clone();
    former["services"] = json!([app.service(MOVED)]);
    manager
        .post("/admin/groups", former.clone())
        .await
        .refused(&GROUP_LETTER_TAKEN);
    former["prefix"] = json!("Q");
    manager.post("/admin/groups", former).await.refused(&GROUP_LETTER_TAKEN);
    assert_eq!(app.count("SELECT count(*) FROM hall_services").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_nothing_uses_is_retired_and_its_services_return() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let made = manager.post("/admin/groups", own(&app)).await.expect(201);
    heard().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let wish = json!({"service_id": app.service(SERVICE)});
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    clerk.post(&tickets, wish.clone()).await.refused(&SERVICE_NOT_SERVED);
    let mut gone = own(&app);
    (gone["active"], gone["services"]) = (json!(false), json!([]));
    let path = format!("/admin/groups/{}", made["id"].as_str().unwrap());
    manager.put(&path, gone).await.expect(200);
    heard().await;
    assert_eq!(app.count("SELECT count(*) FROM hall_services").await, 0);
    clerk.post(&tickets, wish).await.expect(201);
    for (field, value) in [
        ("name", json!({"zh": "", "en": "x"})),
        ("prefix", json!("9")),
        ("services", json!([])),
        ("services", json!([uuid::Uuid::nil()])),
    ] {
        let mut wrong = own(&app);
        wrong[field] = value;
        let problem = manager.post("/admin/groups", wrong).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    }
    let bureaus = format!("/admin/groups/{}", app.group_of(SERVICE));
    let mut emptied = group(&manager, &app.group_of(SERVICE)).await["arranged"].clone();
    emptied["services"] = json!([]);
    manager.put(&bureaus, emptied).await.refused(&INVALID_FIELD);
}
