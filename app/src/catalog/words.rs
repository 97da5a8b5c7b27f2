//! What the pages of the catalogue say.

use crate::language::words;

words! {
    SERVICES: "办事" / "Services";
    SEARCH: "搜索事项" / "Search services";
    SEARCH_HINT: "要办什么？如：驾照到期" / "Say what you need, such as: licence expiring";
    FAMILY: "办事大类" / "Area";
    ALL: "全部" / "All";
    FOUND: "找到{}个事项" / "{} services found";
    NOTHING: "没有找到相关事项。换个说法试试，如“补办身份证”。" / "Nothing found. Try other words, such as 'lost ID card'.";
    SHOW_ALL: "查看全部事项" / "Show all services";
    MORE: "显示更多" / "Show more";
    CLEAR: "清除" / "Clear";
    FREE: "免费" / "Free";
    YUAN: "{}元" / "¥{}";
    BOOKABLE: "可预约" / "Bookable";

    SERVICE: "事项详情" / "Service";
    FACTS: "办理须知" / "At a glance";
    FEE: "费用" / "Fee";
    TIME_LIMIT: "办理时限" / "Time needed";
    ON_THE_SPOT: "当场办结" / "Done while you wait";
    CALENDAR_DAYS: "承诺{}天（法定{}天）" / "Promised {} days (by law {})";
    WORKING_DAYS: "承诺{}个工作日（法定{}个）" / "Promised {} working days (by law {})";
    AT_COUNTER: "窗口用时" / "At the counter";
    ABOUT_MINUTES: "约{}分钟" / "About {} min";
    CHANNELS: "办理方式" / "Ways to apply";
    CHANNEL_HALL: "窗口办理" / "At a counter";
    CHANNEL_ONLINE: "网上办理" / "Online";
    CHANNEL_SELF_SERVICE: "自助办理" / "Self-service machine";
    CHANNEL_MAIL: "邮寄办理" / "By mail";
    MATERIALS: "要带的材料" / "What to bring";
    MATERIALS_READY: "已备齐 {}/{}" / "{} of {} ready";
    MATERIALS_NONE: "不需要携带材料" / "Nothing to bring";
    MATERIALS_KEPT: "勾选只保存在这部手机上。" / "Ticks are kept on this phone only.";
    ORIGINAL: "原件" / "Original";
    COPIES: "复印件{}份" / "Copies: {}";
    IF_APPLIES: "符合情形时提供" / "Only if it applies";
    STEPS: "办理流程" / "Steps";
    BASIS: "设定依据" / "Legal basis";
    HALLS: "办理大厅" / "Halls";
    CALL: "电话 {}" / "Phone {}";
    BOOK: "预约办理" / "Book a visit";
    NOT_BOOKABLE: "此事项无需预约，可直接到大厅取号办理。" / "No booking is needed: take a ticket at the hall.";
}
