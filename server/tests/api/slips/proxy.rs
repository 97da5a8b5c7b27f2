//! `/slips/{id}/proxy`: one named person collects for the owner.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::{
    identity::passkeys::PROOF_REQUIRED,
    problem::{INVALID_FIELD, NOT_FOUND},
    slips::{
        problems::{
            PICTURE_UNFIT, PROXY_OWNER, PROXY_POLICE, PROXY_UNTIL, SLIP_ID_MISMATCH, SLIP_ID_NEEDED, SLIP_REVOKED,
        },
        token::SlipKind,
    },
    time::wire_time,
};

use super::{CLERK, NONCE, code, document, id_number, issue, redemption, token};
use crate::support::{TestApp, phone};

/// The step for which a fresh proof is taken.
const STEP: &str = "name-representative";

fn letter(size: usize) -> String {
    BASE64_STANDARD.encode([b"\xff\xd8\xff".as_slice(), &vec![7; size], b"\xff\xd9"].concat())
}

fn request(app: &TestApp, number: usize, days: i64) -> Value {
    json!({
        "name": "覃娜",
        "id_number": id_number(number),
        "phone": phone(number),
        "until": wire_time::text(app.clock.now() + TimeDelta::days(days)),
        "letter": letter(300_000),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_collects_with_the_own_id_card_and_the_owners_slip_no_longer_counts() {
    let app = TestApp::start().await;
    let (owner, proxy) = (app.resident(1).await, app.resident(2).await);
    let clerk = app.staff(CLERK).await;
    let slip = document(&app, &owner).await;
    let (before, typed) = (token(&owner, &slip).await, code(&owner, &slip).await);
    let path = format!("/slips/{slip}/proxy");
    proxy.post(&path, request(&app, 2, 7)).await.refused(&NOT_FOUND);
    owner.post(&path, request(&app, 2, 7)).await.refused(&PROOF_REQUIRED);
    app.prove(&owner, 1, STEP).await;
    let shown = owner.post(&path, request(&app, 2, 7)).await.expect(200);
    assert_eq!(
        (&shown["proxy"]["name"], &shown["as_proxy"]),
        (&json!("覃*"), &json!(false))
    );
    for template in ["slip-proxy-named", "slip-entrusted"] {
        let sql = format!("SELECT count(*) FROM messages WHERE template = '{template}'");
        assert_eq!(app.count(&sql).await, 1, "{template}");
    }
    let problem = clerk
        .post("/slip-redemptions", redemption(&before, NONCE, &typed))
        .await
        .refused(&SLIP_REVOKED);
    assert_eq!(problem["reason"], "entrusted");

    // The proxy sees it, and shows it.
    let theirs = proxy.get("/slips").await.expect(200);
    assert_eq!(
        (&theirs["items"][0]["id"], &theirs["items"][0]["as_proxy"]),
        (&json!(slip), &json!(true))
    );
    let (now, typed) = (token(&proxy, &slip).await, code(&proxy, &slip).await);
    clerk
        .post("/slip-redemptions", redemption(&now, NONCE, &typed))
        .await
        .refused(&SLIP_ID_NEEDED);
    let card = |number: usize| json!({"token": now, "nonce": NONCE, "id_number": id_number(number)});
    clerk
        .post("/slip-redemptions", card(1))
        .await
        .refused(&SLIP_ID_MISMATCH);
    let handover = clerk.post("/slip-look-ups", json!({"token": now})).await.expect(200);
    assert_eq!(
        (&handover["holder"], &handover["on_behalf_of"]),
        (&json!("覃*"), &json!("杨**"))
    );
    let redeemed = clerk.post("/slip-redemptions", card(2)).await.expect(201);
    assert_eq!(redeemed["by_proxy"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_called_back_or_the_letter_ends_and_the_owner_collects() {
    let app = TestApp::start().await;
    let owner = app.resident(1).await;
    let slip = document(&app, &owner).await;
    let path = format!("/slips/{slip}/proxy");
    owner.delete(&path).await.refused(&NOT_FOUND);
    app.prove(&owner, 1, STEP).await;
    owner.post(&path, request(&app, 2, 7)).await.expect(200);
    assert_eq!(owner.delete(&path).await.expect(200)["proxy"], Value::Null);
    app.prove(&owner, 1, STEP).await;
    owner.post(&path, request(&app, 2, 7)).await.expect(200);
    app.clock.advance(TimeDelta::days(7));
    app.do_jobs().await;
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-proxy-ended'")
            .await,
        2
    );
    let (owner, clerk) = (app.resident_again(1).await, app.staff(CLERK).await);
    let (token, typed) = (token(&owner, &slip).await, code(&owner, &slip).await);
    clerk
        .post("/slip-redemptions", redemption(&token, NONCE, &typed))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_be_a_proxy_and_what_is_no_letter_is_refused() {
    let app = TestApp::start().await;
    let owner = app.resident(1).await;
    let document = format!("/slips/{}/proxy", document(&app, &owner).await);
    let property = issue(&app, &owner, "property/1", SlipKind::Property, true).await;
    let property = format!("/slips/{property}/proxy");
    let with = |member: &str, value: Value| {
        let mut body = request(&app, 2, 7);
        body[member] = value;
        body
    };
    owner.post(&document, request(&app, 1, 7)).await.refused(&PROXY_OWNER);
    let problem = owner.post(&document, request(&app, 2, 31)).await.refused(&PROXY_UNTIL);
    assert!(problem["latest"].is_string());
    owner.post(&document, request(&app, 2, 0)).await.refused(&PROXY_UNTIL);
    for (letter, kind) in [
        (json!(BASE64_STANDARD.encode(b"%PDF-1.7")), &PICTURE_UNFIT),
        (json!(letter(600_000)), &PICTURE_UNFIT),
        (json!("no base64"), &INVALID_FIELD),
    ] {
        owner.post(&document, with("letter", letter)).await.refused(kind);
    }
    owner
        .post(&document, with("id_number", json!("539901198801040778")))
        .await
        .refused(&INVALID_FIELD);

    let staff: toml::Table = std::fs::read_to_string(crate::support::root().join("content/yunchuan/staff.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let officer = staff["staff"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["username"].as_str() == Some("case-officer-1"))
        .unwrap();
    let officer = with("id_number", json!(officer["id_number"].as_str()));
    owner.post(&property, officer.clone()).await.refused(&PROXY_POLICE);
    app.prove(&owner, 1, STEP).await;
    owner.post(&document, officer).await.expect(200);
    assert_eq!(app.count("SELECT count(*) FROM slip_proxies").await, 1);
}
