//! Bodies and problems of fines.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    attempt::{Channel, PaymentStatus},
    rules::{DecisionStatus, HandleError, Procedure, QuoteError, ViolationStatus},
    surcharge::Surcharge,
};
use crate::{
    ids::{DecisionId, PaymentId, ViolationId},
    money::Fen,
    problem::Problem,
    problem_types,
    time::wire_time,
};

problem_types! {
    /// The record was answered, decided or withdrawn before.
    VIOLATION_STATE = 409 "violation-state",
        "该记录状态已变化" / "The record has changed",
        "请刷新后查看最新状态。" / "Reload to see where the record stands.";
    /// The fine is above what may be handled without going to a window; `ceiling_fen` and `citation` say why.
    HANDLING_CEILING = 409 "handling-ceiling",
        "超出自助处理范围" / "This is beyond self-service",
        "请携带证件到交管窗口处理。" / "Go to a window of the traffic police with your documents.";
    /// The decision is paid.
    DECISION_PAID = 409 "decision-paid",
        "该决定书已缴款" / "This decision is paid",
        "无需重复缴款，可在缴款记录中查看票据。" / "You need not pay again. The receipt stands with the payment.";
    /// The decision was withdrawn.
    DECISION_WITHDRAWN = 409 "decision-withdrawn",
        "该决定书已撤销" / "This decision was withdrawn",
        "无需缴款。已缴的款项会退回。" / "There is nothing to pay. What was paid comes back.";
    /// There is nothing to pay.
    NOTHING_DUE = 409 "nothing-due",
        "没有应缴款项" / "There is nothing to pay",
        "请刷新后查看最新状态。" / "Reload to see where the decision stands.";
    /// No order is made in the last 90 seconds of a day; `retry_after` says how long to wait.
    PAYMENT_PAUSE = 409 "payment-pause",
        "零点前暂停缴款" / "Payments pause before midnight",
        "应缴金额按日计算，请零点后再缴款。" / "The amount is of the day. Pay after midnight.";
    /// The channel does not work where the payer is.
    CHANNEL_WRONG = 422 "channel-wrong",
        "当前环境不支持此支付方式" / "This way of paying does not work here",
        "在微信内请使用微信支付，在浏览器中请使用H5或扫码支付。" / "Inside WeChat pay with WeChat; in a browser use H5 or a code.";
    /// WeChat has to say who pays; `authorize_url` leads there, and its code comes back as `wechat_code`.
    WECHAT_USER_REQUIRED = 409 "wechat-user-required",
        "需要微信授权" / "WeChat has to confirm who pays",
        "请在微信中打开并授权后再缴款。" / "Open this in WeChat and allow it, then pay.";
    /// The WeChat user only looks at a snapshot of the page.
    SNAPSHOT_USER = 403 "snapshot-user",
        "请使用完整服务" / "This is only a preview of the page",
        "请点击页面下方的“使用完整服务”后再缴款。" / "Tap Use full service at the bottom of the page, then pay.";
    /// WeChat Pay cannot be reached, or the clocks differ; nothing was charged.
    PAYMENT_UNAVAILABLE = 503 "payment-unavailable",
        "暂时不能缴款" / "Payments are not available right now",
        "没有扣款，请稍后再试。" / "Nothing was charged. Try again shortly.";
    /// An earlier order is not finished yet.
    PAYMENT_CONFIRMING = 409 "payment-confirming",
        "上一笔支付正在确认" / "An earlier payment is being confirmed",
        "请稍候片刻，结果确认后再操作，避免重复缴款。" / "Wait a moment until it is known, so that nothing is paid twice.";
    /// The receipt is not issued yet.
    RECEIPT_PENDING = 409 "receipt-pending",
        "电子票据尚未开具" / "The receipt is not issued yet",
        "缴款确认后由财政系统开具，请稍后再看。" / "The fiscal system issues it after the payment. Look again shortly.";
    /// The day has breaks; `breaks` says how many.
    DAY_NOT_BALANCED = 409 "day-not-balanced",
        "当日对账存在差异" / "The day does not balance",
        "请处理差异，或填写说明后签核。" / "Resolve the breaks, or sign off with a note.";
    /// The day was not reconciled, or was signed off.
    DAY_STATE = 409 "day-state",
        "当日对账状态不允许此操作" / "The day's state does not allow this",
        "请先对账；已签核的日期不能再改。" / "Reconcile first. A day that is signed off stays as it is.";
}

impl From<HandleError> for Problem {
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::NotAllowed { from } => Self::new(&VIOLATION_STATE).with("status", from.as_str()),
            HandleError::BeyondCeiling => Self::new(&HANDLING_CEILING),
        }
    }
}

impl From<QuoteError> for Problem {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::Paid => Self::new(&DECISION_PAID),
            QuoteError::Withdrawn => Self::new(&DECISION_WITHDRAWN),
            QuoteError::NothingDue => Self::new(&NOTHING_DUE),
            QuoteError::DayEnds { again_at } => Self::new(&PAYMENT_PAUSE).with("again_at", wire_time::text(again_at)),
        }
    }
}

/// A camera record as its driver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Violation {
    /// The record.
    pub id: ViolationId,
    /// Its number.
    pub violation_no: String,
    /// The plate.
    pub plate_no: String,
    /// When it happened.
    #[serde(with = "wire_time")]
    pub occurred_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// What was done.
    pub conduct: String,
    /// The law.
    pub legal_basis: String,
    /// The fine that follows.
    pub fine_fen: Fen,
    /// The points that follow.
    pub points: i32,
    /// In which procedure it is decided.
    pub procedure: Procedure,
    /// Where it stands.
    pub status: ViolationStatus,
    /// Where its photo is, if there is one.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "/api/v1/violations/0193a8c2-8f5b-7c3e-9d1a-2b4c6d8e0f12/photo")
    )]
    pub photo_url: Option<String>,
    /// Whether it can be accepted here, without going to a window.
    pub self_service: bool,
    /// The rule by which it only warns, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_by: Option<String>,
}

