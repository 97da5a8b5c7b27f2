//! `POST /upstream/case-events` with an approved return, and what follows: a slip, its redemption, the signed list, and the case.

use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::{
    problem::{INVALID_FIELD, NOT_FOUND},
    slips::problems::SLIP_REVOKED,
};

use super::upstream::{Bureau, event, steps};
use crate::{
    slips::{id_number, octets, redeem::signature, token},
    support::Client,
};

const CLERK: &str = "clerk-yuntai-1";

fn approval(id: &str, site: &str) -> Value {
    let details = json!({
        "item_no": "1", "item": "手机", "state": "returnable", "place": "云台分局户政大厅", "site": site, "collect_by": "2026-12-20",
    });
    event(id, "property-return", details)
}

/// A bureau in which the phone was found and its return is approved.
async fn approved() -> (Bureau, Client) {
    let bureau = Bureau::open().await;
    for (id, step) in [("e1", "accepted"), ("e2", "filed")] {
        bureau.event(id, step, json!({})).await.taken("created");
    }
    bureau
        .push("case-events", approval("e3", "yuntai"))
        .await
        .taken("created");
    let victim = bureau.app.resident(1).await;
    (bureau, victim)
}

async fn property_slips(resident: &Client) -> Vec<Value> {
    let all = resident.get("/slips").await.expect(200);
    let items = all["items"].as_array().unwrap().iter();
    items.filter(|slip| slip["kind"] == "property").cloned().collect()
}

