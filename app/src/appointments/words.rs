//! What the pages of appointments say.

use crate::language::words;

words! {
    BOOK: "预约办理" / "Book a visit";
    STEP_HALL: "1. 选择大厅" / "1. Choose a hall";
    STEP_DAY: "2. 选择日期" / "2. Choose a day";
    STEP_TIME: "3. 选择时段" / "3. Choose a time";
    STEP_WHO: "4. 给谁办理" / "4. Who is it for";
    BY_HALL: "按大厅选" / "By hall";
    BY_TIME: "最早能约的" / "Soonest";
    EARLIEST: "最早 {}" / "Earliest: {}";
    NONE_FREE: "目前没有余号" / "Nothing free at the moment";
    DAY_FREE: "有号" / "Free";
    DAY_FULL: "约满" / "Full";
    DAY_CLOSED: "休" / "Closed";
    DAY_SAID: "{} {}，{}" / "{} {}, {}";
    SEATS: "余{}" / "{} left";
    SEATS_NONE: "约满" / "Full";
    SEATS_WAIT: "满·可候补" / "Full: wait";
    TIME_SAID: "{} {}" / "{} {}";
    TIME_PASSED: "已过" / "Past";
    NO_DAYS: "这个大厅还没有放出可预约的日期，请换一个大厅。" / "This hall has published no days yet. Choose another hall.";
    WAIT_WINDOW: "候补这个时段" / "Wait for this time";
    WAIT_DAY: "候补这一天" / "Wait for this day";
    WAIT_WHY: "已约满，可以候补：有人退号时按先后为您占号15分钟，并短信通知，在“我的预约”确认即可。" / "It is full. Wait in line: a seat that is given back is held 15 minutes for you, and a text tells you. Confirm it under My bookings.";
    WAIT_JOINED: "已加入候补" / "You are on the waiting list";
    WAITING: "候补中" / "Waiting for a seat";
    WAIT_FIRST: "您排在第一位" / "You are first in line";
    WAIT_AHEAD: "前面还有{}人候补" / "{} wait before you";
    WAIT_LEAVE: "退出候补" / "Leave";
    WAIT_LEFT: "已退出候补" / "You no longer wait";
    NO_HALLS: "暂无大厅办理此事项。" / "No hall serves this at the moment.";
    MORNING: "上午" / "Morning";
    AFTERNOON: "下午" / "Afternoon";
    EVENING: "晚上" / "Evening";
    MYSELF: "本人" / "Myself";
    ADD_FAMILY: "替家人预约？先添加家庭成员" / "For someone else? Add a family member";
    SIGN_IN_TO_BOOK: "登录并预约" / "Sign in to book";
    BIND_TO_BOOK: "去实名认证" / "Confirm identity";
    BIND_FIRST: "预约需要先完成实名认证，选好的内容会保留。" / "Booking needs a confirmed identity. What you chose is kept.";
    HOLD: "占住这个号" / "Hold this seat";
    CHOOSE_TIME: "请选择时段" / "Choose a time";
    TAKE_INSTEAD: "改约 {} {}" / "Take {} {} instead";
    FULL_INSTEAD: "您选的时段刚刚约满。最近的空余时段：" / "That time was just taken. The nearest free one:";
    FULL_NONE: "您选的时段刚刚约满，也没有其他空余时段。" / "That time was just taken, and no other is free.";

    CONFIRM: "确认预约" / "Confirm booking";
    HELD_FOR: "还剩 {}，过时名额会释放" / "{} left, then the seat is given back";
    HELD_OVER: "占号已超时，名额已释放。" / "The hold ran out and the seat was given back.";
    CHOOSE_AGAIN: "重新选择" / "Choose again";
    GIVE_BACK: "不约了" / "Give it back";
    BOOKED: "预约成功" / "Booked";

    MINE: "我的预约" / "My bookings";
    UPCOMING: "即将办理" / "Coming up";
    PAST: "历史预约" / "Earlier";
    NONE: "还没有预约" / "No bookings yet";
    CHOOSE_SERVICE: "选择要办的事" / "Choose a service";
    CHECK_IN_WHICH: "请选择要签到的预约。" / "Choose the booking to check in.";

    APPOINTMENT: "预约详情" / "Booking";
    SERVICE: "事项" / "Service";
    WHEN: "时间" / "Time";
    HALL: "大厅" / "Hall";
    ADDRESS: "地址" / "Address";
    PERSON: "办理人" / "For";
    CODE: "预约码" / "Booking code";
    CODE_QR: "预约码二维码" / "Booking code as a QR code";
    CODE_WHY: "到大厅后向工作人员或自助机出示" / "Show it at the hall's kiosk or counter";
    DETAILS: "预约信息" / "Details";
    SEE_TICKET: "查看排队进度" / "See my place in the queue";
    BOOK_AGAIN: "重新预约" / "Book again";

    STATUS_HELD: "待确认" / "To confirm";
    STATUS_CONFIRMED: "已预约" / "Booked";
    STATUS_CHECKED_IN: "已签到" / "Checked in";
    STATUS_FULFILLED: "已办结" / "Done";
    STATUS_EXPIRED: "已超时" / "Ran out";
    STATUS_CANCELLED: "已取消" / "Cancelled";
    STATUS_RESCHEDULED: "已改期" / "Moved";
    STATUS_NO_SHOW: "爽约" / "Missed";
    STATUS_HALL_CANCELLED: "大厅取消" / "Cancelled by the hall";

    NEXT_HELD: "已为您占号，请在 {} 前确认" / "A seat is held for you. Confirm it before {}";
    NEXT_COME: "{} 起可在大厅签到，请带好材料" / "Check-in at the hall opens {}. Bring the papers";
    NEXT_CHECK_IN: "现在可以签到：输入大厅屏幕上的6位签到码" / "Check in now with the 6 digits on the hall's screen";
    NEXT_LATE: "时段已过，请尽快签到，按现场号排队" / "The time has passed. Check in soon; you queue as a walk-in";
    NEXT_QUEUE: "您已在排队，点按查看前面还有几人" / "You are in the queue. See how many are ahead";
    NEXT_MISSED: "没有签到，时段已过" / "The time has passed without check-in";
    NEXT_DONE: "这次预约已经结束" / "This booking is over";
    NEXT_HALL_CANCELLED: "大厅停办，不计爽约。请改约其他时段" / "The hall is closed then. It does not count against you; take another time";

    CHECK_IN: "到厅签到" / "Check in";
    CHECK_IN_WHY: "签到码在大厅屏幕上，每半分钟更换；也可以直接扫屏幕上的二维码。" / "The code is on the hall's screen and changes every half minute. You can also scan the screen's QR code.";
    NOT_THE_SCREEN: "这不是大厅屏幕上的签到二维码" / "This is not the code on the hall's screen";
    PRESENCE: "签到码" / "Check-in code";
    PRESENCE_HINT: "大厅屏幕上的6位数字" / "6 digits on the screen";
    PRESENCE_WRONG: "签到码是6位数字" / "The code has 6 digits";
    CHECKED_IN: "签到成功，已为您取号" / "Checked in. You have a ticket";

    RESCHEDULE: "改期" / "Change the time";
    RESCHEDULE_TO: "改到 {} {}" / "Move to {} {}";
    RESCHEDULED: "改期成功" / "Moved";
    NOW_BOOKED: "现在约的是 {}，{}。选好新时段后一次换过去，原来的号在成功之前一直保留。" / "Now booked: {}, {}. The old seat is yours until the new one is.";
    ADD_TO_CALENDAR: "加入手机日历" / "Add to calendar";
    ALTERNATIVES: "可以改到这些时段" / "Free times instead";
    RATE: "评价这次办理" / "Rate this visit";
    SEE_STRIKES: "查看爽约记录、申诉" / "Missed bookings and appeal";

    STRIKES: "爽约记录" / "Missed bookings";
    STRIKES_NONE: "没有爽约记录" / "None";
    STRIKES_RULE: "{}个月内{}次爽约，暂停网上预约{}天；不影响到大厅取号。每条可申诉一次。" / "Within {} months, {} of them suspend online booking for {} days. Tickets at the hall are not affected. Each can be appealed once.";
    STRIKES_RESTRICT: "因爽约，{} 前不能网上预约，可到大厅取现场号。" / "After missed bookings you cannot book online until {}. Take a ticket at the hall.";
    STRIKE_COUNTED: "计入" / "Counts";
    STRIKE_APPEALED: "申诉中" / "Under appeal";
    STRIKE_UPHELD: "申诉未通过" / "Appeal refused";
    STRIKE_WAIVED: "已撤销" / "Withdrawn";
    KIND_NO_SHOW: "未到场" / "Did not come";
    KIND_LATE_CANCEL: "逾期取消" / "Cancelled late";
    APPEAL: "申诉" / "Appeal";
    APPEAL_TEXT: "申诉理由" / "What happened";
    APPEAL_HINT: "说说当时的情况，如急诊、大厅停办" / "Such as an emergency, or the hall was closed";
    APPEAL_WRONG: "请填写1至500个字" / "Enter 1 to 500 characters";
    APPEAL_SEND: "提交申诉" / "Send";
    APPEAL_SENT: "申诉已提交，结果会显示在这里" / "Sent. The outcome will be shown here";

    CANCEL: "取消预约" / "Cancel booking";
    CANCEL_ASK: "确定取消这次预约吗？名额会让给其他人。" / "Cancel this booking? The seat goes to someone else.";
    CANCEL_IN_TIME: "{} 前可以改期或取消，不影响信用。" / "Until {} you can move or cancel it without consequences.";
    CANCEL_LATE: "已过 {} 的取消期限，现在取消会记一次爽约；六个月内三次爽约将限制网上预约。" / "The cut-off was {}. Cancelling now counts as a missed booking; three in six months restrict online booking.";
    KEEP: "保留预约" / "Keep it";
    CANCELLED: "预约已取消" / "Booking cancelled";
}
