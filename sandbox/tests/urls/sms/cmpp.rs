//! The carrier line, spoken octet by octet.

use std::time::Duration;

use sandbox::sms::cmpp::frame::{
    ACTIVE_TEST, CONNECT, DELIVER, Fields, Frame, Octets, RESPONSE, SUBMIT, TERMINATE, authenticator_ismg,
    authenticator_source, decode,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::Rig;

struct Line(TcpStream);

impl Line {
    async fn open(rig: &Rig) -> Self {
        Self(TcpStream::connect(rig.running.cmpp).await.unwrap())
    }

    async fn login(rig: &Rig, secret: &str) -> (Self, u8) {
        let mut line = Self::open(rig).await;
        let timestamp = 1_122_093_000;
        let proof = authenticator_source("900001", secret, timestamp);
        let mut body = Octets::default();
        body.text("900001", 6);
        body.raw(&proof);
        body.u8(0x20);
        body.u32(timestamp);
        line.send(Frame::new(CONNECT, 1, body.into_bytes())).await;
        let answer = line.frame().await;
        assert_eq!(
            (answer.command, answer.sequence, answer.body.len()),
            (CONNECT | RESPONSE, 1, 18)
        );
        let mut fields = Fields::of(&answer.body);
        let status = fields.u8().unwrap();
        assert_eq!(fields.take(16).unwrap(), authenticator_ismg(status, &proof));
        (line, status)
    }

    async fn send(&mut self, frame: Frame) {
        self.0.write_all(&frame.bytes()).await.unwrap();
    }

    async fn next(&mut self) -> std::io::Result<Frame> {
        let length = self.0.read_u32().await?;
        let (command, sequence) = (self.0.read_u32().await?, self.0.read_u32().await?);
        let mut body = vec![0; usize::try_from(length).unwrap() - 12];
        self.0.read_exact(&mut body).await?;
        Ok(Frame {
            command,
            sequence,
            body,
        })
    }

    async fn frame(&mut self) -> Frame {
        timeout(Duration::from_secs(3), self.next())
            .await
            .expect("an answer in time")
            .unwrap()
    }

    async fn is_cut(&mut self) -> bool {
        timeout(Duration::from_secs(3), self.next())
            .await
            .expect("an end in time")
            .is_err()
    }
}

/// A submit of one part in UCS-2, or a part of a long text.
fn submit(text: &str, header: &[u8]) -> Vec<u8> {
    let mut content = header.to_vec();
    content.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    let mut body = Octets::default();
    body.u64(0);
    for octet in [1, 1, 1, 0] {
        body.u8(octet);
    }
    body.text("BIANMIN", 10);
    body.u8(0);
    body.text("", 21);
    body.u8(0);
    body.u8(u8::from(!header.is_empty()));
    body.u8(8);
    body.text("900001", 6);
    body.text("01", 2);
    body.text("0", 6);
    body.text("", 17);
    body.text("", 17);
    body.text("106590000110", 21);
    body.u8(1);
    body.text("13800000001", 21);
    body.u8(u8::try_from(content.len()).unwrap());
    body.raw(&content);
    body.text("", 8);
    body.into_bytes()
}

/// The message id and the result of a submit's answer.
fn answered(frame: &Frame, sequence: u32) -> (u64, u8) {
    assert_eq!((frame.command, frame.sequence), (SUBMIT | RESPONSE, sequence));
    let mut fields = Fields::of(&frame.body);
    (fields.u64().unwrap(), fields.u8().unwrap())
}

/// The content's message id and status of a delivered status report.
fn reported(frame: &Frame) -> (u64, String) {
    assert_eq!(frame.command, DELIVER);
    let mut fields = Fields::of(&frame.body);
    fields.take(8 + 21 + 10 + 3 + 21).unwrap();
    assert_eq!(fields.u8().unwrap(), 1);
    assert_eq!(fields.u8().unwrap(), 60);
    (fields.u64().unwrap(), fields.text(7).unwrap())
}

const NEAR: &str = "【云川公安】A023号，前面还有3人，请回到大厅等候。";

#[actix_web::test]
async fn a_text_is_submitted_arrives_and_is_reported() {
    let rig = Rig::start().await;
    let (mut line, status) = Line::login(&rig, "sandbox").await;
    assert_eq!(status, 0);
    line.send(Frame::new(SUBMIT, 2, submit(NEAR, &[]))).await;
    let (id, result) = answered(&line.frame().await, 2);
    assert_eq!(result, 0);
    let report = line.frame().await;
    assert_eq!(reported(&report), (id, "DELIVRD".into()));
    let mut answer = Octets::default();
    answer.u64(0);
    answer.u8(0);
    line.send(Frame::new(DELIVER | RESPONSE, report.sequence, answer.into_bytes()))
        .await;
    let messages = rig.get("/sms/messages?phone=13800000001").await;
    assert_eq!(
        (&messages["items"][0]["text"], &messages["items"][0]["template"]),
        (&json!(NEAR), &json!("ticket-near"))
    );
    line.send(Frame::new(ACTIVE_TEST, 3, vec![])).await;
    assert_eq!(line.frame().await.command, ACTIVE_TEST | RESPONSE);
    line.send(Frame::new(TERMINATE, 4, vec![])).await;
    assert_eq!(line.frame().await.command, TERMINATE | RESPONSE);
    assert!(line.is_cut().await);
}

#[actix_web::test]
async fn a_wrong_secret_and_a_text_before_login_end_the_line() {
    let rig = Rig::start().await;
    let (mut line, status) = Line::login(&rig, "guess").await;
    assert_eq!(status, 3);
    assert!(line.is_cut().await);
    let mut line = Line::open(&rig).await;
    line.send(Frame::new(SUBMIT, 1, submit(NEAR, &[]))).await;
    assert!(line.is_cut().await);
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
}

#[actix_web::test]
async fn a_bad_frame_cuts_the_line_and_a_bad_body_is_answered() {
    let rig = Rig::start().await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    line.send(Frame::new(SUBMIT, 2, vec![0; 20])).await;
    assert_eq!(answered(&line.frame().await, 2).1, 1);
    line.0.write_all(&[0, 0, 0, 5, 1]).await.unwrap();
    assert!(line.is_cut().await);
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    line.send(Frame::new(0x77, 2, vec![])).await;
    assert!(line.is_cut().await);
}

#[actix_web::test]
async fn a_long_text_is_put_together_from_its_parts() {
    let rig = Rig::start().await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    let (first, second) = NEAR.split_at(NEAR.find('前').unwrap());
    line.send(Frame::new(SUBMIT, 3, submit(second, &[5, 0, 3, 9, 2, 2])))
        .await;
    assert_eq!(answered(&line.frame().await, 3).1, 0);
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
    line.send(Frame::new(SUBMIT, 2, submit(first, &[5, 0, 3, 9, 2, 1])))
        .await;
    assert_eq!(answered(&line.frame().await, 2).1, 0);
    assert_eq!(rig.get("/sms/messages").await["items"][0]["text"], NEAR);
    let reports = [reported(&line.frame().await).0, reported(&line.frame().await).0];
    assert_ne!(reports[0], reports[1], "each part has its own report");
}

#[actix_web::test]
async fn free_text_is_taken_and_then_rejected() {
    let rig = Rig::start().await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    line.send(Frame::new(SUBMIT, 2, submit("【云川公安】恭喜您中奖", &[])))
        .await;
    // The rejection may overtake the answer, as it does on a real line.
    let frames = [line.frame().await, line.frame().await];
    let (id, result) = frames
        .iter()
        .find(|frame| frame.command == SUBMIT | RESPONSE)
        .map(|frame| answered(frame, 2))
        .unwrap();
    let report = frames
        .iter()
        .find(|frame| frame.command == DELIVER)
        .map(reported)
        .unwrap();
    assert_eq!((result, report), (0, (id, "REJECTD".into())));
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
}

#[actix_web::test]
async fn a_resident_answers_through_the_line() {
    let rig = Rig::start().await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    let (status, _) = rig
        .post(
            "/sms/replies",
            json!({ "phone": "13800000001", "text": "退订", "via": "cmpp" }),
        )
        .await;
    assert_eq!(status, 202);
    let frame = line.frame().await;
    let mut fields = Fields::of(&frame.body);
    fields.take(8).unwrap();
    assert_eq!(fields.text(21).unwrap(), "106590000110");
    fields.take(10 + 2).unwrap();
    let format = fields.u8().unwrap();
    assert_eq!(fields.text(21).unwrap(), "13800000001");
    assert_eq!(fields.u8().unwrap(), 0);
    let length = usize::from(fields.u8().unwrap());
    assert_eq!(decode(format, fields.take(length).unwrap()).unwrap(), "退订");
}

#[actix_web::test]
async fn the_line_throttles_on_demand() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "cmpp", "kind": "throttle", "count": 1 }))
        .await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    line.send(Frame::new(SUBMIT, 2, submit(NEAR, &[]))).await;
    assert_eq!(answered(&line.frame().await, 2).1, 8);
    line.send(Frame::new(SUBMIT, 3, submit(NEAR, &[]))).await;
    assert_eq!(answered(&line.frame().await, 3).1, 0);
}

#[actix_web::test]
async fn at_most_sixteen_deliveries_are_unanswered() {
    let rig = Rig::with(|config| config.time_scale = 1).await;
    let (mut line, _) = Line::login(&rig, "sandbox").await;
    for _ in 0..20 {
        rig.post(
            "/sms/replies",
            json!({ "phone": "13800000001", "text": "TD", "via": "cmpp" }),
        )
        .await;
    }
    let mut last = line.frame().await;
    for _ in 1..16 {
        last = line.frame().await;
    }
    assert!(
        timeout(Duration::from_millis(200), line.next()).await.is_err(),
        "a seventeenth came"
    );
    line.send(Frame::new(DELIVER | RESPONSE, last.sequence, vec![0; 9]))
        .await;
    assert_eq!(line.frame().await.command, DELIVER);
}
