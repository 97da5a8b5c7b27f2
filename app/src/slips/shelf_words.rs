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
    POST_ASK: "邮件号" / "Post number";
    POSTED: "已寄出" / "It is posted";
    LABEL: "邮寄地址" / "Address";
    LABEL_HOW: "查看完整地址记入审计，仅用于邮寄。" / "Each reading is audited. For posting only.";
    RECIPIENT: "收件人" / "Recipient";
    PHONE: "电话" / "Phone";
    ADDRESS: "地址" / "Address";
    MOVE: "转到其他领取点" / "Release to another place";
    MOVE_ASK: "转到哪个领取点" / "To which place";
    MOVE_DO: "转出" / "Release";
    MOVED: "已转出，居民会收到短信" / "It is released and its owner texted";
    NO_OTHER: "没有其他领取点" / "There is no other place";
    LAY: "放入取件柜" / "Lay into a locker";
    LAY_DO: "放入" / "Lay in";
    LOCKER: "取件柜" / "Locker";
    FREE: "空格口" / "Free compartments";
    FREE_HOW: "没有登记物品的格口。柜上有其他格口时，请输入号码。" / "Nothing is noted to lie in these. Type the number of another one.";
    COMPARTMENT_NUMBER: "格口号" / "Number";
    COMPARTMENT_HINT: "1到999" / "1 to 999";
    COMPARTMENT_WRONG: "请输入1到999的号码" / "A number from 1 to 999";
    REQUIRED: "请填写" / "Fill this in";
    LAID: "已放入取件柜" / "It lies in the locker";
    NO_LOCKER: "本领取点没有取件柜" / "There is no locker here";
    TAKE_OUT: "从取件柜取出" / "Take out of the locker";
    TAKEN_OUT: "已取出，改在窗口领取" / "Taken out; it is collected at a counter";
    TAKE_BACK: "撤回" / "Take back";
    TAKE_BACK_ASK: "撤回理由" / "Reason";
    TAKEN_BACK: "已撤回" / "It is taken back";
    PREPARING: "制作中" / "In preparation";
    WAITING: "待领取" / "Waiting";
    OVERDUE: "逾期未领" / "Overdue";
    TO_MAIL: "待邮寄" / "To be posted";
    COLLECTED: "30天内已领" / "Collected in 30 days";
}
