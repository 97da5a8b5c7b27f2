//! What the pages of the office say.

use shared::fines::attempt::PaymentStatus;

use crate::language::{Phrase, t, words};

words! {
    WHEN: "时间" / "When";
    REFERENCE: "编号" / "Reference";
    ACTION: "操作" / "Action";

    REFUNDS: "退款" / "Refunds";
    NUMBER: "编号" / "Number";
    NUMBER_HINT: "可填决定书编号、商户订单号、微信支付单号或退款单号。" / "The number of a decision, an order, a payment at WeChat or a refund.";
    SEARCH_REASON: "查询原因" / "Why";
    FIND: "查询" / "Find";
    RECORDED: "每次查询连同原因记入审计日志。" / "Each search is recorded with its reason.";
    NONE_FOUND: "没有找到缴款" / "No payment was found";
    ORDER_NO: "商户订单号" / "Order";
    TRANSACTION: "微信支付单号" / "At WeChat";
    SETTLED_ON: "划缴国库日期" / "Settled";
    CLOSED_AT: "{}（已作废）" / "{} (void)";
    MESSAGES: "往来消息" / "Messages in and out";
    MESSAGE: "消息" / "Message";
    OUTCOME: "结果" / "Outcome";
    TIMES: "次数" / "Times";
    WAY_IN: "收到" / "In";
    WAY_OUT: "发出" / "Out";
    LEDGER: "账目" / "Ledger";
    ASK_REFUND: "申请退款" / "Ask for a refund";
    ASKED_REFUND: "已提交，等待另一人审批" / "Sent. Somebody else approves it";
    REFUND_REASON: "退款原因" / "Why it goes back";
    REFUND_TWO: "退款须由另一名财务人员审批；已缴的决定书会恢复为待缴。" / "Somebody else has to approve a refund. The decision is then to be paid again.";

    REFUND_HOW: "申请人不能审批自己的申请。批准后，未划缴国库的原路退回，已划缴的走财政退付。" / "Nobody approves their own request. Money that is not settled goes back by WeChat, other money by the treasury.";
    NO_REQUESTS: "没有退款申请" / "No refund was asked for";
    REQUEST_WAITING: "待审批" / "Waits";
    APPROVED: "已批准" / "Approved";
    REFUSED: "已驳回" / "Refused";
    REFUSED_WHY: "驳回原因：{}" / "Refused because: {}";
    ASKED_BY: "{} 于{}申请" / "{} asked on {}";
    DECIDED_BY: "{} 于{}审批" / "{} decided on {}";
    OWN_REQUEST: "这是您提出的申请，请由另一人审批。" / "You asked for this yourself; somebody else decides.";
    APPROVE: "批准退款" / "Approve";
    REFUSE: "驳回" / "Refuse";
    WHY_NOT: "驳回原因（驳回时填写）" / "Why not, to refuse";
    SURE_APPROVE: "确定退回 ¥{}？" / "Give ¥{} back?";

    EXCEPTION_HOW: "款项与订单不符、退款失败等需要人工决定的情况。在处理前，决定书不会记为已缴。" / "Money that does not fit its order, refunds that failed. Until it is decided, the decision does not count as paid.";
    NO_EXCEPTIONS: "没有异常" / "There are no exceptions";
    OTHER_AMOUNT: "订单金额 ¥{}，通知金额 ¥{}" / "The order is over ¥{}, what was told is ¥{}";
    DECISION_NOTE: "处理说明" / "Why so";
    ASK_AGAIN: "再向微信核实" / "Ask WeChat again";
    REFUND_IT: "申请退款" / "Ask for a refund";
    DECIDED: "已处理" / "Decided";
    SEE_FILE: "查看这笔缴款" / "See the payment";

    BOOKS_HOW: "每日与微信账单、财政、交管三方核对。有差异的日期填写说明后才能签核，签核后不能再改。" / "Each day is compared with WeChat’s bill, the fiscal system and the police. A day that differs is signed off with a note, and stays as it is then.";
    DAY: "日期" / "Day";
    STATE: "状态" / "State";
    RECEIVED: "收款（元）" / "Received";
    REFUNDED: "退款（元）" / "Refunded";
    FEES: "手续费（元）" / "Fees";
    RECOVERED: "按账单补记（笔）" / "By the bill";
    BREAKS: "差异" / "Differences";
    NO_BREAKS: "三方一致，没有差异。" / "All agree.";
    KIND: "差异类型" / "Difference";
    OURS: "本系统（元）" / "Ours";
    THEIRS: "对方（元）" / "Theirs";
    RUN_AT: "对账时间：{}" / "Compared {}";
    COMPARE: "开始对账" / "Compare";
    COMPARED: "对账完成" / "Compared";
    NOTE: "签核说明（有差异时必填）" / "Note, needed if it differs";
    SIGN_OFF: "签核" / "Sign off";
    SIGNED: "已签核" / "Signed off";
    SIGNED_NOTE: "签核说明：{}" / "Signed off: {}";

    ALERTS_HOW: "手续费不为零、对账差异、久无结果的订单和任务会出现在这里。" / "A fee, a difference in the books, an order or a task without an outcome stand here.";
    NO_ALERTS: "没有告警" / "There are no alerts";
    ALERT: "告警" / "Alert";
    SEE: "查看" / "See";
    SEEN_IT: "已知悉" / "I look after it";
    SEEN_AT: "{}已知悉" / "Seen {}";

    ST_PREPARING: "下单中" / "Being made";
    ST_AWAITING: "待支付" / "Awaits payment";
    ST_UNKNOWN: "确认中" / "Not known";
    ST_PAID: "已缴款" / "Paid";
    ST_CLOSED: "已关闭" / "Closed";
    ST_EXCEPTION: "异常" / "Exception";
    ST_REFUND: "退款中" / "Being refunded";
    ST_REFUNDED: "已退款" / "Refunded";
    ST_TREASURY: "财政退付中" / "Treasury refund";
    ST_FAILED: "退款失败" / "Refund failed";

    AL_SKEW: "时钟与微信不一致，暂停下单" / "The clocks differ; no orders";
    AL_EXCEPTION: "款项与订单不符" / "Money that does not fit";
    AL_PAYMENT: "订单久无结果" / "An order without an outcome";
    AL_TASK: "对外任务多次失败" / "A task fails again and again";
    AL_FEE: "产生手续费" / "A fee was charged";
    AL_BREAK: "对账有差异" / "The books differ";
}