fn redemption(token: &str, id_number: &str) -> Value {
    json!({"token": token, "nonce": "a-scanner-of-yuntai-1", "id_number": id_number, "signature": signature(0)})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_returned_is_collected_with_a_slip_and_the_case_says_so() {
    let (bureau, victim) = approved().await;
    let slips = property_slips(&victim).await;
    let slip = &slips[0];
    assert_eq!(
        (&slip["item"], &slip["status"], &slip["reference"]),
        (&json!("手机"), &json!("ready"), &json!("0777-1"))
    );
    assert_eq!(slip["collect_by"], "2026-12-21T00:00:00+08:00");
    // The case's own text tells of it; a second one would say the same.
    assert_eq!(
        bureau.texts(&victim).await,
        ["case-accepted", "case-filed", "property-return"]
    );
    let page = bureau.page(&victim).await;
    let item = &page["property"][0];
    assert_eq!((&item["state"], &item["slip_id"]), (&json!("returnable"), &slip["id"]));

    let clerk = bureau.app.staff(CLERK).await;
    let token = token(&victim, slip["id"].as_str().unwrap()).await;
    clerk
        .post("/slip-redemptions", redemption(&token, &id_number(1)))
        .await
        .expect(201);
    let page = bureau.page(&victim).await;
    assert_eq!(steps(&page).last().unwrap(), "property-returned");
    let item = &page["property"][0];
    assert_eq!(item["state"], "returned");
    assert_eq!(bureau.texts(&victim).await.last().unwrap(), "slip-redeemed");

    // The list is filed, shown to its owner and to no other party of the case.
    let list = item["return_list_id"].as_str().unwrap();
    let list = format!("/cases/{}/return-lists/{list}.pdf", page["id"].as_str().unwrap());
    let pdf = octets(&victim, &list).await;
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000);
    bureau.app.resident(2).await.get(&list).await.refused(&NOT_FOUND);
    let sealed = "SELECT count(*) FROM case_return_lists WHERE length(document) > 10000";
    assert_eq!(bureau.app.count(sealed).await, 1);

    bureau.app.write_back().await;
    let heard = bureau.police.get("/police/write-backs?system=case-system").await;
    let heard = &heard["items"][0];
    assert_eq!(
        (&heard["kind"], &heard["deliveries"]),
        (&json!("property-returns"), &json!(1))
    );
    assert_eq!(heard["body"]["item_no"], "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_officer_reads_the_signed_list_within_half_an_hour_of_a_look_up() {
    let (bureau, victim) = approved().await;
    let slips = property_slips(&victim).await;
    let token = token(&victim, slips[0]["id"].as_str().unwrap()).await;
    let clerk = bureau.app.staff(CLERK).await;
    clerk
        .post("/slip-redemptions", redemption(&token, &id_number(1)))
        .await
        .expect(201);
    let officer = bureau.app.staff("case-officer-1").await;
    let look = json!({"case_no": "A5399000000002026110777", "reason": "核对发还清单"});
    let file = officer.post("/case-lookups", look).await.expect(200);
    let (enquiry, list) = (
        file["enquiry_id"].as_str().unwrap(),
        file["return_lists"][0].as_str().unwrap(),
    );
    let path = format!("/case-enquiries/{enquiry}/return-lists/{list}.pdf");
    assert!(octets(&officer, &path).await.starts_with(b"%PDF-"));
    let read = "SELECT count(*) FROM audit_entries WHERE action = 'case.read-return-list'";
    assert_eq!(bureau.app.count(read).await, 1);
    victim.get(&path).await.refused(&shared::problem::FORBIDDEN);
    bureau.app.clock.advance(chrono::TimeDelta::minutes(31));
    bureau
        .app
        .staff("case-officer-1")
        .await
        .get(&path)
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_that_is_corrected_or_taken_back_takes_its_slip_along() {
    let (bureau, victim) = approved().await;
    let first = property_slips(&victim).await.remove(0);
    let old = token(&victim, first["id"].as_str().unwrap()).await;
    let mut corrected = approval("e4", "zhongxin");
    corrected["corrects"] = json!("e3");
    bureau.push("case-events", corrected).await.taken("updated");
    let slips = property_slips(&victim).await;
    assert_eq!(slips.len(), 2);
    assert_eq!(
        (&slips[0]["status"], &slips[1]["status"]),
        (&json!("ready"), &json!("withdrawn"))
    );
    assert_eq!(slips[0]["site"]["id"], bureau.app.hall("zhongxin"));
    let clerk = bureau.app.staff(CLERK).await;
    clerk
        .post("/slip-redemptions", redemption(&old, &id_number(1)))
        .await
        .refused(&SLIP_REVOKED);

    let mut withdrawn = event("e5", "property-return", json!({}));
    withdrawn["withdraws"] = json!("e4");
    bureau.push("case-events", withdrawn).await.taken("updated");
    assert!(
        property_slips(&victim)
            .await
            .iter()
            .all(|slip| slip["status"] == "withdrawn")
    );
    assert_eq!(bureau.page(&victim).await["property"][0]["slip_id"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_collected_at_the_station_is_not_collected_again() {
    let (bureau, victim) = approved().await;
    bureau
        .event("e4", "property-returned", json!({ "item_no": "1", "item": "手机" }))
        .await
        .taken("created");
    assert_eq!(property_slips(&victim).await[0]["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_to_a_hall_that_is_not_there_or_to_nobody_certain_is_refused() {
    let bureau = Bureau::open().await;
    let told = bureau.push("case-events", approval("e1", "nowhere")).await;
    assert_eq!(told.refused(&INVALID_FIELD)["field"], "details.site");
    let mut case = super::upstream::theft();
    case["parties"] = json!([{ "role": "victim", "name": "付刚", "id_number": "539902198006203555" }]);
    bureau.push("cases", case).await.taken("updated");
    let told = bureau.push("case-events", approval("e1", "yuntai")).await;
    assert_eq!(told.refused(&INVALID_FIELD)["field"], "details.owner_id_number");
    let mut named = approval("e1", "yuntai");
    named["details"]["owner_id_number"] = json!(id_number(3));
    bureau.push("case-events", named).await.taken("created");
    assert_eq!(property_slips(&bureau.app.resident(3).await).await.len(), 1);
    assert_eq!(property_slips(&bureau.app.resident(1).await).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_case_system_is_told_until_it_hears() {
    let bureau = Bureau::open().await;
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    bureau
        .event(
            "e2",
            "not-filed",
            json!({ "document_no": "1", "reason": "没有犯罪事实" }),
        )
        .await
        .taken("created");
    let victim = bureau.app.resident(1).await;
    let page = bureau.page(&victim).await;
    let path = format!("/cases/{}/review-request", page["id"].as_str().unwrap());
    victim.post(&path, json!({"reason": "有监控录像"})).await.expect(201);
    let heard = async || bureau.police.get("/police/write-backs?system=case-system").await["items"].clone();

    bureau
        .police
        .fault(json!({ "target": "police", "kind": "5xx", "count": 1 }))
        .await;
    bureau.app.write_back().await;
    assert_eq!(heard().await, json!([]));
    // It is not tried again at once.
    bureau.app.write_back().await;
    assert_eq!(heard().await, json!([]));
    bureau.app.clock.advance(chrono::TimeDelta::seconds(10));
    bureau.police.set_clock(bureau.app.clock.now()).await;
    bureau.app.write_back().await;
    let told = heard().await;
    assert_eq!(
        (&told[0]["kind"], &told[0]["body"]["reason"]),
        (&json!("review-requests"), &json!("有监控录像"))
    );
    assert_eq!(told[0]["body"]["event_id"], "e2");
    bureau.app.clock.advance(chrono::TimeDelta::hours(1));
    bureau.app.write_back().await;
    assert_eq!(heard().await[0]["deliveries"], 1);
}
