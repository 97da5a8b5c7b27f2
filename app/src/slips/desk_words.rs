//! What the console at which slips are redeemed says.

use crate::language::words;

words! {
    TITLE: "凭证核销" / "Pickup slips";
    READ: "扫描或输入凭证" / "Scan or type a slip";
    READ_HINT: "扫码枪直接扫描，或粘贴凭证内容后按回车" / "Scan with the hand scanner, or paste and press Enter";
    LOOK_UP: "查询" / "Look up";

    HAND_OVER: "交付" / "Hand over";
    NUMBER: "编号" / "Number";
    HOLDER: "领取人" / "Recipient";
    ID_NUMBER: "身份证号码" / "ID number";
    ON_BEHALF: "代{}领取，请收取委托书原件" / "For {}: take the original letter of attorney";
    CODE: "6位码" / "Six-digit code";
    CODE_HINT: "凭证上显示的数字" / "The digits on the slip";
    CARD: "读取的身份证号码" / "ID number from the card";
    CARD_HINT: "对方没有6位码时，核对身份证" / "Check the ID card when there is no code";
    CARD_NEEDED: "必须核对身份证" / "The ID card has to be checked";
    SIGN: "请领取人签名" / "The recipient signs here";
    SIGN_AGAIN: "重签" / "Clear";
    REDEEM: "核销并交付" / "Redeem and hand over";
    CANCEL: "取消" / "Cancel";
    NEXT: "下一个" / "Next";

    DONE: "可以交付" / "Hand it over";
    REFUSED: "不能交付" / "Do not hand it over";
    REDEEMED_AT: "{}，{}" / "{}, {}";
    COUNTER: "{}号窗口" / "counter {}";
    COMPARTMENT: "取件柜{}号格口" / "locker, compartment {}";
    FROM_LOCKER: "物品在{}{}号格口，请先取出" / "It lies in {}, compartment {}: take it out first";
    GO_THERE: "请到{}（{}）" / "Go to {} ({})";
    TRIES_LEFT: "还可以输入{}次" / "{} tries left";

    OFFLINE: "网络中断，正在离线核销" / "No connection: redeeming offline";
    ONLINE: "已联网" / "Online";
    UNSENT: "待上传{}笔" / "{} not sent yet";
    SENT: "离线核销已全部上传" / "Everything is sent";
    CONFLICTS: "{}笔与系统记录不符，请报告大厅主管" / "{} do not agree with the record: tell the manager";
    AS_OF: "离线清单更新于{}，共{}件" / "Offline list of {}: {} items";
    EYE: "离线时请目视核对身份证的姓名和号码" / "Offline: compare name and number on the ID card by eye";
    NOT_LISTED: "不在本领取点的离线清单中" / "Not on this place's offline list";
    NOT_LISTED_WHY: "可能已领取、已换发或尚未备妥，请联网后再试。" / "It may be collected, renewed or not ready. Try again online.";
    PROPERTY_ONLINE: "涉案财物须联网核销" / "Property is redeemed online only";
    PROPERTY_ONLINE_WHY: "领取人要签名，请等网络恢复。" / "The recipient has to sign. Wait for the connection.";
    NO_HALL: "您的账号没有绑定大厅，不能核销。" / "Your account is not bound to a hall.";
    NEVER_ONLINE: "本机还没有离线清单，请先联网登录一次。" / "This device has no offline list yet. Sign in once while online.";
    TO_SHELF: "待领物品" / "The shelf";
    TO_CONSOLE: "叫号台" / "Console";
}
