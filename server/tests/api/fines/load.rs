//! Many at once: notifications, of which some come twice and some are forged, and a bureau's whole backlog of decisions.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Bureau, decision, letter::Letter};

/// How many orders are paid; a resident is shown no more decisions.
const ORDERS: u32 = 190;
/// The backlog: so many batches of so many decisions.
const BATCHES: u32 = 100;
const BATCH: u32 = 1_000;
/// How many notifications are delivered at the same moment.
const AT_ONCE: usize = 16;

/// The time below which so many per cent of them lie.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_notifications_each_payment_is_taken_once_and_forged_ones_change_nothing() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    // Nobody but this test tells of the payments.
    bureau.fault("wechat-notify", "drop").await;
    let decisions: Vec<Value> = (1..=ORDERS).map(decision).collect();
    let pushed =
        json!({ "path": "/upstream/decisions", "body": { "items": decisions }, "target_url": bureau.app.address });
    assert_eq!(bureau.sandbox.post("/police/push", pushed).await.1["status"], 200);
    let listed = resident.get("/decisions").await.expect(200);
    let (mut letters, mut orders, mut forgeries) = (Vec::new(), 0, 0);
    for item in listed["items"].as_array().unwrap() {
        if !item["decision_no"].as_str().unwrap().starts_with("53990000") {
            continue;
        }
        let order = bureau.order_of(&resident, item["id"].as_str().unwrap(), "native").await;
        assert_eq!(bureau.pay(&order).await.0, 200);
        let paid = bureau.at_wechat(&order).await;
        orders += 1;
        letters.push(Letter::paid(&bureau.app, &paid));
        // Thirty of a hundred come twice, five more are somebody else's.
        if orders % 10 < 3 {
            letters.push(Letter::paid(&bureau.app, &paid));
        }
        if orders % 20 == 0 {
            let mut forged = Letter::paid(&bureau.app, &paid);
            forged.body = forged.body.replace("SUCCESS", "REFUNDS");
            letters.push(forged);
            forgeries += 1;
        }
    }
    assert_eq!((orders, forgeries), (i64::from(ORDERS), 9));

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let begun = Instant::now();
    let (mut times, mut refused) = (Vec::new(), 0);
    for group in letters.chunks(AT_ONCE) {
        let delivered: Vec<_> = group
            .iter()
            .map(|letter| {
                let request = http
                    .request(Method::POST, format!("{}/api/v1/wechat-pay/notify", bureau.app.address))
                    .header("Content-Type", "application/json")
                    .header("Wechatpay-Timestamp", letter.timestamp)
                    .header("Wechatpay-Nonce", "letter")
                    .header("Wechatpay-Serial", &letter.serial)
                    .header("Wechatpay-Signature", &letter.signature)
                    .body(letter.body.clone());
                tokio::spawn(async move {
                    let begun = Instant::now();
                    (request.send().await.unwrap().status(), begun.elapsed())
                })
            })
            .collect();
        for one in delivered {
            let (status, took) = one.await.unwrap();
            times.push(took);
            match status.as_u16() {
                204 => {}
                400 => refused += 1,
                other => panic!("a notification is answered with {other}"),
            }
        }
    }
    let whole = begun.elapsed();
    println!(
        "{} notifications in {:.1} s, {AT_ONCE} at once: {:.0} a second, median {:?}, 99 % within {:?}",
        letters.len(),
        whole.as_secs_f64(),
        f64::from(u32::try_from(letters.len()).unwrap()) / whole.as_secs_f64(),
        percentile(&mut times, 50),
        percentile(&mut times, 99),
    );
    assert_eq!(bureau.ledger().await, i64::from(ORDERS), "each payment once");
    let sql = "SELECT count(*) FROM outside_tasks WHERE kind = 'receipt'";
    assert_eq!(bureau.app.count(sql).await, i64::from(ORDERS));
    assert_eq!(refused, forgeries, "the forged ones, and no other");
    assert!(
        percentile(&mut times, 99) < Duration::from_secs(5),
        "WeChat waits for five seconds"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: cargo test --test api -- --ignored --nocapture a_backlog"]
async fn a_backlog_of_a_hundred_thousand_decisions_is_taken_in_batches_and_again_without_a_change() {
    let bureau = Bureau::open().await;
    let push = async |batch: u32| {
        let decisions: Vec<Value> = (0..BATCH).map(|number| decision(batch * BATCH + number + 1)).collect();
        let call =
            json!({ "path": "/upstream/decisions", "body": { "items": decisions }, "target_url": bureau.app.address });
        let (_, told) = bureau.sandbox.post("/police/push", call).await;
        assert_eq!(told["status"], 200, "{told}");
        told["answer"]["items"].as_array().unwrap().clone()
    };
    let begun = Instant::now();
    for batch in 0..BATCHES {
        let taken = push(batch).await;
        assert!(taken.iter().all(|item| item["result"] == "created"));
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{} decisions in {took:.0} s: {:.0} a second",
        BATCHES * BATCH,
        f64::from(BATCHES * BATCH) / took
    );
    let again = push(BATCHES - 1).await;
    assert!(again.iter().all(|item| item["result"] == "unchanged"));
    let sql = "SELECT count(*) FROM decisions WHERE decision_no LIKE '53990000%'";
    assert_eq!(bureau.app.count(sql).await, i64::from(BATCHES * BATCH));
}
