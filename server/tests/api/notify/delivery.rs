//! From the outbox to the phone, through providers that fail.

use chrono::TimeDelta;
use serde_json::json;
use server::{notify, platform::clock::Clock};
use tokio::sync::watch;

use super::{Bureau, called, phones::eventually};
use crate::support::{Client, phone};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_signs_in_with_the_code_on_the_phone() {
    let bureau = Bureau::open().await;
    let anyone = bureau.app.anyone();
    anyone
        .post("/auth/sms-codes", json!({"phone": phone(1), "purpose": "login"}))
        .await
        .expect(202);
    bureau.dispatcher.send_due().await.unwrap();
    let texts = bureau.phones.texts(&phone(1)).await;
    assert_eq!((texts.len(), &texts[0]["template"]), (1, &json!("login-code")));
    let code: String = texts[0]["text"]
        .as_str()
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    let session = anyone
        .post("/auth/sessions", json!({"phone": phone(1), "code": code}))
        .await
        .expect(201);
    let resident = Client::new(&bureau.app.address, session["access_token"].as_str());
    let listed = resident.get("/notifications").await.expect(200);
    assert_eq!(listed["items"], json!([]), "codes are not listed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_are_spread_over_both_providers() {
    let bureau = Bureau::open().await;
    bureau
        .send(
            (1..=60)
                .map(|resident| called(resident, &format!("A{resident:03}")))
                .collect(),
        )
        .await;
    let mut gateways = Vec::new();
    for resident in 1..=60 {
        let texts = bureau.phones.texts(&phone(resident)).await;
        assert_eq!(texts.len(), 1);
        gateways.push(texts[0]["gateway"].as_str().unwrap().to_owned());
    }
    for gateway in ["aliyun", "tencent"] {
        assert!(gateways.iter().any(|it| it == gateway), "{gateway} got none");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_provider_fails_the_other_takes_every_text_once() {
    for kind in ["5xx", "429", "throttle"] {
        let bureau = Bureau::open().await;
        bureau
            .phones
            .fault(json!({ "target": "sms-aliyun", "kind": kind }))
            .await;
        bureau
            .send(
                (1..=20)
                    .map(|resident| called(resident, &format!("A{resident:03}")))
                    .collect(),
            )
            .await;
        for resident in 1..=20 {
            let texts = bureau.phones.texts(&phone(resident)).await;
            assert_eq!(texts.len(), 1, "{kind}");
            assert_eq!(texts[0]["gateway"], "tencent");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_was_taken_without_an_answer_is_not_sent_again() {
    for target in ["sms-aliyun", "sms-tencent"] {
        let bureau = Bureau::open().await;
        let other = if target == "sms-aliyun" {
            "sms-tencent"
        } else {
            "sms-aliyun"
        };
        bureau.phones.fault(json!({ "target": other, "kind": "429" })).await;
        bureau
            .phones
            .fault(json!({ "target": target, "kind": "timeout-after-accept", "count": 1, "ms": 9_000 }))
            .await;
        bureau.send(vec![called(1, "A001")]).await;
        for _ in 0..6 {
            bureau.advance(TimeDelta::seconds(20)).await;
            bureau.dispatcher.send_due().await.unwrap();
        }
        assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 1, "{target}");
        let status = bureau.status().await;
        assert!(
            ["accepted", "delivered"].contains(&status[0].as_str()),
            "{target}: {status:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_was_lost_on_the_way_is_sent_once_that_is_certain() {
    for (target, kind, certain) in [
        ("sms-aliyun", "drop", 20),
        ("sms-aliyun", "html-502", 20),
        ("sms-tencent", "drop", 30),
    ] {
        let bureau = Bureau::open().await;
        let other = if target == "sms-aliyun" {
            "sms-tencent"
        } else {
            "sms-aliyun"
        };
        bureau
            .phones
            .fault(json!({ "target": other, "kind": "429", "count": 1 }))
            .await;
        bureau
            .phones
            .fault(json!({ "target": target, "kind": kind, "count": 1 }))
            .await;
        bureau.send(vec![called(1, "A001")]).await;
        let mut waited = 0;
        while bureau.phones.texts(&phone(1)).await.is_empty() {
            assert!(waited <= 90, "{target} {kind}: stranded");
            waited += 5;
            bureau.advance(TimeDelta::seconds(5)).await;
            bureau.dispatcher.send_due().await.unwrap();
        }
        assert!(
            waited >= certain,
            "{target} {kind}: after {waited} s nobody could be certain"
        );
        bureau.advance(TimeDelta::minutes(5)).await;
        bureau.dispatcher.send_due().await.unwrap();
        assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 1, "{target} {kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_send_every_text_once() {
    use server::notify::{Accounts, Dispatcher};
    let bureau = Bureau::open().await;
    let accounts = Accounts::of_sandbox(&bureau.phones.address);
    let other = Dispatcher::with_accounts(bureau.app.platform.clone(), accounts).unwrap();
    bureau
        .enqueue(
            (1..=80)
                .map(|resident| called(resident, &format!("A{resident:03}")))
                .collect(),
        )
        .await;
    let (first, second) = tokio::join!(bureau.dispatcher.send_due(), other.send_due());
    assert_eq!(first.unwrap() + second.unwrap(), 80);
    for resident in 1..=80 {
        assert_eq!(bureau.phones.texts(&phone(resident)).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_overtakes_a_flood_of_notices() {
    let Bureau {
        app,
        phones,
        dispatcher,
    } = Bureau::open().await;
    for target in ["sms-aliyun", "sms-tencent"] {
        phones
            .fault(json!({ "target": target, "kind": "delay", "ms": 100 }))
            .await;
    }
    let transaction = app.platform.db.begin().await.unwrap();
    let flood = (1..=2_000)
        .map(|resident| called(resident, &format!("A{resident}")))
        .collect();
    notify::enqueue(&transaction, &app.platform, app.clock.now(), flood)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let (stop, stopping) = watch::channel(false);
    let workers = dispatcher.spawn(stopping);
    eventually("the flood", 20, async || {
        (app.count("SELECT count(*) FROM message_attempts").await > 0).then_some(())
    })
    .await;

    let code = json!({"phone": "13900000001", "purpose": "login"});
    app.anyone().post("/auth/sms-codes", code).await.expect(202);
    eventually("the code", 20, async || {
        (!phones.texts("13900000001").await.is_empty()).then_some(())
    })
    .await;
    let waiting = app
        .count("SELECT count(*) FROM messages WHERE status = 'pending'")
        .await;
    assert!(waiting > 200, "only {waiting} notices were still waiting");

    // Told to stop, the workers write down what is under way and leave the rest.
    stop.send(true).unwrap();
    workers.await.unwrap();
    let left = app
        .count("SELECT count(*) FROM messages WHERE status = 'pending'")
        .await;
    assert!(left > 0);
    assert_eq!(
        app.count("SELECT count(*) FROM message_attempts WHERE outcome = 'started'")
            .await,
        0
    );
}
