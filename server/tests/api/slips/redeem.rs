//! Redeeming: once, by the right person, and every refusal by its own name.

use chrono::TimeDelta;
use serde_json::json;
use server::platform::clock::Clock;
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD, UNAUTHENTICATED},
    slips::{
        code::{digits, printed_message},
        encoding::{from_base45, to_base45},
        problems::{
            PICTURE_UNFIT, SLIP_CODE_NEEDED, SLIP_CODE_STALE, SLIP_CODE_WRONG, SLIP_EXPIRED, SLIP_FORGED,
            SLIP_ID_MISMATCH, SLIP_ID_NEEDED, SLIP_KEY, SLIP_KIND, SLIP_LOCKED, SLIP_NONCE, SLIP_REDEEMED,
            SLIP_REVOKED, SLIP_SIGNATURE_NEEDED, SLIP_UNREADABLE, SLIP_VERSION, SLIP_WRONG_SITE,
        },
        token::{PREFIX, Signed, SlipKind},
    },
};

use super::{CLERK, NONCE, claims, code, document, id_number, issue, octets, picture_of_pdf, redemption, token};
use crate::support::TestApp;

const PATH: &str = "/slip-redemptions";

/// A picture as the smallest of encoders makes it.
/// A PNG in this shade of grey, in base64.
pub fn signature(shade: u8) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, 40, 10);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[shade; 400]).unwrap();
    writer.finish().unwrap();
    BASE64_STANDARD.encode(image)
}

