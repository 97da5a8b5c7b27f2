//! Notices in WeChat for whoever chose it, and texts where WeChat does not deliver. WeChat is the sandbox, over its own protocol.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    notify::{self, Dispatcher, Message, Recipient},
    platform::clock::Clock,
};
use shared::{
    identity::wire::WECHAT_UNLINKED,
    ids::ResidentId,
    notify::{rules::Template, way::Way},
};

use crate::support::{Client, Sandbox, TestApp, WechatBrowser, phone};

pub struct Bureau {
    pub app: TestApp,
    pub sandbox: Sandbox,
    pub dispatcher: Dispatcher,
    pub resident: Client,
    id: ResidentId,
}

impl Bureau {
    /// The first resident has linked a WeChat, and nothing else is to be sent.
    async fn open() -> Self {
        Self::open_with("aes").await
    }

    /// WeChat tells nothing of its messages by itself; what a test has it tell comes in this mode.
    pub async fn open_with(mode: &str) -> Self {
        let (app, sandbox) = TestApp::start_with_sandbox().await;
        let url = format!("{}/api/v1/wechat/events", app.address);
        let quiet = json!({ "mode": mode, "of_every_message": false, "url": url });
        sandbox.put("/wechat/events", quiet).await;
        let resident = WechatBrowser::of(&app, &phone(1)).link().await;
        let me = resident.get("/me").await.expect(200);
        let id = me["id"].as_str().unwrap().parse().unwrap();
        let dispatcher = Dispatcher::new(app.platform.clone()).unwrap();
        app.execute("DELETE FROM messages").await;
        Self {
            app,
            sandbox,
            dispatcher,
            resident,
            id,
        }
    }

