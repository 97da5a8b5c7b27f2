//! Someone who stands in the queue, has a fine to pay, a case and a document to collect, and so something to see on every page.

use serde_json::Value;

use super::{Browser, LOST_CARD, QUIET_HALL, Resident, hall, service, tells, windows};

/// The pages that such a resident sees.
pub struct Place {
    hall: String,
    service: String,
    window: Value,
    appointment: String,
    ticket: String,
    later: String,
    record: String,
    decision: String,
    payment: String,
    case: String,
    slip: String,
}

impl Place {
    /// Signs a resident in on a phone, books, and checks in; meanwhile the police systems push what concerns the resident.
    pub async fn of_a_visitor(phone: &Browser, number: &str) -> Self {
        let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
        let resident = Resident::signs_in(number).await;
        phone.becomes_the_phone_of(&resident).await;
        let window = phone.chooses_window(&hall, &service).await;
        let appointment = resident.books(window["id"].as_str().unwrap(), &service).await;
        let ticket = resident.checks_in(&appointment, &hall).await;
        let days_later = windows(&hall, &service).await.swap_remove(150);
        let later = resident.books(days_later["id"].as_str().unwrap(), &service).await;
        for story in [
            "camera-violation",
            "decision",
            "not-filed",
            "document-ready",
            "found-property",
        ] {
            tells(story, number).await;
        }
        let decision = resident.first_of("/decisions").await;
        Self {
            hall,
            service,
            window,
            appointment,
            ticket,
            later,
            record: resident.first_of("/violations").await,
            payment: resident.begins_to_pay(&decision).await,
            decision,
            case: resident.first_of("/cases").await,
            slip: resident.first_of("/slips").await,
        }
    }

    /// What the pages are called, their addresses, and what can be read there once the page is ready.
    pub fn pages(&self) -> [(&'static str, String, &'static str); 22] {
        let Self { hall, service, .. } = self;
        let (day, window) = (
            self.window["day"].as_str().unwrap(),
            self.window["id"].as_str().unwrap(),
        );
        [
            ("home", "/".into(), "已签到"),
            ("services", "/services".into(), "找到"),
            ("service", format!("/services/{service}"), "要带的材料"),
            (
                "book",
                format!("/book/{service}?hall={hall}&day={day}&window={window}"),
                "占住这个号",
            ),
            ("appointments", "/appointments".into(), "即将办理"),
            (
                "appointment",
                format!("/appointments/{}", self.appointment),
                "查看排队进度",
            ),
            ("ticket", format!("/tickets/{}", self.ticket), "实时更新中"),
            ("later", format!("/appointments/{}", self.later), "加入手机日历"),
            (
                "reschedule",
                format!("/appointments/{}/reschedule", self.later),
                "3. 选择时段",
            ),
            ("fines", "/fines".into(), "待缴罚款，共1笔"),
            ("record", format!("/fines/{}", self.record), "违反道路交通信号灯"),
            ("decision", format!("/fines/{}", self.decision), "应缴金额"),
            (
                "payment",
                format!("/payments/{}", self.payment),
                "请打开另一部手机的微信",
            ),
            ("cases", "/cases".into(), "手机被盗案"),
            ("case", format!("/cases/{}", self.case), "不予立案"),
            ("steps", "/cases/steps".into(), "第二百三十四条"),
            ("found", "/cases/found".into(), "蓝色山地自行车"),
            ("slips", "/slips".into(), "居民身份证"),
            ("slip", format!("/slips/{}", self.slip), "请携带"),
            ("login", "/login".into(), "获取验证码"),
            ("me", "/me".into(), "退出登录"),
            ("account", "/account".into(), "下载"),
        ]
    }
}