/// Where a payment stands.
pub const fn status(of: PaymentStatus) -> Phrase {
    match of {
        PaymentStatus::Preparing => ST_PREPARING,
        PaymentStatus::AwaitingPayment => ST_AWAITING,
        PaymentStatus::Unknown => ST_UNKNOWN,
        PaymentStatus::Paid => ST_PAID,
        PaymentStatus::Closed => ST_CLOSED,
        PaymentStatus::Exception => ST_EXCEPTION,
        PaymentStatus::RefundPending => ST_REFUND,
        PaymentStatus::Refunded => ST_REFUNDED,
        PaymentStatus::TreasuryRefundRequested => ST_TREASURY,
        PaymentStatus::RefundFailed => ST_FAILED,
    }
}

/// What an alert is about.
pub fn alert(kind: &str) -> Phrase {
    match kind {
        "clock_skew" => AL_SKEW,
        "payment_exception" => AL_EXCEPTION,
        "stuck_payment" => AL_PAYMENT,
        "stuck_task" => AL_TASK,
        "nonzero_fee" => AL_FEE,
        _ => AL_BREAK,
    }
}

/// A code in words; one without words stands as it is, so that nothing is hidden.
fn named(code: &str, known: &[(&str, Phrase)]) -> String {
    let found = known.iter().find(|(name, _)| *name == code);
    found.map_or_else(|| code.to_owned(), |(_, phrase)| t(*phrase).to_owned())
}

const fn said(zh: &'static str, en: &'static str) -> Phrase {
    Phrase { zh, en }
}

/// What a message was about.
pub fn about(kind: &str) -> String {
    named(
        kind,
        &[
            ("prepay", said("下单", "order")),
            ("query", said("查询订单", "question")),
            ("close", said("关闭订单", "closing")),
            ("close-order", said("关闭订单", "closing")),
            ("notice", said("支付通知", "notification")),
            ("bill", said("账单补记", "bill")),
            ("refund", said("退款", "refund")),
            ("refund-notice", said("退款通知", "refund notification")),
            ("treasury-refund", said("财政退付", "treasury refund")),
            ("receipt", said("申请票据", "receipt")),
            ("void-receipt", said("作废票据", "voiding")),
            ("book-payment", said("交管入账", "police books")),
            ("reverse-payment", said("冲销交管入账", "police books, reversed")),
            ("reverse-points", said("撤销记分", "points reversed")),
            ("payment", said("收款", "payment")),
            ("wechat", said("微信退款", "by WeChat")),
            ("treasury", said("财政退付", "by the treasury")),
        ],
    )
}

/// What came of it.
pub fn outcome(code: &str) -> String {
    named(
        code,
        &[
            ("ready", said("成功", "ready")),
            ("done", said("完成", "done")),
            ("closed", said("已关闭", "closed")),
            ("under way", said("处理中", "under way")),
            ("no such order", said("订单不存在", "no such order")),
            ("SUCCESS", said("已支付", "paid")),
            ("NOTPAY", said("未支付", "not paid")),
            ("CLOSED", said("已关闭", "closed")),
            ("REFUND", said("已转入退款", "refunded")),
            ("PROCESSING", said("处理中", "under way")),
            ("ABNORMAL", said("退款异常", "abnormal")),
            ("success", said("已退款", "refunded")),
            ("pending", said("待处理", "waits")),
            ("processing", said("处理中", "under way")),
            ("abnormal", said("退款异常", "abnormal")),
            ("rejected", said("未批准", "rejected")),
            ("asked_again", said("已再次核实", "asked again")),
            ("refund_requested", said("已申请退款", "refund asked for")),
            ("refunded", said("已同意退款", "refund approved")),
        ],
    )
}

/// What does not fit.
pub fn exception(kind: &str) -> String {
    named(
        kind,
        &[
            ("wrong_amount", said("金额不符", "Another amount")),
            ("wrong_currency", said("币种不符", "Another currency")),
            ("wrong_mchid", said("商户号不符", "Another merchant")),
            ("wrong_appid", said("公众号不符", "Another official account")),
            ("wrong_order", said("订单不符", "Another order")),
            ("refund_abnormal", said("微信退款异常", "WeChat cannot refund it")),
            (
                "treasury_refund_rejected",
                said("财政退付未批准", "The treasury rejects the refund"),
            ),
        ],
    )
}
