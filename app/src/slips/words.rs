//! What the residents' pages of slips say.

use crate::language::words;

words! {
    MINE: "我的凭证" / "My slips";
    NONE: "暂时没有可以领取的证件或物品" / "There is nothing to collect";
    SLIP: "领取凭证" / "Pickup slip";
    WAITING: "可以领取" / "To be collected";
    OTHERS: "其他" / "Others";
    FOR_OTHER: "代{}领取" / "For {}";

    STATUS_PREPARING: "制作中" / "In preparation";
    STATUS_READY: "待领取" / "Ready";
    STATUS_TO_MAIL: "待邮寄" / "To be posted";
    STATUS_MAILED: "已寄出" / "Posted";
    STATUS_COLLECTED: "已领取" / "Collected";
    STATUS_LAPSED: "已过保管期" / "Overdue";
    STATUS_WITHDRAWN: "已撤回" / "Withdrawn";

    QR: "领取二维码" / "The slip's QR code";
    SHOW: "请向工作人员出示二维码和6位码" / "Show the QR code and the six digits at the counter";
    CODE: "6位码" / "Code";
    CODE_LEFT: "{}秒后更换" / "Changes in {} s";
    CODE_OFFLINE: "没有网络，6位码暂不可用。二维码仍然有效，请出示身份证。" / "Offline: there is no code now. The QR code still counts; show your ID card.";
    ITEM: "领取内容" / "Item";
    NUMBER: "编号" / "Number";
    OWNER: "领取人" / "Owner";
    SITE: "领取点" / "Place";
    ADDRESS: "地址" / "Address";
    PHONE: "电话" / "Phone";
    HOURS: "办公时间" / "Hours";
    UNTIL: "保管至" / "Kept until";
    BRING: "请携带" / "Bring along";
    DETAILS: "凭证信息" / "Details";
    COLLECTED_AT: "领取时间" / "Collected";
    COMPARTMENT: "{}{}号格口" / "{}, compartment {}";
    IN_LOCKER: "取件柜" / "Locker";
    SHOW_LOCKER: "在取件柜扫描二维码并输入6位码，格口自动打开；也可到窗口领取" / "Scan the QR code at the locker and type the six digits; or go to a counter";
    COLLECTED_LOCKER: "{} {}号格口" / "{}, compartment {}";
    COLLECTED_WHERE: "{} {}号窗口" / "{}, counter {}";
    BY_PROXY: "由受托人领取" / "By the proxy";
    PREPARING_WHY: "证件制作完成后，这里会显示二维码，同时短信通知您。" / "Once it is ready the QR code appears here, and a text tells you.";
    PRINT: "打印纸质凭证" / "Print a paper slip";
    REISSUE: "换发新凭证" / "Get a new slip";
    REISSUED: "已换发，旧凭证作废" / "Here is the new slip; the old one no longer counts";

    PROXY: "委托他人领取" / "Let somebody else collect";
    PROXY_WHY: "委托后您的凭证作废，受托人登录后出示新的凭证，并带本人身份证和委托书原件。" / "Your slip then no longer counts. Your proxy signs in, shows a new one, and brings the own ID card and the letter.";
    PROXY_NAME: "受托人姓名" / "Proxy's name";
    PROXY_NAME_HINT: "与身份证一致" / "As on the ID card";
    PROXY_ID: "受托人身份证号码" / "Proxy's ID number";
    PROXY_ID_HINT: "18位号码" / "18 characters";
    PROXY_PHONE: "受托人手机号" / "Proxy's phone";
    PROXY_PHONE_HINT: "接收短信" / "For the text";
    PROXY_DAYS: "委托期限" / "For how long";
    DAYS: "{}天" / "{} days";
    LETTER: "委托书照片" / "Picture of the letter";
    LETTER_DONE: "委托书已添加" / "The picture is there";
    LETTER_FAILED: "无法读取图片，请换一张" / "The picture cannot be read";
    PROXY_SEND: "确认委托" / "Name the proxy";
    PROXY_NAMED: "已委托" / "Done";
    PROXY_NOW: "受托人" / "Proxy";
    PROXY_END: "终止委托" / "Call the proxy back";
    PROXY_ENDED: "委托已终止" / "The proxy is called back";
    WRONG: "请检查填写的内容" / "Check what you entered";

    MAIL: "改为邮寄" / "Have it posted";
    MAIL_WHY: "制作完成前可以改为邮寄，不收邮费。" / "Possible until it is made. There is no charge.";
    RECIPIENT: "收件人" / "Recipient";
    MAIL_ADDRESS: "收件地址" / "Address";
    MAIL_ADDRESS_HINT: "省市区、街道、门牌号" / "City, street, number";
    MAIL_SEND: "确认邮寄" / "Post it";
    MAIL_CHOSEN: "已改为邮寄" / "It will be posted";
    PICKUP: "改回现场领取" / "Collect it instead";
    TRACKING: "邮件号" / "Tracking number";
}
