//! Payment notifications: verified, opened, settled and acknowledged, with repetitions and forgeries among them as the open internet has.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use actix_web::rt;
use anyhow::{Context, Result, anyhow, ensure};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use server::{
    identity,
    platform::clock::{Clock, SystemClock},
};
use uuid::Uuid;

use crate::{
    bureau::{Bureau, execute, root, rows},
    load::{self, Outcome},
    outside::Outside,
    table::{Row, grouped},
};

/// Of a hundred notifications so many come a second time, and so many beside them are forged.
const REPEATED: usize = 30;
const FORGED: usize = 5;
/// Decisions of one push.
const BATCH: usize = 100;
/// WeChat Pay's senders.
const CLIENTS: usize = 64;
const PATH: &str = "/api/v1/wechat-pay/notify";

/// The rows.
pub async fn measure(
    bureau: &Bureau,
    outside: &Outside,
    payments: usize,
    span: Duration,
    table: &mut Vec<Row>,
) -> Result<()> {
    let wechat = Wechat::of(outside).await?;
    let verifications = wechat.verifications(span)?;
    table.push(Row::new(
        "RSA-2048 verifications by aws-lc-rs on all cores",
        format!("{}/s", grouped(verifications)),
    ));
    let commits = commits(bureau, span).await?;
    table.push(Row::new(
        "commits of one row, 8 at once",
        format!("{}/s", grouped(commits)),
    ));

    let orders = order(bureau, outside, payments).await?;
    let mut requests = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let genuine = wechat.notification(order, true)?;
        if at % 100 < FORGED {
            requests.push(wechat.notification(order, false)?);
        }
        if at % 100 < REPEATED {
            requests.push(genuine.clone());
        }
        requests.push(genuine);
    }
    let forged = orders.len() / 100 * FORGED + (orders.len() % 100).min(FORGED);
    let all = requests.len();
    let mut next = requests.into_iter();
    let outcome = load::run(
        outside.server.address,
        CLIENTS,
        Duration::MAX,
        move |buffer| match next.next() {
            None => false,
            Some(request) => {
                buffer.extend(request);
                true
            }
        },
    )
    .await?;
    let of = |status| outcome.statuses.get(&status).copied().unwrap_or(0);
    ensure!(of(400) == forged && of(204) == all - forged, "{:?}", outcome.statuses);
    let paid = bureau
        .count("SELECT count(*) FROM ledger_entries WHERE kind = 'payment'")
        .await?;
    ensure!(
        paid == orders.len(),
        "{} orders were paid, and {paid} received",
        orders.len()
    );
    let rate = outcome.per_second();
    let what = format!(
        "notifications of {} payments, {REPEATED} % twice, {FORGED} % forged besides",
        grouped(orders.len() as f64)
    );
    table.push(
        Row::rate(what, &outcome)
            .of("verifications or commits", verifications.min(commits), rate, Some(0.5))
            .p99_at_most(200.0),
    );

    let forged = forgeries(outside, &wechat, span).await?;
    let rate = forged.per_second();
    table.push(Row::rate("forged notifications refused", &forged).of("verifications", verifications, rate, Some(0.8)));
    let paid_still = bureau
        .count("SELECT count(*) FROM ledger_entries WHERE kind = 'payment'")
        .await?;
    ensure!(paid_still == paid, "a forgery changed something");
    Ok(())
}

/// What WeChat Pay knows, for whoever speaks in its name: the sandbox's keys are public.
struct Wechat {
    key: KeyPair,
    serial: String,
    mchid: String,
    appid: String,
    seal: LessSafeKey,
}

/// An order as WeChat Pay has it.
struct Order {
    number: String,
    fen: i64,
}

impl Wechat {
    async fn of(outside: &Outside) -> Result<Self> {
        let told = outside.ask(&load::get("/wechat/merchant.json", "")).await?;
        let text = |name: &str| {
            told[name]
                .as_str()
                .map(ToOwned::to_owned)
                .context("the account is told")
        };
        let pem = fs::read_to_string(root().join("sandbox/keys/platform-first-private.pem"))?;
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = KeyPair::from_pkcs8(&BASE64_STANDARD.decode(body)?).map_err(|error| anyhow!("{error}"))?;
        let seal = UnboundKey::new(&AES_256_GCM, text("api_v3_key")?.as_bytes()).map_err(|error| anyhow!("{error}"))?;
        Ok(Self {
            key,
            serial: text("platform_certificate_serial")?,
            mchid: text("mchid")?,
            appid: text("appid")?,
            seal: LessSafeKey::new(seal),
        })
    }

