//! `/v3/bill/…` and the download.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::Method;
use sandbox::{clock::Clock, crypto::sha1_hex};
use serde_json::{Value, json};

use super::{Answer, Merchant};
use crate::support::Rig;

fn today() -> String {
    Clock::new(1).now().format("%Y-%m-%d").to_string()
}

async fn early() -> (Rig, Merchant) {
    let rig = Rig::with(|config| config.early_bills = true).await;
    let merchant = Merchant::of(&rig).await;
    (rig, merchant)
}

async fn download(rig: &Rig, merchant: &Merchant, statement: &Value) -> Answer {
    let path = statement["download_url"]
        .as_str()
        .unwrap()
        .strip_prefix(&rig.base)
        .unwrap()
        .to_owned();
    merchant.call(rig, Method::GET, &path, None).await
}

#[actix_web::test]
async fn the_trade_bill_lists_payments_and_refunds_in_yuan() {
    let (rig, merchant) = early().await;
    let transaction_id = merchant.paid(&rig, "BM000001", 20_005).await;
    merchant.paid(&rig, "BM000002", 5).await;
    let refund = json!({
        "out_trade_no": "BM000002", "out_refund_no": "RF1",
        "amount": { "refund": 5, "total": 5, "currency": "CNY" },
    });
    merchant.post(&rig, "/v3/refund/domestic/refunds", &refund).await;
    let (status, statement) = merchant
        .get(&rig, &format!("/v3/bill/tradebill?bill_date={}&bill_type=ALL", today()))
        .await;
    assert_eq!((status, &statement["hash_type"]), (200, &json!("SHA1")));
    let file = download(&rig, &merchant, &statement).await;
    assert_eq!(file.status, 200);
    assert!(
        file.headers.get("wechatpay-signature").is_none(),
        "a download is not signed"
    );
    assert_eq!(sha1_hex(&file.body), statement["hash_value"].as_str().unwrap());
    let text = String::from_utf8(file.body).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 3 + 2);
    assert_eq!(lines[0].split(',').count(), lines[1].split(',').count());
    assert!(lines[1].starts_with('`') && lines[1].contains(&format!("`{transaction_id},`BM000001,`")));
    assert!(lines[1].contains(",`200.05,"));
    assert!(lines[3].contains(",`REFUND,") && lines[3].contains(",`RF1,`0.05,"));
    assert_eq!(lines[5], "`3,`200.10,`0.05,`0.00,`0.00,`200.10,`0.05");
}

#[actix_web::test]
async fn the_fund_flow_bill_comes_packed_and_its_digest_is_of_the_unpacked_file() {
    let (rig, merchant) = early().await;
    merchant.paid(&rig, "BM000001", 100).await;
    let path = format!(
        "/v3/bill/fundflowbill?bill_date={}&account_type=BASIC&tar_type=GZIP",
        today()
    );
    let (_, statement) = merchant.get(&rig, &path).await;
    let file = download(&rig, &merchant, &statement).await;
    let mut text = String::new();
    GzDecoder::new(file.body.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(sha1_hex(text.as_bytes()), statement["hash_value"].as_str().unwrap());
    assert!(text.lines().last().unwrap().starts_with("`1,`1,`1.00,`0,`0.00"));
}

#[actix_web::test]
async fn a_bill_is_ready_at_ten_the_next_day() {
    let rig = Rig::start().await;
    let mut merchant = Merchant::of(&rig).await;
    merchant.paid(&rig, "BM000001", 100).await;
    let path = format!("/v3/bill/tradebill?bill_date={}", today());
    assert_eq!(merchant.get(&rig, &path).await.1["code"], "INVALID_REQUEST");
    let now = Clock::new(1).now();
    let midnight = (now + chrono::TimeDelta::days(1))
        .date_naive()
        .and_hms_opt(0, 0, 0)
        .unwrap();
    for (hour, status, code) in [(9, 400, Some("STATEMENT_CREATING")), (10, 200, None)] {
        let offset = (midnight - now.naive_local()).num_seconds() + hour * 3600 + 60;
        rig.put("/clock", json!({ "offset_seconds": offset })).await;
        merchant.seconds_late = -offset;
        let answer = merchant.get(&rig, &path).await;
        assert_eq!((answer.0, answer.1["code"].as_str()), (status, code));
    }
    let empty = format!(
        "/v3/bill/tradebill?bill_date={}",
        (now - chrono::TimeDelta::days(3)).format("%Y-%m-%d")
    );
    assert_eq!(merchant.get(&rig, &empty).await.1["code"], "NO_STATEMENT_EXIST");
}

#[actix_web::test]
async fn a_bill_can_lack_a_row_charge_a_fee_and_break_its_digest() {
    let (rig, merchant) = early().await;
    merchant.paid(&rig, "BM000001", 100).await;
    merchant.paid(&rig, "BM000002", 200).await;
    let path = format!("/v3/bill/tradebill?bill_date={}", today());
    for (kind, rows, digest_holds) in [
        ("drop", 1, true),
        ("duplicate", 3, true),
        ("fee", 2, true),
        ("corrupt", 2, false),
    ] {
        rig.fault(json!({ "target": "wechat-bill", "kind": kind, "count": 1 }))
            .await;
        let (_, statement) = merchant.get(&rig, &path).await;
        let file = download(&rig, &merchant, &statement).await;
        assert_eq!(
            sha1_hex(&file.body) == statement["hash_value"].as_str().unwrap(),
            digest_holds,
            "{kind}"
        );
        let text = String::from_utf8_lossy(&file.body).into_owned();
        assert_eq!(text.lines().count(), rows + 3, "{kind}");
        assert_eq!(text.contains(",`0.01,`0.00%,"), kind == "fee");
    }
}
