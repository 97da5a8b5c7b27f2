//! Refunds of money that is still in the collection account.

use serde::Deserialize;
use serde_json::json;
use shared::money::Fen;

use super::client::{CallError, Client};

/// A refund to be asked for.
#[derive(Clone, Debug)]
pub struct RefundOrder {
    /// Our number of the refund; asking again with it asks for the same refund.
    pub out_refund_no: String,
    /// Our number of the order.
    pub out_trade_no: String,
    /// The whole amount of the order: parts are not refunded.
    pub amount: Fen,
    /// What the payer reads.
    pub reason: String,
    /// Where to notify.
    pub notify_url: String,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RefundState {
    /// Under way.
    Processing,
    /// The payer has the money.
    Success,
    /// The payer's account does not take it; a person must act.
    Abnormal,
    /// It will not happen.
    Closed,
}

/// A refund, as far as we look at it. Whether `funds_account` is there does not matter.
#[derive(Deserialize)]
struct Refund {
    out_refund_no: String,
    status: RefundState,
}

impl Client {
    /// Asks for a refund, or for the same one again.
    pub async fn refund(&self, order: &RefundOrder) -> Result<RefundState, CallError> {
        let body = json!({
            "out_trade_no": order.out_trade_no,
            "out_refund_no": order.out_refund_no,
            "reason": order.reason,
            "notify_url": order.notify_url,
            "amount": { "refund": order.amount, "total": order.amount, "currency": "CNY" },
        });
        let answer = self.post("/v3/refund/domestic/refunds", &body.to_string()).await?;
        let refund = answer
            .json::<Refund>()
            .map_err(|error| CallError::Unknown(error.to_string()))?
            .into_inner();
        same(&refund, &order.out_refund_no)
    }

    /// Asks what became of a refund; nothing when WeChat Pay knows none with this number.
    pub async fn query_refund(&self, out_refund_no: &str) -> Result<Option<RefundState>, CallError> {
        match self.get(&format!("/v3/refund/domestic/refunds/{out_refund_no}")).await {
            Ok(answer) => {
                let refund = answer
                    .json::<Refund>()
                    .map_err(|error| CallError::Unknown(error.to_string()))?
                    .into_inner();
                same(&refund, out_refund_no).map(Some)
            }
            Err(error) if error.is("RESOURCENOTEXISTS") || error.is("REFUNDNOTEXISTS") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn same(refund: &Refund, number: &str) -> Result<RefundState, CallError> {
    if refund.out_refund_no == number {
        Ok(refund.status)
    } else {
        Err(CallError::Unknown("an answer about another refund".into()))
    }
}
