//! Bodies and problems of the office that answers for the money: searches, exceptions, refunds that two people decide.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    attempt::{Channel, PaymentStatus},
    rules::{UnknownState, states},
};
use crate::{ids::PaymentId, money::Fen, problem_types, time::wire_time};

problem_types! {
    /// Whoever asks for a refund cannot approve it.
    OWN_REFUND_REQUEST = 403 "own-refund-request",
        "不能审批自己提出的退款" / "You asked for this refund yourself",
        "请由另一名财务人员审批。" / "Somebody else in finance has to approve it.";
    /// The request was decided before.
    REFUND_REQUEST_STATE = 409 "refund-request-state",
        "该退款申请已处理" / "The request was decided before",
        "请刷新后查看结果。" / "Reload to see what was decided.";
    /// The payment holds no money that could go back, or a request for it waits already.
    REFUND_IMPOSSIBLE = 409 "refund-impossible",
        "该笔缴款现在不能退款" / "This payment cannot be refunded now",
        "未收到款、正在退款或已有待审批的申请时不能再申请。" / "It holds no money, is being refunded, or a request waits already.";
    /// The exception was decided before, or allows no such decision.
    EXCEPTION_STATE = 409 "exception-state",
        "该异常不能这样处理" / "The exception does not allow this",
        "它已处理过，或只能申请退款。" / "It was decided before, or only a refund can settle it.";
}

/// `POST /admin/payment-searches`: the number of a decision, an order, a payment at WeChat or a refund, and why it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentSearch {
    /// The number.
    #[cfg_attr(feature = "openapi", schema(example = "530100000000001"))]
    pub number: String,
    /// Why; auditors read it.
    #[cfg_attr(feature = "openapi", schema(example = "当事人来电查询缴款"))]
    pub reason: String,
}

/// A message between us and a system outside; the same one again only counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentMessage {
    /// `out` for what we asked or told, `in` for what we were told.
    pub way: String,
    /// What it was about, such as `prepay`, `query` or `notice`.
    pub about: String,
    /// What came of it, such as `SUCCESS` or a refusal's code.
    pub outcome: String,
    /// What else matters, without personal data, keys or signatures.
    pub detail: serde_json::Value,
    /// The first time.
    #[serde(with = "wire_time")]
    pub first_at: DateTime<Utc>,
    /// The last time.
    #[serde(with = "wire_time")]
    pub last_at: DateTime<Utc>,
    /// How often.
    pub times: i32,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerLine {
    /// `payment` or `refund`.
    pub kind: String,
    /// WeChat's number of the payment, or our number of the refund.
    pub reference: String,
    /// The amount.
    pub amount_fen: Fen,
    /// The day of the books.
    pub day: NaiveDate,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundLine {
    /// Our number of it.
    pub out_refund_no: String,
    /// The amount.
    pub amount_fen: Fen,
    /// `wechat` or `treasury`.
    pub route: String,
    /// Where it stands.
    pub status: String,
    /// Why.
    pub reason: String,
    /// Since when.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
    /// When it came to its end.
    #[serde(with = "wire_time::option")]
    pub done_at: Option<DateTime<Utc>>,
}

/// Everything about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentFile {
    /// The payment.
    pub id: PaymentId,
    /// The decision's number.
    pub decision_no: String,
    /// Our number of the order.
    pub out_trade_no: String,
    /// WeChat's number.
    pub transaction_id: Option<String>,
    /// How the payer reached the cashier.
    pub channel: Channel,
    /// The amount.
    pub amount_fen: Fen,
    /// Where it stands.
    pub status: PaymentStatus,
    /// When the order was made.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
    /// Until when it could be paid.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
    /// When it was paid.
    #[serde(with = "wire_time::option")]
    pub paid_at: Option<DateTime<Utc>>,
    /// How we learned of it.
    pub confirmed_by: Option<String>,
    /// When the police had it in their books.
    #[serde(with = "wire_time::option")]
    pub booked_at: Option<DateTime<Utc>>,
    /// Since when the treasury has the money.
    pub settled_on: Option<NaiveDate>,
    /// The number of its receipt, once it is issued.
    pub receipt_no: Option<String>,
    /// Whether the receipt was voided.
    pub receipt_voided: bool,
    /// Whether a refund can be asked for.
    pub refundable: bool,
    /// The ledger.
    pub ledger: Vec<LedgerLine>,
    /// The refunds.
    pub refunds: Vec<RefundLine>,
    /// Every message in and out.
    pub messages: Vec<PaymentMessage>,
}

