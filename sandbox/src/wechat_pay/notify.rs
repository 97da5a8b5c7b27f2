//! Notifications: encrypted, signed anew for each attempt, and repeated until the merchant says it has them.

use std::time::Duration;

use actix_web::web;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOTIFY_TARGET, keys::seal, orders::misstate, sign};
use crate::{
    Sandbox, clock,
    faults::{Kind, sign_test},
    push::{self, Push},
};

/// Seconds before each repetition, as WeChat Pay documents them.
const RETRY_AFTER: [u64; 15] = [
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
/// A reordered notification waits for another one at most this long.
const REORDER_WAITS: Duration = Duration::from_secs(10);

/// What is announced.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    /// An order was paid.
    Paid,
    /// A refund arrived.
    RefundSuccess,
    /// A refund needs a person.
    RefundAbnormal,
    /// A refund was closed.
    RefundClosed,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Paid => "TRANSACTION.SUCCESS",
            Self::RefundSuccess => "REFUND.SUCCESS",
            Self::RefundAbnormal => "REFUND.ABNORMAL",
            Self::RefundClosed => "REFUND.CLOSED",
        }
    }

    fn summary(self) -> &'static str {
        match self {
            Self::Paid => "支付成功",
            Self::RefundSuccess => "退款成功",
            Self::RefundAbnormal => "退款异常",
            Self::RefundClosed => "退款关闭",
        }
    }

    fn original_type(self) -> &'static str {
        match self {
            Self::Paid => "transaction",
            _ => "refund",
        }
    }
}

/// Notifies in the background, on the documented schedule.
pub fn announce(sandbox: &web::Data<Sandbox>, event: Event, url: String, mut resource: Value) {
    misstate(&sandbox.faults, NOTIFY_TARGET, &mut resource);
    let Some(body) = envelope(sandbox, event, &resource) else {
        return;
    };
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        if sandbox.faults.strike(NOTIFY_TARGET, Kind::Reorder).is_some() {
            let waits = sandbox.clock.scaled(REORDER_WAITS);
            // Nobody coming is fine: then it is late and not out of order.
            let _another = tokio::time::timeout(waits, sandbox.wechat_pay.notified.notified()).await;
        }
        for wait in std::iter::once(0).chain(RETRY_AFTER) {
            sandbox.clock.pause(Duration::from_secs(wait)).await;
            if attempt(&sandbox, &url, &body).await {
                return;
            }
        }
        tracing::warn!(%url, "the notification is given up");
    });
}

fn envelope(sandbox: &Sandbox, event: Event, resource: &Value) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = seal(resource.to_string().as_bytes(), event.original_type()).ok()?;
    let body = json!({
        "id": Uuid::new_v4().to_string(),
        "create_time": clock::rfc3339(sandbox.clock.now()),
        "resource_type": "encrypt-resource",
        "event_type": event.name(),
        "summary": event.summary(),
        "resource": {
            "original_type": event.original_type(),
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": event.original_type(),
            "nonce": nonce,
        },
    });
    Some(body.to_string().into_bytes())
}

/// One attempt; 200 and 204 end it.
async fn attempt(sandbox: &Sandbox, url: &str, body: &[u8]) -> bool {
    let mut headers: Vec<_> = sign::headers(sandbox, sign::key(sandbox, None), body).into();
    headers.push(("User-Agent", "Mozilla/4.0".to_owned()));
    let push = Push {
        target: NOTIFY_TARGET,
        url: url.to_owned(),
        headers,
        body: body.to_vec(),
    };
    if sandbox.faults.strike(NOTIFY_TARGET, Kind::SignTest).is_some() {
        let mut probe = push.clone();
        for (name, value) in &mut probe.headers {
            if *name == "Wechatpay-Signature" {
                *value = sign_test();
            }
        }
        push::send(sandbox, &probe).await;
    }
    let status = push::send(sandbox, &push).await;
    sandbox.wechat_pay.notified.notify_waiters();
    matches!(status, Some(200 | 204))
}
