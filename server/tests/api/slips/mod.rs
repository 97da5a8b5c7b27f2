//! `/slips`, `/slip-redemptions` and `/slip-keys`: what waits for a resident, and how it is handed over once.

mod locker;
mod mail;
mod offline;
mod pictures;
mod proxy;
pub mod redeem;
mod shelf;
mod storage;
mod upstream;

use flate2::read::ZlibDecoder;
use rqrr::{MetaData, PreparedImage};
use serde_json::{Value, json};
use server::{platform::clock::Clock, slips::NewSlip};
use shared::{
    ids::{HallId, PersonId, ResidentId},
    language::Text,
    slips::{
        problems::SLIP_STATE,
        token::{Claims, Signed, SlipKind},
    },
};
use std::io::Read;

use crate::support::{Client, TestApp};

const CLERK: &str = "clerk-zhongxin-1";
const NONCE: &str = "a-nonce-of-a-scanner-1";

/// The ID number of a demonstration resident.
pub fn id_number(number: usize) -> String {
    let path = crate::support::root().join("content/yunchuan/residents.toml");
    let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    file["resident"][number - 1]["id_number"].as_str().unwrap().to_owned()
}

/// Issues a slip to a signed-in resident.
async fn issue(app: &TestApp, resident: &Client, source: &str, kind: SlipKind, is_there: bool) -> String {
    let me = resident.get("/me").await.expect(200);
    let of = |value: &Value| value.as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let new = NewSlip {
        source: source.to_owned(),
        kind,
        person: PersonId(of(&me["person"]["id"])),
        resident: Some(ResidentId(of(&me["id"]))),
        hall: HallId(app.hall("zhongxin").parse().unwrap()),
        item: Text {
            zh: "普通护照".into(),
            en: "Passport".into(),
        },
        reference: "E12345678".into(),
        is_there,
        collect_by: None,
        is_told: false,
        by: None,
    };
    let transaction = app.platform.db.begin().await.unwrap();
    let id = app.slips().issue(&transaction, new, app.clock.now()).await.unwrap();
    transaction.commit().await.unwrap();
    id.to_string()
}

async fn document(app: &TestApp, resident: &Client) -> String {
    issue(
        app,
        resident,
        &format!("test/{}", uuid::Uuid::now_v7()),
        SlipKind::Document,
        true,
    )
    .await
}

pub async fn octets(client: &Client, path: &str) -> Vec<u8> {
    let answer = client.request(reqwest::Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// A grey picture.
struct Picture {
    side: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn of_png(octets: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(octets)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let side = usize::try_from(reader.next_frame(&mut pixels).unwrap().width).unwrap();
        Self { side, pixels }
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        if x < self.side && y < self.side {
            self.pixels[y * self.side + x]
        } else {
            255
        }
    }

    /// What a decoder that is not ours reads from it.
    fn decoded(&self) -> Option<(MetaData, String)> {
        let mut prepared = PreparedImage::prepare_from_greyscale(self.side, self.side, |x, y| self.at(x, y));
        prepared.detect_grids().first()?.decode().ok()
    }
}

/// The text of a slip's QR code, read from its PNG.
pub async fn token(client: &Client, slip: &str) -> String {
    let png = octets(client, &format!("/slips/{slip}/qr.png")).await;
    Picture::of_png(&png).decoded().unwrap().1
}

/// The QR code of a printed slip, drawn from the rectangles of the PDF's page.
fn picture_of_pdf(pdf: &[u8]) -> Picture {
    const SIDE: usize = 600;
    let mut rest = pdf;
    let mut page = String::new();
    while let Some(at) = rest.windows(7).position(|part| part == b"stream\n") {
        rest = &rest[at + 7..];
        let mut inflated = Vec::new();
        if ZlibDecoder::new(rest).read_to_end(&mut inflated).is_ok()
            && let Ok(text) = String::from_utf8(inflated)
            && text.matches(" l").count() > 500
        {
            page = text;
        }
    }
    let mut picture = Picture {
        side: SIDE,
        pixels: vec![255; SIDE * SIDE],
    };
    let (mut corners, mut numbers): (Vec<(f32, f32)>, Vec<f32>) = (Vec::new(), Vec::new());
    for word in page.split_whitespace() {
        if let Ok(number) = word.parse() {
            numbers.push(number);
            continue;
        }
        match (word, numbers.as_slice()) {
            ("m", [.., x, y]) => corners = vec![(*x, *y)],
            ("l", [.., x, y]) => corners.push((*x, *y)),
            ("h", _) => picture.fill(&corners),
            _ => {}
        }
        numbers.clear();
    }
    picture
}

impl Picture {
    #[allow(
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a page is measured in points"
    )]
    fn fill(&mut self, corners: &[(f32, f32)]) {
        // Three pixels a point, with the code's own corner somewhere inside.
        let scaled = |value: f32, from: f32| ((value - from) * 3.0).round().max(0.0) as usize;
        let edge = |of: fn(&(f32, f32)) -> f32, pick: fn(f32, f32) -> f32, first: f32| {
            corners.iter().map(of).fold(first, pick)
        };
        let (left, right) = (edge(|c| c.0, f32::min, f32::MAX), edge(|c| c.0, f32::max, f32::MIN));
        let (top, bottom) = (edge(|c| c.1, f32::min, f32::MAX), edge(|c| c.1, f32::max, f32::MIN));
        for y in scaled(top, 90.0)..scaled(bottom, 90.0).min(self.side) {
            for x in scaled(left, 45.0)..scaled(right, 45.0).min(self.side) {
                self.pixels[y * self.side + x] = 0;
            }
        }
    }
}

