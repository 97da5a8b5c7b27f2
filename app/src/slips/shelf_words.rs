//! What the page of a site's shelf says.

use crate::language::words;

words! {
    TITLE: "待领物品" / "The shelf";
    HOW: "本领取点的证件和物品。备妥后居民会收到短信；转到其他领取点后，本点的凭证立即失效。" / "What lies here. Once something is ready its owner is texted; what is released to another place can no longer be collected here.";
    TO_REDEEM: "凭证核销" / "Redeem";
    NONE: "没有物品" / "There is nothing";
    NUMBER: "编号" / "Number";
    ITEM: "物品" / "Item";
    OWNER: "物主" / "Owner";
    KEPT_UNTIL: "保管至" / "Kept until";
    WHAT_TO_DO: "操作" / "Action";
    PREPARE: "备妥" / "It is ready";
    PREPARED: "已备妥，居民会收到短信" / "Its owner is texted";
    POST: "寄出" / "Posted";
    POST_ASK: "邮件号：" / "The post's number:";
    POSTED: "已寄出" / "It is posted";
    LABEL: "邮寄地址" / "Address";
    LABEL_HOW: "查看完整地址记入审计，仅用于邮寄。" / "Each reading is audited. For posting only.";
    RECIPIENT: "收件人" / "Recipient";
    PHONE: "电话" / "Phone";
    ADDRESS: "地址" / "Address";
    MOVE: "转到其他领取点" / "Release to another place";
    MOVE_ASK: "转到哪个领取点？请输入序号：\n{}" / "To which place? Type its number:\n{}";
    MOVED: "已转出，居民会收到短信" / "It is released and its owner texted";
    NO_OTHER: "没有这个领取点" / "There is no such place";
    LAY: "放入取件柜" / "Lay into a locker";
    LAY_ASK: "放入哪个格口？请输入“柜号-格口号”，如1-12：\n{}" / "Which compartment? Type locker-number, such as 1-12:\n{}";
    LAID: "已放入取件柜" / "It lies in the locker";
    NO_LOCKER: "本领取点没有取件柜" / "There is no locker here";
    NO_COMPARTMENT: "请按“柜号-格口号”输入" / "Type locker-number, such as 1-12";
    TAKE_OUT: "从取件柜取出" / "Take out of the locker";
    TAKEN_OUT: "已取出，改在窗口领取" / "Taken out; it is collected at a counter";
    TAKE_BACK: "撤回" / "Take back";
    TAKE_BACK_ASK: "撤回理由：" / "Why?";
    TAKEN_BACK: "已撤回" / "It is taken back";
    PREPARING: "制作中" / "In preparation";
    WAITING: "待领取" / "Waiting";
    OVERDUE: "逾期未领" / "Overdue";
    TO_MAIL: "待邮寄" / "To be posted";
    COLLECTED: "30天内已领" / "Collected in 30 days";
}
