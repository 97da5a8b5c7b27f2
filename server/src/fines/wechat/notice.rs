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
