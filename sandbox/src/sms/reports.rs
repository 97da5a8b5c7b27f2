//! Delivery reports: batched, repeated, reordered and lost, the way carriers do it.

use std::time::Duration;

use actix_web::web;
use serde_json::{Value, json};

use super::{Delivery, Gateway, Sent, cmpp};
use crate::{
    Sandbox, clock,
    faults::Kind,
    push::{self, Push},
};

/// Reports that become known within this time travel together.
const BATCH_GATHERS: Duration = Duration::from_millis(400);
/// A push holds at most this many reports.
const BATCH_LIMIT: usize = 100;
/// A gateway tries again after these many seconds, and then gives up: the sender can still ask.
const RETRY_AFTER: &[u64] = &[60, 300, 900];

/// Notes the outcome of a text, and pushes it with whatever else becomes known in the same moment.
pub async fn known(sandbox: &web::Data<Sandbox>, gateway: Gateway, index: usize, outcome: Delivery) {
    let lost = sandbox.faults.strike(gateway.target(), Kind::LostReport).is_some();
    let first = {
        let mut inner = sandbox.sms.lock();
        // The texts may have been forgotten since.
        let Some(sent) = inner.sent.get_mut(index) else { return };
        sent.delivery = outcome;
        sent.reported_at = Some(sandbox.clock.now());
        if lost {
            return;
        }
        let waiting = inner.unreported.entry(gateway).or_default();
        waiting.push(index);
        waiting.len() == 1
    };
    if !first {
        return;
    }
    sandbox.clock.pause(BATCH_GATHERS).await;
    let mut batch: Vec<Sent> = {
        let mut inner = sandbox.sms.lock();
        let waiting = inner.unreported.remove(&gateway).unwrap_or_default();
        waiting
            .iter()
            .filter_map(|index| inner.sent.get(*index).cloned())
            .collect()
    };
    if sandbox.faults.strike(gateway.target(), Kind::Reorder).is_some() {
        batch.reverse();
    }
    for part in batch.chunks(BATCH_LIMIT) {
        push_batch(sandbox, gateway, part);
        if sandbox.faults.strike(gateway.target(), Kind::DuplicateReport).is_some() {
            push_batch(sandbox, gateway, part);
        }
    }
}

fn push_batch(sandbox: &web::Data<Sandbox>, gateway: Gateway, batch: &[Sent]) {
    let (callback, items): (_, Vec<Value>) = match gateway {
        Gateway::Aliyun => ("aliyun-reports", batch.iter().map(as_aliyun).collect()),
        Gateway::Tencent => ("tencent-reports", batch.iter().map(as_tencent).collect()),
        Gateway::Cmpp => {
            for sent in batch {
                cmpp::report(sandbox, sent);
            }
            return;
        }
    };
    to_callback(sandbox, gateway, callback, &Value::Array(items));
}

/// Pushes a JSON array to one of the addresses that the sender registered.
pub fn to_callback(sandbox: &web::Data<Sandbox>, gateway: Gateway, callback: &str, items: &Value) {
    let Some(url) = sandbox.sms.callback(callback).filter(|url| !url.is_empty()) else {
        return;
    };
    let push = Push {
        target: gateway.target(),
        url,
        headers: Vec::new(),
        body: items.to_string().into_bytes(),
    };
    push::until_accepted(sandbox, push, RETRY_AFTER);
}

/// An item of Aliyun's `SmsReport` push.
fn as_aliyun(sent: &Sent) -> Value {
    let arrived = sent.delivery == Delivery::Delivered;
    json!({
        "phone_number": sent.phone,
        "send_time": clock::plain(sent.sent_at),
        "report_time": clock::plain(sent.reported_at.unwrap_or(sent.sent_at)),
        "success": arrived,
        "err_code": if arrived { "DELIVERED" } else { "MK:0001" },
        "err_msg": if arrived { "用户接收成功" } else { "用户不存在或关机" },
        "sms_size": sent.segments().to_string(),
        "biz_id": sent.number,
        "out_id": sent.out_id.clone().unwrap_or_default(),
    })
}

/// An item of Tencent's status push.
fn as_tencent(sent: &Sent) -> Value {
    let arrived = sent.delivery == Delivery::Delivered;
    json!({
        "user_receive_time": clock::plain(sent.reported_at.unwrap_or(sent.sent_at)),
        "nationcode": "86",
        "mobile": sent.phone,
        "report_status": if arrived { "SUCCESS" } else { "FAIL" },
        "errmsg": if arrived { "DELIVRD" } else { "MK:0001" },
        "description": if arrived { "用户短信送达成功" } else { "用户短信接收失败" },
        "sid": sent.number,
        "ext": sent.out_id.clone().unwrap_or_default(),
    })
}