/// What a driver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// It is right.
    Accept,
    /// It is not.
    Object,
}

/// `POST /violations/{id}/handle`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandleRequest {
    /// The answer.
    #[serde(alias = "action")]
    pub answer: AnswerKind,
    /// Why not; needed to object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A decision as whoever it fines sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// The decision.
    pub id: DecisionId,
    /// Its number.
    pub decision_no: String,
    /// Whom it fines, masked.
    pub person: String,
    /// What was found; absent for those who only pay for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// The law; absent for those who only pay for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// The points; absent for those who only pay for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i32>,
    /// Who decided.
    pub agency: String,
    /// When it was decided.
    pub decided_on: NaiveDate,
    /// Until when it is to be paid.
    pub due_on: NaiveDate,
    /// Days until then; negative when it is late.
    pub days_left: i64,
    /// Where it stands.
    pub status: DecisionStatus,
    /// The fine.
    pub fine_fen: Fen,
    /// The surcharge that the police system applies.
    pub surcharge_fen: Fen,
    /// What is to be paid now.
    pub amount_due_fen: Fen,
    /// What the surcharge could be today, and how it is computed.
    pub surcharge_preview: SurchargePreview,
    /// The payment that is open or that settled it, if it is the reader's.
    pub payment_id: Option<PaymentId>,
    /// When it was paid.
    #[serde(with = "wire_time::option")]
    pub paid_at: Option<DateTime<Utc>>,
}

/// A preview of the surcharge; the police system decides whether it is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurchargePreview {
    /// Today's.
    pub today: Surcharge,
    /// Per cent of the fine for each counted day.
    pub percent_a_day: i64,
    /// It never exceeds this.
    pub cap_fen: Fen,
    /// The articles.
    pub citation: String,
}

/// `POST /decisions/lookup`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = DecisionLookupRequest))]
pub struct LookupRequest {
    /// The decision's number.
    #[cfg_attr(feature = "openapi", schema(example = "530100000000001"))]
    pub decision_no: String,
    /// The name of whom it fines.
    #[cfg_attr(feature = "openapi", schema(example = "张伟"))]
    pub name: String,
}

/// `POST /decisions/{id}/payments`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentRequest {
    /// How the payer reaches the cashier.
    pub channel: Channel,
    /// The code of WeChat's authorisation, for a payer inside WeChat whom we do not know there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat_code: Option<String>,
}

/// What the page hands to `WeixinJSBridge`, in WeChat's own spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bridge {
    /// The official account.
    pub app_id: String,
    /// Unix seconds.
    pub time_stamp: String,
    /// A random text.
    pub nonce_str: String,
    /// `prepay_id=…`.
    pub package: String,
    /// `RSA`.
    pub sign_type: String,
    /// The signature over the others.
    pub pay_sign: String,
}

/// What happens next, for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStage {
    /// It can be paid (待支付).
    Unpaid,
    /// WeChat is asked (确认中).
    Confirming,
    /// Paid; the books of the police follow (已缴款，待交管入账).
    PaidAwaitingBooks,
    /// Paid and booked; the receipt follows.
    PaidAwaitingReceipt,
    /// The receipt can be seen.
    ReceiptReady,
    /// Closed without a payment.
    Closed,
    /// An officer looks at it.
    UnderExamination,
    /// The money is on its way back.
    RefundOnItsWay,
    /// The money is back.
    Refunded,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    /// The payment.
    pub id: PaymentId,
    /// The decision.
    pub decision_id: DecisionId,
    /// The decision's number.
    pub decision_no: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What happens next.
    pub stage: PaymentStage,
    /// How the payer reaches the cashier.
    pub channel: Channel,
    /// The amount.
    pub amount_fen: Fen,
    /// Until when the order can be paid.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
    /// When it was paid.
    #[serde(with = "wire_time::option")]
    pub paid_at: Option<DateTime<Utc>>,
    /// When the police had it in their books.
    #[serde(default, with = "wire_time::option")]
    pub booked_at: Option<DateTime<Utc>>,
    /// How we learned of it: `notice`, `query` or `bill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// For `WeixinJSBridge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Bridge>,
    /// Where the browser goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h5_url: Option<String>,
    /// What the screen shows as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_url: Option<String>,
}

/// What `WeixinJSBridge` told the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BridgeWord {
    /// The payer saw that it was paid.
    Ok,
    /// The payer cancelled.
    Cancel,
    /// It failed.
    Fail,
}

/// `POST /payments/{id}/refresh`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PaymentRefreshRequest))]
pub struct RefreshRequest {
    /// What the bridge told, if the page has come from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<BridgeWord>,
}

/// An electronic non-tax receipt (电子非税收入票据), as the fiscal system issued it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// 票据代码.
    pub code: String,
    /// 票据号码.
    pub number: String,
    /// 校验码.
    pub check_code: String,
    /// 缴款码.
    pub payment_code: String,
    /// The amount.
    pub amount_fen: Fen,
    /// When it was issued.
    #[serde(with = "wire_time")]
    pub issued_at: DateTime<Utc>,
    /// Whether it was voided, because the money went back.
    pub voided: bool,
}