/// The same PNG with another octet in its pixels: its beginning and its end are right.
fn broken(png: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let mut octets = BASE64_STANDARD.decode(png).unwrap();
    octets[45] ^= 0xff;
    BASE64_STANDARD.encode(octets)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clerk_sees_what_to_hand_over_and_hands_it_over_once() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let (token, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    let handover = clerk.post("/slip-look-ups", json!({"token": token})).await.expect(200);
    assert_eq!(handover["item"], "Passport");
    assert_eq!(handover["holder"], "杨**");
    assert_eq!(handover["holder_id_number"], "539***********0779");
    assert_eq!(
        [
            &handover["needs_id"],
            &handover["needs_code"],
            &handover["needs_signature"]
        ],
        [false, false, false]
    );
    let done = redemption(&token, NONCE, &typed);
    let redeemed = clerk.post(PATH, done.clone()).await.expect(201);
    assert_eq!(redeemed["reference"], "E12345678");
    assert_eq!(redeemed["counter"], serde_json::Value::Null);

    // The same scanner asks again and is answered as before; another is told when and where.
    assert_eq!(clerk.post(PATH, done).await.expect(201), redeemed);
    let other = redemption(&token, "another-scanner-1234", &typed);
    let problem = clerk.post(PATH, other).await.refused(&SLIP_REDEEMED);
    assert_eq!((&problem["at"], &problem["site"]), (&redeemed["at"], &redeemed["site"]));
    assert_eq!(
        resident.get(&format!("/slips/{slip}")).await.expect(200)["status"],
        "collected"
    );
    for (action, times) in [("slip.issue", 2), ("slip.look_up", 1), ("slip.redeem", 1)] {
        let sql = format!("SELECT count(*) FROM audit_entries WHERE action = '{action}'");
        assert_eq!(app.count(&sql).await, times, "{action}");
    }
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-redeemed'")
            .await,
        1
    );

    // Its number belongs to that slip.
    let second = document(&app, &resident).await;
    let (token, typed) = (super::token(&resident, &second).await, code(&resident, &second).await);
    clerk
        .post(PATH, redemption(&token, NONCE, &typed))
        .await
        .refused(&SLIP_NONCE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_slip_or_no_genuine_one_is_refused_by_its_own_name() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let (text, typed) = (token(&resident, &slip).await, code(&resident, &slip).await);
    let octets = from_base45(text.strip_prefix(PREFIX).unwrap()).unwrap();
    let changed = |at: usize, to: fn(u8) -> u8| {
        let mut octets = octets.clone();
        octets[at] = to(octets[at]);
        format!("{PREFIX}{}", to_base45(&octets))
    };
    for (what, forged, kind) in [
        ("truncated", text[..147].to_owned(), &SLIP_UNREADABLE),
        (
            "another code",
            "https://example.org/appointments?hall=1".to_owned(),
            &SLIP_UNREADABLE,
        ),
        ("a later version", changed(0, |_| 2), &SLIP_VERSION),
        ("SM2", changed(1, |_| 2), &SLIP_VERSION),
        ("an unknown key", changed(2, |_| 200), &SLIP_KEY),
        ("another kind", changed(3, |_| 9), &SLIP_KIND),
        ("property instead", changed(3, |_| 2), &SLIP_FORGED),
        ("another id", changed(4, |octet| octet ^ 1), &SLIP_FORGED),
        ("a later expiry", changed(28, |octet| octet ^ 1), &SLIP_FORGED),
        ("another signature", changed(60, |octet| octet ^ 128), &SLIP_FORGED),
    ] {
        let problem = clerk.post(PATH, redemption(&forged, NONCE, &typed)).await.refused(kind);
        assert_eq!(problem["status"], kind.status, "{what}");
        clerk
            .post("/slip-look-ups", json!({"token": forged}))
            .await
            .refused(kind);
    }
    clerk
        .post(PATH, json!({"token": text, "nonce": "short"}))
        .await
        .refused(&INVALID_FIELD);
    resident
        .post(PATH, redemption(&text, NONCE, &typed))
        .await
        .refused(&FORBIDDEN);
    app.anyone()
        .post(PATH, redemption(&text, NONCE, &typed))
        .await
        .refused(&UNAUTHENTICATED);

    let elsewhere = app.staff("clerk-churujing-1").await;
    let problem = elsewhere
        .post(PATH, redemption(&text, NONCE, &typed))
        .await
        .refused(&SLIP_WRONG_SITE);
    assert!(problem["site"].is_string() && problem["address"].is_string());

    resident
        .post(&format!("/slips/{slip}/reissue"), json!({}))
        .await
        .expect(200);
    let problem = clerk
        .post(PATH, redemption(&text, NONCE, &typed))
        .await
        .refused(&SLIP_REVOKED);
    assert_eq!(problem["reason"], "reissued");

    let renewed = token(&resident, &slip).await;
    app.clock.set(claims(&renewed).expires_at);
    let clerk = app.staff("clerk-zhongxin-2").await;
    clerk
        .post(PATH, redemption(&renewed, NONCE, &typed))
        .await
        .refused(&SLIP_EXPIRED);
    assert_eq!(app.count("SELECT count(*) FROM slip_redemptions").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forwarded_screenshot_is_stale_and_an_id_card_helps_where_the_phone_is_offline() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let (token, old) = (token(&resident, &slip).await, code(&resident, &slip).await);
    clerk
        .post(PATH, json!({"token": token, "nonce": NONCE}))
        .await
        .refused(&SLIP_CODE_NEEDED);
    app.clock.advance(TimeDelta::seconds(90));
    clerk
        .post(PATH, redemption(&token, NONCE, &old))
        .await
        .refused(&SLIP_CODE_STALE);
    assert_ne!(code(&resident, &slip).await, old);
    let card = |number: usize| json!({"token": token, "nonce": NONCE, "id_number": id_number(number)});
    clerk.post(PATH, card(2)).await.refused(&SLIP_ID_MISMATCH);
    clerk.post(PATH, card(1)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paper_needs_its_printed_code_and_the_id_card() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let pdf = octets(&resident, &format!("/slips/{slip}/slip.pdf")).await;
    let paper = picture_of_pdf(&pdf).decoded().unwrap().1;
    let printed = digits(&app.platform.keys.slip_hash(&printed_message(claims(&paper).id)));
    let look_up = clerk.post("/slip-look-ups", json!({"token": paper})).await.expect(200);
    assert_eq!(
        (&look_up["needs_id"], &look_up["needs_code"]),
        (&json!(true), &json!(true))
    );
    clerk
        .post(PATH, redemption(&paper, NONCE, &printed))
        .await
        .refused(&SLIP_ID_NEEDED);
    let with_card = |code: &str| json!({"token": paper, "nonce": NONCE, "code": code, "id_number": id_number(1)});
    clerk
        .post(PATH, json!({"token": paper, "nonce": NONCE, "id_number": id_number(1)}))
        .await
        .refused(&SLIP_CODE_NEEDED);
    // The code of the screen is none for the paper.
    let on_screen = code(&resident, &slip).await;
    clerk.post(PATH, with_card(&on_screen)).await.refused(&SLIP_CODE_WRONG);
    clerk.post(PATH, with_card(&printed)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_wrong_codes_lock_a_slip_until_the_id_card_is_read() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = document(&app, &resident).await;
    let (token, right) = (token(&resident, &slip).await, code(&resident, &slip).await);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1] {
        let problem = clerk
            .post(PATH, redemption(&token, NONCE, wrong))
            .await
            .refused(&SLIP_CODE_WRONG);
        assert_eq!(problem["tries_left"], left);
    }
    // Many at once are not more tries than one.
    let many: Vec<_> = (0..16).map(|_| redemption(&token, NONCE, wrong)).collect();
    let answers = futures::future::join_all(many.into_iter().map(|body| clerk.post(PATH, body))).await;
    let tried = answers
        .iter()
        .filter(|answer| answer.text.contains(SLIP_CODE_WRONG.slug))
        .count();
    assert_eq!(tried, 1);
    clerk
        .post(PATH, redemption(&token, NONCE, &right))
        .await
        .refused(&SLIP_LOCKED);
    let look_up = clerk.post("/slip-look-ups", json!({"token": token})).await.expect(200);
    assert_eq!(look_up["needs_id"], true);
    let card = json!({"token": token, "nonce": NONCE, "code": right, "id_number": id_number(1)});
    clerk.post(PATH, card).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn property_is_signed_for() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let slip = issue(&app, &resident, "property/1", SlipKind::Property, true).await;
    let token = token(&resident, &slip).await;
    let body = |signature: Option<&str>| json!({"token": token, "nonce": NONCE, "id_number": id_number(1), "signature": signature});
    let typed = code(&resident, &slip).await;
    clerk
        .post(PATH, redemption(&token, NONCE, &typed))
        .await
        .refused(&SLIP_ID_NEEDED);
    clerk.post(PATH, body(None)).await.refused(&SLIP_SIGNATURE_NEEDED);
    clerk.post(PATH, body(Some("aGVsbG8="))).await.refused(&PICTURE_UNFIT);
    // Neither a picture that breaks off nor a white one is a signature.
    clerk
        .post(PATH, body(Some(&broken(&signature(0)))))
        .await
        .refused(&PICTURE_UNFIT);
    clerk
        .post(PATH, body(Some(&signature(255))))
        .await
        .refused(&PICTURE_UNFIT);
    clerk.post(PATH, body(Some(&signature(0)))).await.expect(201);
    // At rest nobody reads the signature.
    let sealed = "SELECT count(*) FROM slip_redemptions WHERE length(signature) > 100";
    assert_eq!(app.count(sealed).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slip_that_an_earlier_key_signed_stays_valid() {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let old = document(&app, &resident).await;
    let before = token(&resident, &old).await;
    app.slips().rotate_key(app.clock.now(), true).await.unwrap();
    assert_eq!(token(&resident, &old).await, before, "the picture stays as it was");
    let new = document(&app, &resident).await;
    let after = token(&resident, &new).await;
    assert_ne!(claims(&before).key, claims(&after).key);
    // Another instance learns of the new key when it meets it.
    let other = app.another_instance().await;
    let clerk_there = clerk.on(&other.address);
    for (slip, token, nonce) in [
        (&old, before, "first-of-two-nonces"),
        (&new, after, "second-of-two-nonces"),
    ] {
        assert!(Signed::read(&token).is_ok());
        let typed = code(&resident, slip).await;
        clerk_there
            .post(PATH, redemption(&token, nonce, &typed))
            .await
            .expect(201);
    }
    let keys = clerk.get("/slip-keys").await.expect(200);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}

async fn scanned_by_many(slips: usize, scanners: usize) {
    let app = TestApp::start().await;
    let (resident, clerk) = (app.resident(1).await, app.staff(CLERK).await);
    let mut shown = Vec::new();
    for _ in 0..slips {
        let slip = document(&app, &resident).await;
        shown.push((token(&resident, &slip).await, code(&resident, &slip).await));
    }
    let began = std::time::Instant::now();
    let (mut won, mut told) = (0, 0);
    for (at, (token, typed)) in shown.iter().enumerate() {
        let scans = (0..scanners).map(|scanner| {
            let body = redemption(token, &format!("scanner-{scanner:04}-of-slip-{at:06}"), typed);
            clerk.post(PATH, body)
        });
        for answer in futures::future::join_all(scans).await {
            if answer.status == 201 {
                won += 1;
            } else {
                let problem = answer.refused(&SLIP_REDEEMED);
                assert!(problem["at"].is_string() && problem["site"].is_string());
                told += 1;
            }
        }
    }
    eprintln!("{slips} slips x {scanners} scanners in {:.1?}", began.elapsed());
    assert_eq!((won, told), (slips, slips * (scanners - 1)));
    let kept = app.count("SELECT count(*) FROM slip_redemptions").await;
    assert_eq!(usize::try_from(kept).unwrap(), slips);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_scanners_exactly_one_redeems_a_slip() {
    scanned_by_many(20, 64).await;
}

/// `cargo test -p server --release --test api -- --ignored ten_thousand`: takes long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long"]
async fn ten_thousand_slips_are_redeemed_exactly_once_each() {
    scanned_by_many(10_000, 64).await;
}
