//! What the pages of fines say.

use crate::language::words;

words! {
    FINES: "交通罚款" / "Traffic fines";
    TO_PAY: "待缴款" / "To pay";
    RECORDS: "待处理的违法记录" / "Records to answer";
    SETTLED: "历史记录" / "Earlier";
    NOTHING: "没有违法记录和罚款" / "No records and no fines";
    TOTAL: "共{}笔，合计 ¥{}" / "{} to pay, ¥{} in all";
    POINTS_TOTAL: "已决定记分合计 {} 分" / "{} points decided in all";
    DUE_IN: "还剩{}天" / "{} days left";
    DUE_TODAY: "今天到期" / "Due today";
    LATE_BY: "已逾期{}天" / "{} days late";
    FOR_ANOTHER: "替他人缴款" / "Pay for someone else";

    DECISION: "处罚决定书" / "Decision";
    DECISION_NO: "决定书编号" / "Number";
    PERSON: "当事人" / "Person";
    FACTS: "违法事实" / "Found";
    LAW: "处罚依据" / "Law";
    POINTS: "记分" / "Points";
    AGENCY: "处罚机关" / "Agency";
    DECIDED_ON: "决定日期" / "Decided";
    DUE_ON: "缴款期限" / "Pay by";
    FINE: "罚款" / "Fine";
    SURCHARGE: "加处罚款" / "Surcharge";
    DUE: "应缴金额" / "To pay now";
    HOW_SURCHARGE: "逾期每日加处罚款数额的{}%，最高不超过罚款本数（¥{}）。按今天试算为 ¥{}（计{}日，中止{}日），以交管系统加处的金额为准。依据{}。" / "Late by a day adds {} % of the fine, never more than the fine itself (¥{}). A preview for today is ¥{} ({} days counted, {} not). What the police system adds is what counts. Law: {}.";
    OPEN: "待缴款" / "To pay";
    UNDER_REVIEW: "复议诉讼中" / "Under review";
    PAID: "已缴款" / "Paid";
    WITHDRAWN: "已撤销" / "Withdrawn";
    WITHDRAWN_SAID: "该决定已撤销，无需缴款；已缴的款项会原路退回。" / "This decision was withdrawn. There is nothing to pay, and what was paid comes back.";
    STRAIGHT: "款项直接进入财政专户，不收手续费。" / "The money goes straight to the treasury's account, without a fee.";

    PAY: "微信支付" / "Pay with WeChat";
    CONTINUE: "查看缴款进度" / "See the payment";
    SEE_PAYMENT: "查看缴款和票据" / "Payment and receipt";
    CANCELLED: "已取消，可稍后继续缴款" / "Cancelled. You can pay later";
    FAILED: "支付未完成，没有扣款，可重新支付" / "The payment did not go through. Nothing was charged";

    RECORD: "违法记录" / "Camera record";
    RECORD_NO: "记录编号" / "Number";
    PLATE: "号牌" / "Plate";
    WHEN: "时间" / "Time";
    PLACE: "地点" / "Place";
    CONDUCT: "违法行为" / "Conduct";
    PHOTO: "违法照片" / "Photo";
    ACCEPT: "确认无异议" / "Accept";
    ACCEPT_SAID: "确认后由交管部门作出处罚决定，请在收到决定书后缴款。" / "After you accept, the traffic police make a decision. Pay once it is there.";
    OBJECT: "有异议" / "Object";
    REASON: "异议理由" / "Reason";
    REASON_HINT: "请说明情况" / "What is not right";
    REASON_NEEDED: "请填写理由" / "Say why";
    SEND: "提交" / "Send";
    AT_WINDOW: "该记录超出自助处理范围，请携带证件到交管窗口处理。" / "This record is beyond self-service. Go to a window of the traffic police with your documents.";
    UNHANDLED: "待处理" / "To answer";
    ACCEPTED: "已确认，等待决定" / "Accepted, a decision follows";
    OBJECTED: "已提交异议" / "Objection sent";
    DECIDED: "已作出决定" / "Decided";
    WARNED: "警告，不罚款" / "Warned, no fine";
    TAKEN_BACK: "已撤销" / "Taken back";

    LOOK_UP: "查询" / "Find";
    LOOK_UP_SAID: "填写决定书编号和当事人姓名，可替家人或朋友缴款；只显示缴款所需的内容。" / "With the number and the name on a decision you can pay it for someone else. Only what that needs is shown.";
    NO_HINT: "决定书右上角的编号" / "As it stands on the decision";
    NO_WRONG: "编号为6到40位" / "A number has 6 to 40 characters";
    NAME_HINT: "决定书上的姓名" / "As it stands on the decision";
    NAME_NEEDED: "请填写姓名" / "Enter the name";

    PAYMENT: "缴款" / "Payment";
    STAGE_UNPAID: "待支付" / "Not paid yet";
    STAGE_UNPAID_SAID: "没有扣款。请在{}前完成支付，同一订单不会重复扣款。" / "Nothing was charged. Pay before {}; the same order is never charged twice.";
    STAGE_CONFIRMING: "确认中" / "Being confirmed";
    STAGE_CONFIRMING_SAID: "正在向微信支付核实结果，通常不到一分钟。请勿重复缴款，本页会自动更新。" / "WeChat Pay is being asked, which takes less than a minute. Do not pay again; this page follows by itself.";
    STAGE_BOOKS: "已缴款，待交管入账" / "Paid, the police books follow";
    STAGE_BOOKS_SAID: "款项已到财政专户，无需再做什么。" / "The treasury has the money. There is nothing more to do.";
    STAGE_RECEIPT: "已缴款，票据开具中" / "Paid, the receipt follows";
    STAGE_RECEIPT_SAID: "电子票据由财政系统开具，开好后会发短信。" / "The fiscal system issues the receipt. You will get a text.";
    STAGE_READY: "缴款完成" / "Paid";
    STAGE_READY_SAID: "电子票据已开具。" / "The electronic receipt is there.";
    STAGE_CLOSED: "已关闭" / "Closed";
    STAGE_CLOSED_SAID: "订单已关闭，没有扣款。需要时请重新缴款。" / "The order is closed and nothing was charged. Begin again when you like.";
    STAGE_EXAMINED: "人工核实中" / "Being looked at";
    STAGE_EXAMINED_SAID: "这笔款项需要人工核实，钱不会丢失，结果会短信告知。" / "Somebody looks at this payment. The money is not lost; a text will tell you.";
    STAGE_REFUND: "退款中" / "The money is on its way back";
    STAGE_REFUND_SAID: "款项将原路退回，到账后会短信告知。" / "It goes back to where it came from. A text will tell you.";
    STAGE_REFUNDED: "已退款" / "Refunded";
    STAGE_REFUNDED_SAID: "款项已退回。" / "The money is back.";
    AMOUNT: "金额" / "Amount";
    PAID_AT: "缴款时间" / "Paid at";
    SEE_DECISION: "查看决定书" / "See the decision";
    NEXT_ONE: "缴下一笔 ¥{}" / "Pay the next, ¥{}";

    RECEIPT: "电子票据" / "Electronic receipt";
    RECEIPT_CODE: "票据代码" / "Code";
    RECEIPT_NUMBER: "票据号码" / "Number";
    RECEIPT_CHECK: "校验码" / "Check code";
    RECEIPT_PAYMENT: "缴款码" / "Payment code";
    RECEIPT_ISSUED: "开票时间" / "Issued";
    RECEIPT_VOIDED: "该票据已作废。" / "This receipt is void.";
}