    pub async fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.sandbox.set_clock(self.app.clock.now()).await;
    }

    /// Sends a case's notice by the way that was chosen.
    pub async fn progress(&self, step: &str, way: Way) {
        self.send(
            Template::CaseProgress,
            vec![("case", "0031".into()), ("step", step.into())],
            way,
        )
        .await;
    }

    async fn send(&self, template: Template, variables: Vec<(&'static str, String)>, way: Way) {
        let message = Message {
            event: format!("case/{}/{}", uuid::Uuid::nil(), uuid::Uuid::new_v4()),
            to: Recipient::Chosen(self.id, way),
            template,
            variables,
            due_at: None,
        };
        let transaction = self.app.platform.db.begin().await.unwrap();
        notify::enqueue(&transaction, &self.app.platform, self.app.clock.now(), vec![message])
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        self.dispatcher.send_due().await.unwrap();
    }

    pub async fn in_wechat(&self) -> Vec<Value> {
        let shown = self.sandbox.get(&format!("/wechat/messages?phone={}", phone(1))).await;
        shown["items"].as_array().unwrap().clone()
    }

    async fn texted(&self) -> Vec<Value> {
        let shown = self.sandbox.get(&format!("/sms/messages?phone={}", phone(1))).await;
        shown["items"].as_array().unwrap().clone()
    }

    /// How many came in WeChat, and how many by text.
    pub async fn came(&self) -> (usize, usize) {
        (self.in_wechat().await.len(), self.texted().await.len())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_chose_wechat_for_a_case_reads_its_news_there() {
    let bureau = Bureau::open().await;
    bureau.progress("侦查", Way::Wechat).await;
    assert_eq!(bureau.came().await, (1, 0));
    let message = &bureau.in_wechat().await[0];
    assert_eq!(message["template"], "case-progress");
    assert_eq!(message["data"]["thing2"]["value"], "侦查");
    let page = format!("{}/cases/{}", bureau.app.address, uuid::Uuid::nil());
    assert_eq!(message["url"], page);
    let listed = bureau.resident.get("/notifications").await.expect(200);
    assert_eq!(listed["items"][0]["status"], "sent");
    assert_eq!(bureau.app.text("SELECT provider FROM message_attempts").await, "wechat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_whose_notices_go_to_wechat_gets_all_of_them_there_and_the_rest_by_text() {
    let bureau = Bureau::open().await;
    bureau.progress("侦查", Way::Usual).await;
    assert_eq!(bureau.came().await, (0, 1), "a linked WeChat alone changes nothing");
    bureau
        .resident
        .put("/me/wechat", json!({ "notices": true }))
        .await
        .expect(200);
    bureau.progress("起诉", Way::Usual).await;
    assert_eq!(bureau.came().await, (1, 1));
    // What the law wants told goes by text, whatever was chosen.
    let number = vec![("case", "0031".to_owned())];
    bureau.send(Template::CaseClosed, number, Way::Wechat).await;
    assert_eq!(bureau.came().await, (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_comes_in_the_place_of_what_wechat_refuses() {
    let bureau = Bureau::open().await;
    for (times, code) in [(1, 43101), (2, 43004)] {
        let refuses = json!({ "phone": phone(1), "code": code });
        bureau.sandbox.put("/wechat/refusals", refuses).await;
        bureau.progress("侦查", Way::Wechat).await;
        assert_eq!(bureau.came().await, (0, times), "{code}");
        bureau.advance(TimeDelta::minutes(1)).await;
    }
    // The quota of the day is used up.
    bureau
        .sandbox
        .put("/wechat/refusals", json!({ "phone": phone(1) }))
        .await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-message", "kind": "429" }))
        .await;
    bureau.progress("起诉", Way::Wechat).await;
    assert_eq!(bureau.came().await, (0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wants_no_texts_of_a_case_gets_none_in_the_place_of_wechat() {
    let bureau = Bureau::open().await;
    let refuses = json!({ "phone": phone(1), "code": 43101 });
    bureau.sandbox.put("/wechat/refusals", refuses).await;
    bureau.progress("侦查", Way::WechatOnly).await;
    assert_eq!(bureau.came().await, (0, 0));
    let listed = bureau.resident.get("/notifications").await.expect(200);
    assert_eq!(listed["items"][0]["status"], "declined", "the page has it");
    // Nor does the account's wish for no texts keep WeChat from delivering.
    bureau
        .sandbox
        .put("/wechat/refusals", json!({ "phone": phone(1) }))
        .await;
    bureau
        .resident
        .put("/notifications/settings", json!({ "texts": false }))
        .await
        .expect(200);
    bureau.progress("起诉", Way::Wechat).await;
    assert_eq!(bureau.came().await, (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_answer_is_lost_is_repeated_and_comes_once() {
    let bureau = Bureau::open().await;
    let lost = json!({ "target": "wechat-message", "kind": "5xx", "count": 1 });
    // The token is had first, so that what goes wrong is the message.
    bureau.progress("侦查", Way::Wechat).await;
    bureau.sandbox.fault(lost).await;
    bureau.progress("起诉", Way::Wechat).await;
    assert_eq!(bureau.came().await, (1, 0), "WeChat was busy");
    bureau.advance(TimeDelta::seconds(6)).await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.came().await, (2, 0));

    let lost = json!({ "target": "wechat-message", "kind": "timeout-after-accept", "count": 1 });
    bureau.sandbox.fault(lost).await;
    bureau.progress("审判", Way::Wechat).await;
    assert_eq!(bureau.came().await, (3, 0), "it took effect, and nobody was told");
    bureau.advance(TimeDelta::seconds(6)).await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(
        bureau.came().await,
        (3, 0),
        "sent again under its number, it is the same"
    );
    let accepted = "SELECT count(*) FROM messages WHERE status = 'accepted'";
    assert_eq!(bureau.app.count(accepted).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_comes_when_wechat_stays_busy() {
    let bureau = Bureau::open().await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-message", "kind": "5xx" }))
        .await;
    bureau.progress("侦查", Way::Wechat).await;
    for _ in 0..3 {
        bureau.advance(TimeDelta::seconds(6)).await;
        bureau.dispatcher.send_due().await.unwrap();
    }
    assert_eq!(bureau.came().await, (0, 1));
    let tries = "SELECT count(*) FROM message_attempts WHERE provider = 'wechat'";
    assert_eq!(bureau.app.count(tries).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_wechat_no_longer_takes_is_replaced() {
    let bureau = Bureau::open().await;
    bureau.progress("侦查", Way::Wechat).await;
    // Whoever asks for the stable token is given the same one, which is not taken: another has to be made.
    bureau.sandbox.post("/wechat/token/revoke", json!({})).await;
    bureau.progress("起诉", Way::Wechat).await;
    assert_eq!(bureau.came().await, (2, 0));
    // It ends after two hours, and is asked for anew before.
    bureau.advance(TimeDelta::minutes(119)).await;
    bureau.progress("审判", Way::Wechat).await;
    assert_eq!(bureau.came().await, (3, 0));
    assert_eq!(bureau.app.count("SELECT count(*) FROM message_attempts").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wechat_is_chosen_for_a_case_once_it_is_linked_and_unlinking_brings_texts_back() {
    let bureau = Bureau::open().await;
    let case = bureau.resident.get("/cases").await.expect(200)["items"][0].clone();
    let path = format!("/cases/{}/subscription", case["id"].as_str().unwrap());
    let chosen = json!({ "sms": true, "wechat": true });
    assert_eq!(bureau.resident.put(&path, chosen.clone()).await.expect(200), chosen);
    bureau.resident.delete("/me/wechat").await.expect(204);
    bureau.resident.put(&path, chosen).await.refused(&WECHAT_UNLINKED);
    bureau.progress("侦查", Way::Wechat).await;
    assert_eq!(bureau.came().await, (0, 1));
}
