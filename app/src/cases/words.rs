//! What the pages of cases say. What a step is called and means comes from the server, so that the first load does not carry it.

use crate::language::words;

words! {
    MINE: "我的案件" / "My cases";
    NONE: "没有与您有关的案件" / "No case concerns you";
    NONE_WHY: "报案受理后，案件会按您的身份证号自动出现在这里。" / "Once a report is accepted, the case appears here by your ID number.";
    STEPS: "办案步骤说明" / "What the steps mean";
    CASE: "案件进展" / "Case";
    NUMBER: "案件编号" / "Number";
    AGENCY: "办案单位" / "Unit";
    ROLE: "您的身份" / "You are";
    ROLE_REPORTER: "报案人" / "Reporter";
    ROLE_VICTIM: "被害人" / "Victim";
    ROLE_FAMILY: "嫌疑人家属" / "Suspect's family";
    ROLE_LAWYER: "辩护律师" / "Lawyer";
    ROLE_PROXY: "受托人" / "Authorised person";
    TIMELINE: "办理过程" / "What has happened";
    LABEL: "{}：" / "{}:";
    NOTHING_YET: "还没有可以告知的进展" / "Nothing to tell yet";
    CORRECTED: "更正" / "Corrected";
    WITHDRAWN: "已撤回" / "Taken back";
    WITHDRAWN_WHY: "此前公布的内容有误，已撤回。" / "What was told was wrong and was taken back.";
    PROPERTY: "涉案财物" / "Property";
    COLLECT: "领取地点：{}" / "Collect at {}";
    COLLECT_BY: "请在{}前领取" / "Collect by {}";
    SLIP: "打开领取凭证" / "Open the pickup slip";
    RETURN_LIST: "查看发还清单（PDF）" / "See the signed list (PDF)";
    FOUND: "招领公告" / "Found property";
    FOUND_WHY: "以下财物的主人不明，公告六个月。如果是您的，请带能够证明的材料联系保管单位；期满无人认领的上缴国库。" / "The owners of these are not known. If one is yours, bring proof to the unit that keeps it within six months; after that it goes to the treasury.";
    FOUND_NONE: "目前没有招领公告" / "No property is announced now";
    FOUND_AT: "发现于{}" / "Found at {}";
    CLAIM: "{}公告，{}前认领" / "Announced {}, claim by {}";
    FOUND_BASIS: "《公安机关办理刑事案件程序规定》第二百三十三条" / "Criminal-case procedure of public-security organs, art. 233";
    PHOTO: "查看照片" / "See the photo";
    MEASURES: "强制措施" / "Measures";
    DUE: "法定期限" / "What is due";
    DAYS_LEFT: "还有{}天，{}前" / "{} days left, by {}";
    LAST_DAY: "今天是最后一天" / "Today is the last day";
    OVERDUE: "已超期（{}）" / "Overdue since {}";
    REVIEW: "申请复议" / "Request a review";
    REVIEW_WHY: "对不予立案决定不服，可在{}前申请复议。点按即提交，无需材料。" / "You can contest the decision not to file until {}. One tap is enough.";
    REVIEW_SENT: "复议申请已提交" / "The request is sent";
    REVIEW_WAITS: "已于{}申请复议，{}前答复" / "Review requested on {}, to be answered by {}";
    REVIEW_LATE: "申请复议的期限（{}）已过，您仍可以向检察院申请立案监督。" / "The time to request a review ended on {}. You can still turn to the prosecutor.";
    TELL_ME: "进展提醒" / "Tell me";
    BY_TEXT: "短信提醒" / "By text message";
    BY_WECHAT: "微信提醒" / "In WeChat";
    BY_WECHAT_WHY: "先发微信；发不到且开着短信提醒时改发短信" / "In WeChat first; by text where it does not deliver and texts are on";
    BY_TEXT_WHY: "22点至8点不打扰；法律规定必须告知的照常发送" / "Not between 22 and 8; what the law wants told comes in any case";
    TEXTS: "已发短信" / "Texts";
    TEXTS_NONE: "还没有发过短信" / "No texts yet";
    DELIVERED: "{} 送达" / "Delivered {}";
    SENT: "已发出" / "Sent";
    WAITING: "等待发送" / "Waiting";
    NOT_DELIVERED: "未送达" / "Not delivered";
    DECLINED: "已退订，仅在网页显示" / "Declined, shown here only";
}
