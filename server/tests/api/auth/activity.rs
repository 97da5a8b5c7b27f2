//! Staff who are away for half an hour are signed out, whatever their pages ask by themselves.

use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    identity::wire::{ATTENDED, SESSION_IDLE},
    problem::UNAUTHENTICATED,
};

use crate::support::{Answer, Client, Events, TestApp};

/// A member of staff at a browser that renews its tokens by itself.
struct Console<'a> {
    app: &'a TestApp,
    session: Value,
}

impl<'a> Console<'a> {
    async fn open(app: &'a TestApp, username: &str) -> Self {
        let credentials = app.staff_credentials(username);
        let session = app.anyone().post("/auth/staff-sessions", credentials).await.expect(201);
        Self { app, session }
    }

    fn client(&self) -> Client {
        Client::new(&self.app.address, self.session["access_token"].as_str())
    }

    async fn renew(&mut self) -> Answer {
        let wish = json!({"refresh_token": self.session["refresh_token"]});
        let answer = self.app.anyone().post("/auth/sessions/refresh?kind=staff", wish).await;
        if answer.status == 200 {
            self.session = answer.expect(200);
        }
        answer
    }

    /// Lets minutes pass in which the page renews its tokens and asks for something again and again.
    async fn wait(&mut self, minutes: i64, ask: impl Fn(&Client) -> RequestBuilder) {
        for _ in 0..minutes {
            self.app.clock.advance(TimeDelta::minutes(1));
            self.renew().await.expect(200);
            Answer::of(ask(&self.client())).await.expect(200);
        }
    }
}

fn poll(client: &Client) -> RequestBuilder {
    client.request(Method::GET, "/me?kind=staff")
}

fn attended(client: &Client) -> RequestBuilder {
    poll(client).header(ATTENDED, "yes")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_asks_by_itself_keeps_nobody_signed_in_and_a_person_does() {
    let app = TestApp::start().await;
    let mut console = Console::open(&app, "clerk-zhongxin-1").await;
    console.wait(28, poll).await;
    console.wait(29, attended).await;
    console.wait(29, poll).await;
    app.clock.advance(TimeDelta::minutes(1));
    let client = console.client();
    let told = client.get("/me?kind=staff").await.refused(&SESSION_IDLE);
    assert!(told["detail"].as_str().unwrap().contains("what you typed"), "{told}");
    // Saying now that somebody is there comes too late, and so does renewing the tokens.
    Answer::of(attended(&client)).await.refused(&SESSION_IDLE);
    client.post("/halls/x/tickets", json!({})).await.refused(&SESSION_IDLE);
    console.renew().await.refused(&SESSION_IDLE);
    console.renew().await.refused(&UNAUTHENTICATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_something_counts_unless_the_page_did_it_by_itself() {
    let app = TestApp::start().await;
    let mut console = Console::open(&app, "clerk-zhongxin-1").await;
    let sync = json!({"redemptions": []});
    let deed = |client: &Client| client.request(Method::POST, "/slip-redemptions/sync").json(&sync);
    console.wait(28, poll).await;
    console.wait(29, deed).await;
    console.wait(29, |client| deed(client).header(ATTENDED, "no")).await;
    app.clock.advance(TimeDelta::minutes(1));
    Answer::of(deed(&console.client())).await.refused(&SESSION_IDLE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_the_session_and_keeps_it_no_longer() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let hall = app.hall("zhongxin");
    let mut board = Events::open(&clerk, &format!("/halls/{hall}/board/events")).await;
    assert!(board.next().await.is_some());
    app.clock.advance(TimeDelta::minutes(30));
    app.platform
        .bus
        .publish(server::platform::bus::Event::Queue(hall.parse().unwrap()));
    assert_eq!(board.next().await, None, "it goes dark");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_called_ticket_waits_for_its_clerk_to_sign_in_again() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let hall = app.hall("zhongxin");
    let told = app.anyone().get(&format!("/halls/{hall}")).await.expect(200);
    let counters = told["counters"].as_array().unwrap();
    let first = counters.iter().find(|counter| counter["number"] == 1).unwrap();
    let counter = format!("/counters/{}", first["id"].as_str().unwrap());
    clerk.post(&format!("{counter}/session"), json!({})).await.expect(201);
    let wish = json!({"service_id": app.service("id-card-replace-lost")});
    clerk.post(&format!("/halls/{hall}/tickets"), wish).await.expect(201);
    let called = clerk.post(&format!("{counter}/call-next"), json!({})).await.expect(200);

    app.clock.advance(TimeDelta::minutes(31));
    let ticket = format!("/tickets/{}", called["id"].as_str().unwrap());
    assert_eq!(clerk.post(&format!("{ticket}/serve"), json!({})).await.status, 401);
    let again = app.staff("clerk-zhongxin-1").await;
    let open = again.get("/counters/current").await.expect(200);
    assert_eq!(open["current"]["id"], called["id"]);
    again.post(&format!("{ticket}/serve"), json!({})).await.expect(200);
    again.post(&format!("{ticket}/finish"), json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn residents_and_devices_are_not_signed_out_for_waiting() {
    let app = TestApp::start().await;
    let (resident, kiosk) = (app.resident(1).await, app.device("kiosk", "zhongxin").await);
    app.clock.advance(TimeDelta::minutes(9));
    resident.get("/me").await.expect(200);
    kiosk.get("/auth/device-sessions/current").await.expect(200);
    let ended = "SELECT count(*) FROM sessions WHERE active_at IS NOT NULL";
    assert_eq!(
        app.count(ended).await,
        0,
        "nobody's activity is noted but that of staff"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_active_at_one_instance_is_known_at_the_other() {
    let app = TestApp::start().await;
    if !app.is_scaled() {
        return;
    }
    let other = app.another_instance().await;
    let mut console = Console::open(&app, "clerk-zhongxin-1").await;
    for _ in 0..5 {
        app.clock.advance(TimeDelta::minutes(9));
        console.renew().await.expect(200);
        Answer::of(attended(&console.client())).await.expect(200);
        Answer::of(poll(&console.client().on(&other.address))).await.expect(200);
    }
}
