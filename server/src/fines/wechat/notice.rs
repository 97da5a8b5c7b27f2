//! Notifications: decrypted only once their signature holds.

use bytes::Bytes;
use serde::Deserialize;

use super::{client::Client, keys::Sealed, orders::Transaction, refunds::RefundState, sign::Verified};

#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    resource: Sealed,
}

/// What is announced.
#[derive(Debug)]
pub enum Announced {
    /// An order was paid.
    Paid(Transaction),
    /// A refund came to its end, or needs a person.
    Refund(RefundNotice),
    /// Something that this version does not know.
    Other,
}

/// A refund, as notifications tell it.
#[derive(Clone, Debug, Deserialize)]
pub struct RefundNotice {
    /// The merchant.
    pub mchid: String,
    /// Our number.
    pub out_refund_no: String,
    /// Where it stands.
    pub refund_status: RefundState,
}

/// Opens a notification; nothing when it is not what WeChat Pay sends.
pub fn open(client: &Client, notice: &Verified<Bytes>) -> Option<Announced> {
    let envelope = notice.json::<Envelope>().ok()?.into_inner();
    let opened = envelope.resource.open(&client.account)?;
    if envelope.event_type.starts_with("TRANSACTION.") {
        return serde_json::from_slice(&opened).ok().map(Announced::Paid);
    }
    if envelope.event_type.starts_with("REFUND.") {
        return serde_json::from_slice(&opened).ok().map(Announced::Refund);
    }
    Some(Announced::Other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_notice_makes_the_readers_panic(octets in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,40}", sum in any::<i64>()) {
            drop(serde_json::from_slice::<Envelope>(&octets));
            drop(serde_json::from_slice::<Transaction>(&octets));
            drop(serde_json::from_slice::<RefundNotice>(&octets));
            let resource = serde_json::json!({
                "algorithm": text, "ciphertext": text, "associated_data": text, "nonce": text, "original_type": text,
            });
            drop(serde_json::from_value::<Envelope>(serde_json::json!({ "event_type": text, "resource": resource })));
            drop(serde_json::from_value::<Transaction>(serde_json::json!({
                "mchid": text, "appid": text, "out_trade_no": text, "transaction_id": text, "trade_state": text,
                "success_time": text, "amount": { "total": sum, "currency": text }, "payer": { "openid": text },
            })));
        }
    }
}
