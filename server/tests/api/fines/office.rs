//! `/admin/payment-searches`, `/admin/refund-requests`, `/admin/payment-exceptions` and the books as files: what finance staff do, and what each is refused.

use chrono::TimeDelta;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use shared::{
    fines::office::{EXCEPTION_STATE, OWN_REFUND_REQUEST, REFUND_IMPOSSIBLE, REFUND_REQUEST_STATE},
    problem,
};

use super::{Bureau, decision, reconcile};
use crate::support::Client;

/// What a payment's file holds.
async fn file(finance: &Client, number: &Value) -> Value {
    let wish = json!({ "number": number, "reason": "当事人来电核对" });
    let found = finance.post("/admin/payment-searches", wish).await.expect(200);
    found["items"][0].clone()
}

/// The messages of a file, as "way about outcome times".
fn messages(file: &Value) -> Vec<String> {
    let messages = file["messages"].as_array().unwrap().iter();
    let text = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
    messages
        .map(|one| {
            format!(
                "{} {} {} {}",
                text(one, "way"),
                text(one, "about"),
                text(one, "outcome"),
                one["times"]
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_gives_everything_said_about_a_payment_and_says_who_looked_and_why() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    let finance = bureau.finance().await;
    let found = file(&finance, &decision(1)["decision_no"]).await;
    assert_eq!(
        (&found["status"], &found["amount_fen"]),
        (&json!("paid"), &json!(15_000))
    );
    assert_eq!(found["ledger"][0]["amount_fen"], 15_000);
    let said = messages(&found);
    for wanted in [
        "out prepay ready 1",
        "in notice SUCCESS 1",
        "out receipt done 1",
        "out book-payment done 1",
    ] {
        assert!(said.iter().any(|line| line == wanted), "{wanted} is not among {said:?}");
    }
    // By each of its numbers it is the same, and the payer is in none of it.
    for number in [&found["out_trade_no"], &found["transaction_id"], &order["id"]] {
        assert_eq!(file(&finance, number).await["id"], order["id"]);
    }
    let text = found.to_string();
    for private in ["杨云舟", "Sandbox_", "1380000", "paySign", "signature"] {
        assert!(!text.contains(private), "{private} stands in {text}");
    }
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'payment.search' AND reason = '当事人来电核对'";
    assert_eq!(bureau.app.count(sql).await, 4);

    let nothing = json!({ "number": "5399999999999999", "reason": "核对差异" });
    let found = finance.post("/admin/payment-searches", nothing).await.expect(200);
    assert_eq!(found["items"], json!([]));
    for wrong in [
        json!({ "number": "539900", "reason": " a " }),
        json!({ "number": "1", "reason": "核对差异" }),
    ] {
        finance
            .post("/admin/payment-searches", wrong)
            .await
            .refused(&problem::INVALID_FIELD);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_that_comes_again_only_counts() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-notify", "kind": "duplicate" }))
        .await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
    let finance = bureau.finance().await;
    crate::support::eventually("both notifications", 10, async || {
        let said = messages(&file(&finance, &order["id"]).await);
        said.contains(&"in notice SUCCESS 2".to_owned()).then_some(())
    })
    .await;
    assert_eq!(bureau.ledger().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_goes_back_by_hand_when_two_people_say_so() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    let (first, second) = (bureau.finance().await, bureau.app.staff("finance-2").await);
    let path = format!("/admin/payments/{}/refund-requests", order["id"].as_str().unwrap());
    let wish = json!({ "reason": "当事人已在银行缴清" });
    let asked = first.post(&path, wish.clone()).await.expect(201);
    assert_eq!((&asked["status"], &asked["own"]), (&json!("waiting"), &json!(true)));
    second.post(&path, wish).await.refused(&REFUND_IMPOSSIBLE);

    let approve = format!("/admin/refund-requests/{}/approve", asked["id"].as_str().unwrap());
    first.post(&approve, json!({})).await.refused(&OWN_REFUND_REQUEST);
    let refuse = approve.replace("approve", "refuse");
    let note = json!({ "note": "资料不全，请补充" });
    first.post(&refuse, note.clone()).await.refused(&OWN_REFUND_REQUEST);
    bureau.app.do_payments().await;
    assert_eq!(
        bureau.app.count("SELECT count(*) FROM refunds").await,
        0,
        "nothing went back meanwhile"
    );

    // Two tabs of the second person: one approves.
    let (one, two) = tokio::join!(second.post(&approve, json!({})), second.post(&approve, json!({})));
    let (done, late) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(done.expect(200)["status"], "approved");
    late.refused(&REFUND_REQUEST_STATE);
    second.post(&refuse, note).await.refused(&REFUND_REQUEST_STATE);
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refunded").await;

    // The decision is to be paid again, the receipt is void, and the police hear of it once.
    let shown = resident
        .get(&format!("/decisions/{}", order["decision_id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["amount_due_fen"]),
        (&json!("open"), &json!(15_000))
    );
    assert_eq!(bureau.write_backs("payment-reversals").await.len(), 1);
    let receipt = format!("/payments/{}/receipt", order["id"].as_str().unwrap());
    assert_eq!(resident.get(&receipt).await.expect(200)["voided"], true);
    let again = bureau
        .order_of(&resident, order["decision_id"].as_str().unwrap(), "jsapi")
        .await;
    assert_eq!(bureau.pay(&again).await.0, 200);
    bureau.becomes(&resident, &again, "paid").await;
    let sql = "SELECT count(*) FROM audit_entries WHERE action IN ('refund.request', 'refund.approve')";
    assert_eq!(bureau.app.count(sql).await, 2);
    let listed = first.get("/admin/refund-requests").await.expect(200);
    assert_eq!(listed["items"][0]["status"], "approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_they_are_two_stands_in_the_database_too() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    let path = format!("/admin/payments/{}/refund-requests", order["id"].as_str().unwrap());
    let wish = json!({ "reason": "当事人已在银行缴清" });
    bureau.finance().await.post(&path, wish).await.expect(201);
    let transaction = bureau.app.platform.db.begin().await.unwrap();
    let alone = "UPDATE refund_requests SET status = 'approved', decided_by = requested_by";
    assert!(transaction.execute_unprepared(alone).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_refund_leaves_everything_as_it_was() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    let (first, second) = (bureau.finance().await, bureau.app.staff("finance-2").await);
    let path = format!("/admin/payments/{}/refund-requests", order["id"].as_str().unwrap());
    first
        .post(&path, json!({ "reason": "无" }))
        .await
        .refused(&problem::INVALID_FIELD);
    let wish = json!({ "reason": "当事人要求退款" });
    let asked = first.post(&path, wish.clone()).await.expect(201);
    let refuse = format!("/admin/refund-requests/{}/refuse", asked["id"].as_str().unwrap());
    second
        .post(&refuse, json!({ "note": "" }))
        .await
        .refused(&problem::INVALID_FIELD);
    let refused = second
        .post(&refuse, json!({ "note": "没有退款的依据" }))
        .await
        .expect(200);
    assert_eq!(
        (&refused["status"], &refused["note"]),
        (&json!("refused"), &json!("没有退款的依据"))
    );
    bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    // It can be asked for again, and an order that holds no money cannot be asked for at all.
    first.post(&path, wish.clone()).await.expect(201);
    let unpaid = bureau.order(&resident, 2, "jsapi").await;
    let path = format!("/admin/payments/{}/refund-requests", unpaid["id"].as_str().unwrap());
    first.post(&path, wish).await.refused(&REFUND_IMPOSSIBLE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_money_that_does_not_fit_wechat_is_asked_again_or_it_goes_back() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.fault("wechat-notify", "wrong-amount").await;
    let mut orders = Vec::new();
    for number in [1, 2] {
        let order = bureau.order(&resident, number, "jsapi").await;
        assert_eq!(bureau.pay(&order).await.0, 200);
        bureau.becomes(&resident, &order, "exception").await;
        orders.push(order);
    }
    bureau.sandbox.heal().await;
    let (first, second) = (bureau.finance().await, bureau.app.staff("finance-2").await);
    let listed = first.get("/admin/payment-exceptions").await.expect(200);
    let of = |order: &Value| {
        let mut all = listed["items"].as_array().unwrap().iter();
        all.find(|item| item["payment_id"] == order["id"]).unwrap().clone()
    };
    let (asked, refunded) = (of(&orders[0]), of(&orders[1]));
    assert_eq!(
        (&asked["kind"], &asked["choices"]),
        (&json!("wrong_amount"), &json!(["ask_again", "refund"]))
    );
    assert_eq!(asked["detail"]["amount_fen"], 15_001);

    // WeChat, asked again, says that the whole amount was paid.
    let path = format!("/admin/payment-exceptions/{}/decision", asked["id"].as_str().unwrap());
    let decide = json!({ "resolution": "ask_again", "note": "通知金额可疑，再核实" });
    assert_eq!(
        first.post(&path, decide.clone()).await.expect(200)["status"],
        "asked_again"
    );
    first.post(&path, decide).await.refused(&EXCEPTION_STATE);
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &orders[0], "paid").await;

    // The other goes back, which the second person has to approve.
    let path = format!(
        "/admin/payment-exceptions/{}/decision",
        refunded["id"].as_str().unwrap()
    );
    let decide = json!({ "resolution": "refund", "note": "金额不符，原路退回" });
    assert_eq!(
        first.post(&path, decide).await.expect(200)["status"],
        "refund_requested"
    );
    let waiting = second.get("/admin/refund-requests").await.expect(200);
    let approve = format!(
        "/admin/refund-requests/{}/approve",
        waiting["items"][0]["id"].as_str().unwrap()
    );
    first.post(&approve, json!({})).await.refused(&OWN_REFUND_REQUEST);
    second.post(&approve, json!({})).await.expect(200);
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &orders[1], "refunded").await;
    // The decision was never paid, and can be now.
    bureau
        .order_of(&resident, orders[1]["decision_id"].as_str().unwrap(), "jsapi")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_wechat_could_not_make_keeps_its_number_and_is_asked_about_when_somebody_saw_to_it() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-pay", "kind": "abnormal", "count": 1 }))
        .await;
    bureau.withdraw(1).await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refund_failed").await;
    let finance = bureau.finance().await;
    let path = format!("/admin/payments/{}/refund-requests", order["id"].as_str().unwrap());
    let wish = json!({ "reason": "重新退款" });
    finance.post(&path, wish).await.refused(&REFUND_IMPOSSIBLE);
    let exception = async || finance.get("/admin/payment-exceptions").await.expect(200)["items"][0].clone();
    let path = format!(
        "/admin/payment-exceptions/{}/decision",
        exception().await["id"].as_str().unwrap()
    );
    let refund = json!({ "resolution": "refund", "note": "重新退款" });
    finance.post(&path, refund).await.refused(&EXCEPTION_STATE);

    // Asked too early, WeChat says the same, and the exception is open again.
    let ask_again = json!({ "resolution": "ask_again", "note": "商户平台已处理，再核实" });
    finance.post(&path, ask_again.clone()).await.expect(200);
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refund_failed").await;
    assert_eq!(exception().await["status"], "open");

    let number = bureau.app.text("SELECT out_refund_no FROM refunds").await;
    let settled = format!("/wechat/refunds/{number}/settle");
    bureau.fault("wechat-notify", "drop").await;
    bureau.sandbox.post(&settled, json!({ "status": "SUCCESS" })).await;
    finance.post(&path, ask_again).await.expect(200);
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refunded").await;
    assert_eq!(bureau.app.count("SELECT count(*) FROM refunds").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_leaves_the_house_as_values_and_as_a_workbook() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.paid(&resident, 1).await;
    bureau.advance(TimeDelta::hours(27)).await;
    let finance = bureau.finance().await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-bill", "kind": "wrong-amount", "count": 1 }))
        .await;
    reconcile(&finance, "2026-11-23").await;
    let path = "/reconciliation/days/2026-11-23/export?format=";
    let csv = finance.get(&format!("{path}csv")).await;
    assert_eq!(csv.status, 200);
    for wanted in [
        "\"150.00\"",
        "\"150.01\"",
        "WeChat has another amount",
        "Does not balance",
    ] {
        assert!(csv.text.contains(wanted), "{wanted}: {}", csv.text);
    }
    let name = csv.headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"bianmin-2026-11-23.csv\"");
    let book = finance
        .request(Method::GET, &format!("{path}xlsx"))
        .send()
        .await
        .unwrap();
    assert!(book.bytes().await.unwrap().starts_with(b"PK"));
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'reconciliation.export'";
    assert_eq!(bureau.app.count(sql).await, 2);
    let days = finance.get("/reconciliation/days").await.expect(200);
    let days = days["items"].as_array().unwrap();
    assert_eq!(
        (days.len(), &days[0]["status"], &days[1]["status"]),
        (31, &json!("not_run"), &json!("broken"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_sees_or_does_any_of_it() {
    let bureau = Bureau::open().await;
    let id = "0190f3c4-0000-7000-8000-000000000001";
    let others = [
        bureau.app.resident(1).await,
        bureau.app.staff("clerk-zhongxin-1").await,
        bureau.app.staff("manager-zhongxin").await,
        bureau.app.staff("auditor-1").await,
    ];
    let reads = [
        "/admin/refund-requests",
        "/admin/payment-exceptions",
        "/admin/payment-alerts",
        "/reconciliation/days",
        "/reconciliation/days/2026-11-23/export?format=csv",
    ];
    let deeds = [
        (
            "/admin/payment-searches".to_owned(),
            json!({ "number": "539900000000", "reason": "看看" }),
        ),
        (
            format!("/admin/payments/{id}/refund-requests"),
            json!({ "reason": "当事人要求" }),
        ),
        (format!("/admin/refund-requests/{id}/approve"), json!({})),
        (
            format!("/admin/refund-requests/{id}/refuse"),
            json!({ "note": "没有依据" }),
        ),
        (
            format!("/admin/payment-exceptions/{id}/decision"),
            json!({ "resolution": "refund", "note": "原路退回" }),
        ),
    ];
    for other in &others {
        for path in reads {
            other.get(path).await.refused(&problem::FORBIDDEN);
        }
        for (path, body) in &deeds {
            other.post(path, body.clone()).await.refused(&problem::FORBIDDEN);
        }
    }
    let anyone = bureau.app.anyone();
    anyone.get(reads[0]).await.refused(&problem::UNAUTHENTICATED);
    let finance = bureau.finance().await;
    for (path, body) in &deeds[1..] {
        finance.post(path, body.clone()).await.refused(&problem::NOT_FOUND);
    }
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'payment.search'";
    assert_eq!(bureau.app.count(sql).await, 0);
}