/// What a token states; its signature is looked at elsewhere.
fn claims(token: &str) -> Claims {
    Signed::read(token).unwrap().verified(|_, _, _| Some(true)).unwrap()
}

/// The code beside a slip now.
async fn code(client: &Client, slip: &str) -> String {
    let shown = client.get(&format!("/slips/{slip}/code")).await.expect(200);
    shown["code"].as_str().unwrap().to_owned()
}

fn redemption(token: &str, nonce: &str, code: &str) -> Value {
    json!({"token": token, "nonce": nonce, "code": code})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_has_a_document_for_its_first_resident_and_nobody_else_sees_it() {
    let app = TestApp::start().await;
    let (first, second) = (app.resident(1).await, app.resident(2).await);
    let mine = first.get("/slips").await.expect(200);
    let slip = &mine["items"][0];
    assert_eq!(
        (&slip["status"], &slip["item"], &slip["as_proxy"]),
        (&json!("ready"), &json!("Resident ID card"), &json!(false))
    );
    assert_eq!(slip["site"]["id"], app.hall("zhongxin"));
    assert!(slip["site"]["hours"][0]["from"].is_string());
    assert_eq!(slip["owner"], "杨**");
    assert_eq!(slip["collect_by"], "2027-02-22T00:00:00+08:00");
    let path = format!("/slips/{}", slip["id"].as_str().unwrap());
    assert_eq!(first.get(&path).await.expect(200), *slip);

    assert_eq!(second.get("/slips").await.expect(200)["items"], json!([]));
    for below in ["", "/qr.svg", "/qr.png", "/slip.pdf", "/code"] {
        second
            .get(&format!("{path}{below}"))
            .await
            .refused(&shared::problem::NOT_FOUND);
        app.anyone()
            .get(&format!("{path}{below}"))
            .await
            .refused(&shared::problem::UNAUTHENTICATED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_served_appointment_has_a_slip_that_waits_for_the_document() {
    let app = TestApp::start().await;
    let resident = app.resident(2).await;
    let window = app.windows("zhongxin", "id-card-renew").await[0].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service("id-card-renew")});
    let booked = resident.post("/appointments", wish).await.expect(201);
    app.clock.advance(chrono::TimeDelta::minutes(40));
    let resident = app.resident_again(2).await;
    let presence = json!({"presence": app.presence("zhongxin").await});
    let check_in = format!("/appointments/{}/check-in", booked["id"].as_str().unwrap());
    let ticket = resident.post(&check_in, presence).await.expect(201);
    let clerk = app.staff(CLERK).await;
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let counter = counters.iter().find(|counter| counter["number"] == 1).unwrap();
    let counter = format!("/counters/{}", counter["id"].as_str().unwrap());
    clerk.post(&format!("{counter}/session"), json!({})).await.expect(201);
    clerk.post(&format!("{counter}/call-next"), json!({})).await.expect(200);
    let ticket = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    clerk.post(&format!("{ticket}/serve"), json!({})).await.expect(200);
    clerk.post(&format!("{ticket}/finish"), json!({})).await.expect(200);

    let mine = resident.get("/slips").await.expect(200);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let slip = mine["items"][0]["id"].as_str().unwrap();
    assert_eq!(mine["items"][0]["status"], "preparing");
    resident
        .get(&format!("/slips/{slip}/qr.png"))
        .await
        .refused(&SLIP_STATE);
    clerk
        .post(&format!("/slips/{slip}/prepared"), json!({}))
        .await
        .expect(200);
    clerk
        .post(&format!("/slips/{slip}/prepared"), json!({}))
        .await
        .refused(&SLIP_STATE);
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'slip-issued'")
            .await,
        1
    );

    // The clerk's counter stands in what a later scanner is told.
    let (token, typed) = (token(&resident, slip).await, code(&resident, slip).await);
    let redeemed = clerk
        .post("/slip-redemptions", redemption(&token, NONCE, &typed))
        .await
        .expect(201);
    assert_eq!(redeemed["counter"], 1);
}
