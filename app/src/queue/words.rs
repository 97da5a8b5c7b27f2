//! What the pages of the queue say.

use crate::language::words;

words! {
    TICKET: "排队进度" / "My place";
    YOUR_NUMBER: "您的号" / "Your number";
    AHEAD: "前面还有" / "Ahead of you";
    AHEAD_COUNT: "{}人" / "{}";
    WAIT: "预计等候" / "Expected wait";
    WAIT_RANGE: "{}–{}分钟" / "{}–{} min";
    WAIT_ABOUT: "约{}分钟" / "About {} min";
    WAIT_UNKNOWN: "暂无窗口开放" / "No counter is open";
    SAID_WAITING: "{}号，前面还有{}人，{}" / "Number {}, {} ahead, {}";
    HALL: "大厅" / "Hall";
    SERVICE: "事项" / "Service";
    ENTERED: "取号时间" / "Ticket issued";
    LIVE: "实时更新中" / "Live";
    RECONNECTING: "连接中断，正在重连…" / "Connection lost, reconnecting…";
    GO_TO: "请到{}号窗口" / "Go to counter {}";
    BACK_TO_BOOKINGS: "返回我的预约" / "Back to my bookings";

    STATUS_WAITING: "等候中" / "Waiting";
    STATUS_CALLED: "请办理" / "Called";
    STATUS_SERVING: "办理中" / "Being served";
    STATUS_SERVED: "已办结" / "Done";
    STATUS_MISSED: "过号" / "Missed";
    STATUS_PARKED: "暂缓" / "On hold";
    STATUS_ABANDONED: "弃号" / "Given up";
    STATUS_VOIDED: "已作废" / "Cancelled";

    NEXT_WAITING: "不用一直看着屏幕：轮到您时，手机会振动并显示窗口号。请留在大厅附近。" / "No need to watch: the phone vibrates and shows the counter when it is your turn. Stay near the hall.";
    NEXT_SOON: "快到您了，请回到叫号区。" / "You are almost there. Please come back to the waiting area.";
    NEXT_FIRST: "下一个就是您，请准备好材料。" / "You are next. Have your papers ready.";
    NEXT_CALLED: "请带好材料，立即前往窗口。" / "Take your papers and go to the counter now.";
    NEXT_SERVING: "工作人员正在为您办理。" / "You are being served.";
    NEXT_SERVED: "办理完成，感谢您的配合。" / "All done. Thank you.";
    NEXT_MISSED: "刚才叫到您时没有应答，号已顺延，叫几位后会再叫您。请在叫号区等候。" / "You were called and did not come. A few others go first, then you are called again. Stay in the waiting area.";
    NEXT_PARKED: "工作人员已暂缓此号，请联系窗口。" / "The clerk has put your ticket on hold. Please ask at the counter.";
    NEXT_ABANDONED: "多次叫号未应答，此号已失效。请重新取号。" / "You did not come after several calls. Please take a new ticket.";
    NEXT_VOIDED: "此号已作废。如有疑问请联系大厅工作人员。" / "This ticket was cancelled. Ask the hall's staff if you have questions.";

    CONSOLE: "叫号台" / "Console";
    CHOOSE_COUNTER: "选择窗口开始值守" / "Choose a counter to open";
    NO_HALL: "您的账号没有绑定大厅，不能叫号。请联系系统管理员。" / "Your account is not bound to a hall. Ask the administrator.";
    OPEN: "开始值守" / "Open counter";
    CLOSE: "结束值守" / "Close counter";
    SIGN_OUT: "退出登录" / "Sign out";
    COUNTER: "{}号窗口" / "Counter {}";
    SERVES: "受理：{}" / "Serves: {}";
    SINCE: "{}开始值守" / "Open since {}";
    WAITING_HERE: "等候" / "Waiting";
    CURRENT: "当前号票" / "Current ticket";
    NO_CURRENT: "窗口空闲，按空格键叫下一位" / "The counter is free. Press space to call the next one";
    CALL_NEXT: "叫下一位" / "Call next";
    RECALL: "重呼" / "Recall";
    SERVE: "开始办理" / "Serve";
    FINISH: "办结" / "Finish";
    MISS: "过号" / "Missed";
    PARK: "挂起" / "Park";
    RESUME: "恢复办理" / "Resume";
    TRANSFER: "转窗" / "Transfer";
    VOID: "作废" / "Void";
    CANCEL: "取消" / "Cancel";
    VOID_ASK: "作废后号票不能恢复。确定作废 {}？" / "A cancelled ticket cannot come back. Void {}?";
    TRANSFER_TO: "转到哪个业务？号码不变，重新排队。" / "To which services? The number stays the same.";
    QUEUE: "等候队列" / "Queue";
    QUEUE_NONE: "没有人在等候" / "Nobody is waiting";
    NUMBER: "号码" / "Number";
    WHO: "办理人" / "Person";
    KIND: "类型" / "Kind";
    KIND_APPOINTMENT: "预约" / "Booked";
    KIND_WALK_IN: "现场" / "Walk-in";
    WAITED: "已等" / "Waited";
    MINUTES: "{}分钟" / "{} min";
    WHY_NEXT: "为何轮到" / "Why next";
    ACTIONS: "操作" / "Actions";
    ANONYMOUS_PERSON: "未实名" / "Anonymous";
    MISSED_TIMES: "已过号{}次" / "Missed {} times";

    REASON_PRIORITY: "依法优先" / "Statutory priority";
    REASON_WAITED_LONGEST: "等候已超时限，优先" / "Has waited beyond the guarantee";
    REASON_WALK_INS_TURN: "已连叫几位预约，轮到现场号" / "Enough bookings in a row: a walk-in's turn";
    REASON_WINDOW_BEGUN: "预约时段已到" / "The booked time has begun";
    REASON_CAME_FIRST: "现场号中最先到" / "First of the walk-ins";
    REASON_NOBODY_ELSE: "预约时段未到，但无人等候" / "Early, but nobody else waits";
    REASON_CHOSEN: "工作人员指定" / "Chosen by a clerk";

    BOARD: "叫号大屏" / "Hall board";
    BOARD_NOW: "正在叫号" / "Now calling";
    BOARD_CALLS: "最近叫号" / "Recent calls";
    BOARD_NONE: "请留意叫号" / "Please wait for your number";
    BOARD_WAITING: "等候人数" / "Waiting";
    BOARD_COUNTERS: "{}个窗口" / "{} counters";
    BOARD_NO_COUNTER: "暂停" / "Closed";
    BOARD_CHECK_IN: "扫码签到" / "Scan to check in";
    BOARD_CODE: "或输入签到码" / "or enter this code";
    BOARD_VOICE: "点按开启语音播报" / "Tap to turn on the voice";
    BOARD_VOICE_ON: "语音已开启" / "Voice is on";
    BOARD_STAFF: "工作人员请从叫号台登录后查看" / "Staff: sign in at the console to see it";
    BOARD_QR: "签到二维码" / "Check-in QR code";
}
