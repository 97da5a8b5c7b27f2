//! What the machine says.

use crate::language::words;

words! {
    KIOSK: "自助取号" / "Ticket machine";
    WELCOME: "请选择" / "How can we help?";
    BOOKED: "我有预约，签到取号" / "I have a booking";
    BOOKED_HOW: "扫预约码、输入预约码或身份证号" / "Scan or type the booking code, or the ID number";
    WALK_IN: "没有预约，现场取号" / "I have no booking";
    WALK_IN_HOW: "选择要办的事项，输入身份证号" / "Choose what you need and type the ID number";
    CHOOSE_GROUP: "要办哪一类业务？" / "Which services do you need?";
    CHOOSE_SERVICE: "要办什么事项？" / "What do you need?";
    NO_SERVICES: "本大厅暂无可取号的业务，请到咨询台询问" / "No tickets can be taken here now. Please ask at the desk";
    YOU_CHOSE: "您选择了：{}" / "You chose: {}";
    ID_NUMBER: "请输入身份证号" / "Type the ID number";
    ID_WRONG: "身份证号不正确" / "The ID number is not right";
    WHY_ID: "号码仅用于防止重复取号，加密保存，不会打印在号票上。" / "The number only keeps one person from taking several tickets. It is stored encrypted and is not on the paper.";
    CODE: "请扫描或输入预约码" / "Scan or type the booking code";
    BY_CODE: "预约码" / "Booking code";
    BY_CODE_HOW: "把手机上的预约码对准扫码口，或在下面输入6位预约码。" / "Hold the code on your phone to the scanner, or type its six characters below.";
    BY_ID: "身份证号" / "ID number";
    BY_ID_HOW: "输入预约人的身份证号。" / "Type the ID number of the person who is booked.";
    CHECK_IN: "签到取号" / "Check in";
    HELD: "您的号是{}" / "Your number is {}";
    OPENS_AT: "{}起可以签到" / "Check-in opens at {}";
    GET_TICKET: "取号" / "Get a ticket";
    BACK_TO_START: "返回首页" / "Back to the start";
    START_AGAIN: "完成" / "Done";
    LEAVING: "{}秒后返回首页，触摸屏幕可继续" / "Back to the start in {} s. Touch the screen to go on";
    NEED_HELP: "需要帮助？请到咨询台。" / "Need help? Ask at the desk.";
    FIELD: "号码" / "Number";
    EMPTY: "尚未输入" / "Nothing typed yet";
    DELETE: "删除一位" / "Delete one character";

    TAKE_PAPER: "请取走号票，留意叫号" / "Take your ticket and wait for the call";
    AHEAD: "前面还有" / "Ahead of you";
    AHEAD_COUNT: "{}人" / "{}";
    WAIT_RANGE: "预计等候{}–{}分钟" / "About {}–{} minutes";
    WAIT_UNKNOWN: "暂无窗口开放，请留意叫号" / "No counter is open yet. Please wait for the call";
    SCAN_TO_FOLLOW: "扫码在手机上看排队进度" / "Scan to follow your place on your phone";
    KEEP_PAPER: "过号请到咨询台。请妥善保管号票。" / "If you miss the call, ask at the desk. Keep this ticket.";
    PRINT_AGAIN: "再打印一次" / "Print again";
}
