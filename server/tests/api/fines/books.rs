//! `/reconciliation/days/{date}`. `docs/payments.md` says which row of the acceptance list each test here is.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    fines::wire::{DAY_NOT_BALANCED, DAY_STATE},
    problem,
};

use super::{Bureau, alerts, reconcile};

const DAY: &str = "/reconciliation/days/2026-11-23";

fn kinds(day: &Value) -> Vec<&str> {
    let mut kinds: Vec<&str> = day["breaks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["kind"].as_str().unwrap())
        .collect();
    kinds.dedup();
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_21_each_difference_has_its_own_name_and_the_day_stays_open_until_somebody_answers_for_it() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.paid(&resident, 1).await;
    bureau.advance(TimeDelta::hours(27)).await;
    let finance = bureau.finance().await;
    for (kind, named) in [
        ("drop", "only_ours"),
        ("wrong-amount", "amount_differs"),
        ("corrupt", "bill_digest"),
        ("duplicate", "duplicate_row"),
    ] {
        bureau
            .sandbox
            .fault(json!({ "target": "wechat-bill", "kind": kind, "count": 1 }))
            .await;
        let day = reconcile(&finance, "2026-11-23").await;
        assert_eq!((kinds(&day), &day["status"]), (vec![named], &json!("broken")), "{kind}");
    }
    let sides = [
        ("fiscal-settlement", "drop", "fiscal_missing"),
        ("fiscal-settlement", "wrong-amount", "fiscal_amount_differs"),
        ("police-settlement", "drop", "police_missing"),
        ("police-settlement", "wrong-amount", "police_amount_differs"),
        ("police-settlement", "duplicate", "police_duplicate"),
    ];
    for (target, kind, named) in sides {
        bureau
            .sandbox
            .fault(json!({ "target": target, "kind": kind, "count": 1 }))
            .await;
        assert_eq!(kinds(&reconcile(&finance, "2026-11-23").await), [named]);
    }
    assert_eq!(reconcile(&finance, "2026-11-23").await["status"], "balanced");
    // Money that our ledger does not know of.
    bureau.app.execute("DELETE FROM ledger_entries").await;
    let unknown = ["only_wechat", "fiscal_only", "police_only"];
    assert_eq!(kinds(&reconcile(&finance, "2026-11-23").await), unknown);

    let unexplained = finance.post(&format!("{DAY}/sign-off"), json!({})).await;
    assert_eq!(unexplained.refused(&DAY_NOT_BALANCED)["breaks"], 3);
    let note = json!({ "note": "账页遗失，已补记" });
    let signed = finance.post(&format!("{DAY}/sign-off"), note).await.expect(200);
    assert_eq!(signed["status"], "signed_off");
    finance.post(&format!("{DAY}/run"), json!({})).await.refused(&DAY_STATE);
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'reconciliation.sign-off'";
    assert_eq!(bureau.app.count(sql).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_22_a_fee_flags_the_day_and_calls_somebody() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.paid(&resident, 1).await;
    bureau.advance(TimeDelta::hours(27)).await;
    let finance = bureau.finance().await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-bill", "kind": "fee", "count": 1 }))
        .await;
    let day = reconcile(&finance, "2026-11-23").await;
    assert_eq!((&day["fee_fen"], kinds(&day)), (&json!(1), vec!["nonzero_fee"]));
    assert!(alerts(&finance).await.contains(&"nonzero_fee".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_finance_staff_see_the_books() {
    let bureau = Bureau::open().await;
    bureau.app.anyone().get(DAY).await.refused(&problem::UNAUTHENTICATED);
    bureau.app.resident(1).await.get(DAY).await.refused(&problem::FORBIDDEN);
    let finance = bureau.finance().await;
    assert_eq!(finance.get(DAY).await.expect(200)["status"], "not_run");
    finance
        .post(&format!("{DAY}/sign-off"), json!({}))
        .await
        .refused(&DAY_STATE);
}
