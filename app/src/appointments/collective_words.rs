//! What is said of collective bookings.

use crate::language::words;

words! {
    COLLECTIVE_HOW: "单位、学校、村社集中办理时，一次为名单上的人预约：要么全部约上，要么都不约。经办人的手机上能看到每个人的时间和预约码，可逐人改期或取消；每个人到大厅用身份证签到。" / "Book at once for the people of an employer, a university or a village: all of them get a seat, or nobody does. The contact sees everybody's time and code on the phone and can move or cancel each; everybody checks in with the ID card.";
    NEW_COLLECTIVE: "新的集体预约" / "New collective booking";
    ORGANISATION: "单位名称" / "Organisation";
    CONTACT_PHONE: "经办人手机号（已实名）" / "Contact's phone (identity confirmed)";
    SERVICE: "事项" / "Service";
    CHOOSE: "请选择" / "Choose";
    DAY: "日期" / "Day";
    FIRST_TIME: "从几点开始" / "Beginning at";
    NO_WINDOWS: "本大厅目前没有此事项的余号。" / "This hall has no free seats for this service at the moment.";
    PEOPLE: "名单：每行一人，姓名和身份证号，可从表格粘贴" / "List: one person a line, name and ID number; paste it from a spreadsheet";
    PEOPLE_COUNT: "共{}人" / "{} people";
    LINE_SAID: "第{}行：{}" / "Line {}: {}";
    FAULT_NAME: "姓名有误" / "the name is not right";
    FAULT_ID_NUMBER: "身份证号有误" / "the ID number is not right";
    FAULT_TWICE: "与前面的行重复" / "stands in an earlier line too";
    FAULT_MISMATCH: "姓名与身份证号不符" / "name and ID number do not belong together";
    FAULT_ALREADY_BOOKED: "当天已预约过此事项" / "is booked for this service on that day";
    FAULT_TOO_MANY: "有效预约已达上限" / "has too many appointments";
    SPREAD: "将这样安排：{}" / "They will come like this: {}";
    SPREAD_ONE: "{} {}人" / "{}: {}";
    SPREAD_SHORT: "从这个时段起当天只剩{}个名额，请换一天、换更早的时段或分两次办理。" / "From this time on the day has only {} seats left. Choose another day, an earlier time, or divide the list.";
    BOOK_ALL: "为全部人预约" / "Book for everybody";
    BOOKED_ALL: "已预约{}人，并已短信通知经办人" / "{} people are booked, and the contact is told by text";
    COMING: "之后的集体预约" / "Collective bookings to come";
    NONE_COMING: "没有集体预约" / "No collective bookings";
    COUNTS: "{}人，待到{}，已到{}" / "{} people, {} to come, {} here";
    CONTACT: "经办人" / "Contact";
    PROGRESS: "进度" / "Progress";
    ACTIONS: "操作" / "Actions";
    SEE_LIST: "名单" / "List";
    CANCEL_ALL: "取消未到的人" / "Cancel who is to come";
    CANCEL_ALL_SURE: "确认取消未到的人" / "Yes, cancel them";
    CANCELLED_ALL: "已取消，名额已放回" / "Cancelled, the seats are given back";
    LINE: "序号" / "No.";
    PERSON: "姓名" / "Name";
    TIME: "时间" / "Time";
    CODE: "预约码" / "Booking code";
    STATE: "状态" / "State";

    MY_COLLECTIVE: "我经办的集体预约" / "Bookings I arranged for an organisation";
    SHOW_PEOPLE: "看名单" / "Show the people";
    HIDE_PEOPLE: "收起名单" / "Hide the people";
}