    /// A notification as it comes over the line; a forged one has another message's signature.
    fn notification(&self, order: &Order, is_genuine: bool) -> Result<Vec<u8>> {
        let now = SystemClock.now();
        let told = json!({
            "mchid": self.mchid, "appid": self.appid, "out_trade_no": order.number,
            "transaction_id": format!("42{}", &order.number.chars().rev().take(26).collect::<String>()),
            "trade_type": "NATIVE", "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS",
            "success_time": now.to_rfc3339(), "payer": { "openid": "bench" },
            "amount": { "total": order.fen, "payer_total": order.fen, "currency": "CNY", "payer_currency": "CNY" },
        });
        let nonce: [u8; 12] = Uuid::new_v4().simple().to_string().as_bytes()[..12].try_into()?;
        let mut sealed = told.to_string().into_bytes();
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(b"transaction"),
                &mut sealed,
            )
            .map_err(|error| anyhow!("{error}"))?;
        let body = json!({
            "id": Uuid::new_v4(), "create_time": now.to_rfc3339(), "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "associated_data": "transaction",
                "ciphertext": BASE64_STANDARD.encode(sealed), "nonce": std::str::from_utf8(&nonce)?,
            },
        })
        .to_string();
        let (timestamp, nonce) = (now.timestamp(), Uuid::new_v4().simple().to_string());
        let signed = if is_genuine { body.as_str() } else { "another" };
        let signature = BASE64_STANDARD.encode(self.sign(format!("{timestamp}\n{nonce}\n{signed}\n").as_bytes())?);
        let headers = format!(
            "Wechatpay-Nonce: {nonce}\r\nWechatpay-Serial: {}\r\nWechatpay-Signature: {signature}\r\n\
             Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048\r\nWechatpay-Timestamp: {timestamp}\r\n",
            self.serial
        );
        Ok(load::post(PATH, &headers, &body))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|error| anyhow!("{error}"))?;
        Ok(signature)
    }

    /// How many signatures all cores verify in a second, with the key parsed once.
    fn verifications(&self, span: Duration) -> Result<f64> {
        let message = vec![0x5a; 1_200];
        let signature = self.sign(&message)?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public_key().as_ref())
            .map_err(|error| anyhow!("{error}"))?;
        let cores = thread::available_parallelism()?.get();
        let begun = Instant::now();
        let done: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..cores)
                .map(|_| {
                    scope.spawn(|| {
                        let mut done = 0;
                        while begun.elapsed() < span && key.verify_sig(&message, &signature).is_ok() {
                            done += 1;
                        }
                        done
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        Ok(done as f64 / begun.elapsed().as_secs_f64())
    }
}

/// How many transactions of one written row the store keeps in a second.
async fn commits(bureau: &Bureau, span: Duration) -> Result<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let platform = bureau.platform.clone();
            rt::spawn(async move {
                let mut done = 0;
                while begun.elapsed() < span {
                    let transaction = platform.db.begin().await?;
                    let insert = "INSERT INTO message_opt_outs (phone_index, since, source) VALUES ($1, $2, 'bench')";
                    let row = [Uuid::now_v7().as_bytes().to_vec().into(), platform.clock.now().into()];
                    execute(&transaction, insert, row).await?;
                    transaction.commit().await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

/// Has decisions pushed, one for each of so many residents, and lets each order its payment.
async fn order(bureau: &Bureau, outside: &Outside, payments: usize) -> Result<Vec<Order>> {
    let visitors = &bureau.visitors[..payments.min(bureau.visitors.len())];
    let db = bureau.platform.db.reader();
    let mut decisions = Vec::new();
    for (at, visitor) in visitors.iter().enumerate() {
        let person = identity::person(db, &bureau.platform, visitor.person).await;
        let person = person
            .map_err(|failure| anyhow!("{failure}"))?
            .context("a visitor is a person")?;
        decisions.push(json!({
            "decision_no": format!("53997{at:011}"),
            "person": { "name": person.name.expose(), "id_number": person.id_number.expose() },
            "facts": "驾驶机动车违反规定停放", "legal_basis": "《道路交通安全法》第九十三条",
            "fine_fen": 20_000, "points": 0, "decided_on": "2026-11-20", "received_on": "2026-11-20",
            "due_on": "2036-12-05", "status": "open", "agency": "云川市公安局交通警察支队",
        }));
    }
    for batch in decisions.chunks(BATCH) {
        outside.push("/upstream/decisions", &json!({ "items": batch })).await?;
    }
    let found = rows(
        db,
        "SELECT id FROM decisions WHERE decision_no LIKE '53997%' ORDER BY decision_no",
        [],
    )
    .await?;
    let ids: Vec<Uuid> = found
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?;
    ensure!(
        ids.len() == visitors.len(),
        "{} of {} decisions were taken",
        ids.len(),
        visitors.len()
    );
    let tokens: Vec<String> = visitors.iter().map(|visitor| visitor.access_token.clone()).collect();
    let mut next = ids.into_iter().zip(tokens);
    load::run(outside.server.address, 16, Duration::MAX, move |buffer| {
        match next.next() {
            None => false,
            Some((id, token)) => {
                let path = format!("/api/v1/decisions/{id}/payments");
                let headers = format!("Authorization: Bearer {token}\r\n");
                load::write_post(buffer, &path, &headers, r#"{"channel":"native"}"#);
                true
            }
        }
    })
    .await?
    .all(201)?;
    rows(
        db,
        "SELECT out_trade_no, amount_fen FROM payments WHERE status <> 'paid'",
        [],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Order {
            number: row.try_get("", "out_trade_no")?,
            fen: row.try_get("", "amount_fen")?,
        })
    })
    .collect()
}

/// Forgeries alone, each well formed and under a known serial, so that its signature has to be computed.
async fn forgeries(outside: &Outside, wechat: &Wechat, span: Duration) -> Result<Outcome> {
    let order = Order {
        number: "bench-forged".into(),
        fen: 1,
    };
    let request = wechat.notification(&order, false)?;
    load::repeat(outside.server.address, CLIENTS, span, request)
        .await?
        .all(400)
}