/// `POST /admin/payments/{id}/refund-requests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundWish {
    /// Why the money has to go back.
    #[cfg_attr(feature = "openapi", schema(example = "决定书已撤销"))]
    pub reason: String,
}

/// `POST /admin/refund-requests/{id}/refuse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusalNote {
    /// Why not.
    #[cfg_attr(feature = "openapi", schema(example = "决定书仍然有效"))]
    pub note: String,
}

states! {
    /// Where a refund request stands.
    RequestStatus {
        /// Somebody else has to decide.
        Waiting = "waiting",
        /// The money goes back.
        Approved = "approved",
        /// It does not.
        Refused = "refused",
    }
}

/// A refund that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRequest {
    /// The request.
    pub id: Uuid,
    /// The payment.
    pub payment_id: PaymentId,
    /// Our number of its order.
    pub out_trade_no: String,
    /// The decision's number.
    pub decision_no: String,
    /// The amount.
    pub amount_fen: Fen,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: RequestStatus,
    /// Who asks.
    pub requested_by: String,
    /// When.
    #[serde(with = "wire_time")]
    pub requested_at: DateTime<Utc>,
    /// Whether it is the reader's own, and so somebody else's to decide.
    pub own: bool,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    #[serde(with = "wire_time::option")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub note: Option<String>,
}

states! {
    /// What an officer decides about an exception.
    Resolution {
        /// WeChat is asked again, and what it says then holds: what was told may have been wrong.
        AskAgain = "ask_again",
        /// The money is to go back; somebody else has to approve that.
        Refund = "refund",
    }
}

/// `POST /admin/payment-exceptions/{id}/decision`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExceptionDecision {
    /// What is to happen.
    pub resolution: Resolution,
    /// Why.
    #[cfg_attr(feature = "openapi", schema(example = "与当事人核对，系重复缴款"))]
    pub note: String,
}

/// Something about a payment that an officer has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentException {
    /// The exception.
    pub id: Uuid,
    /// The payment.
    pub payment_id: PaymentId,
    /// Our number of its order.
    pub out_trade_no: String,
    /// The amount of the order.
    pub amount_fen: Fen,
    /// What does not fit, such as `wrong_amount`.
    pub kind: String,
    /// What was told.
    pub detail: serde_json::Value,
    /// `open`, or what was decided.
    pub status: String,
    /// What can be decided; nothing once it was.
    pub choices: Vec<Resolution>,
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why so.
    pub note: Option<String>,
}

/// What can be decided about an exception. A refund that the payer's account did not take is seen to at WeChat's own desk, under its number; what became
/// of it is then asked.
pub fn choices(kind: &str) -> Vec<Resolution> {
    match kind {
        "refund_abnormal" => vec![Resolution::AskAgain],
        "treasury_refund_rejected" => vec![Resolution::Refund],
        _ => vec![Resolution::AskAgain, Resolution::Refund],
    }
}

/// Whether the money of a payment can be asked back by hand: what WeChat could not refund keeps its number, so only the treasury is asked anew.
pub fn refundable(status: PaymentStatus, settled: bool) -> bool {
    REFUNDABLE.contains(&status) && (status != PaymentStatus::RefundFailed || settled)
}

/// The states of a payment whose money can be asked back by hand.
pub const REFUNDABLE: [PaymentStatus; 3] = [
    PaymentStatus::Paid,
    PaymentStatus::Exception,
    PaymentStatus::RefundFailed,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_keeps_its_number_at_wechat_and_gets_another_at_the_treasury() {
        assert_eq!(choices("wrong_amount"), [Resolution::AskAgain, Resolution::Refund]);
        assert_eq!(choices("refund_abnormal"), [Resolution::AskAgain]);
        assert!(refundable(PaymentStatus::RefundFailed, true) && !refundable(PaymentStatus::RefundFailed, false));
        assert!(refundable(PaymentStatus::Paid, false) && !refundable(PaymentStatus::Refunded, true));
    }
}
