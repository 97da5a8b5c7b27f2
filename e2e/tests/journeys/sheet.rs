//! Every page as one picture: the residents' in light, dark, large type and English, one column each, the staff's in light and dark. What
//! lies below the fold is in the pictures of the single pages.

use std::{fmt::Write, fs};

use crate::support::{Browser, Place, pictures, tells};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "`cargo xtask sheet` makes it, for people to look at"]
async fn every_page_of_a_resident_on_one_sheet() {
    let phone = Browser::phone("sheet").await;
    let place = Place::of_a_visitor(&phone, "13800000013").await;
    let pages = place.pages();
    is_laid_into_a_locker("居民身份证").await;
    for (mode, colours, large, language) in [
        ("light", "light", false, "zh-CN"),
        ("dark", "dark", false, "zh-CN"),
        ("large", "light", true, "zh-CN"),
        ("english", "light", false, "en"),
    ] {
        phone.prefers(colours).await;
        phone.keeps("elder", large.then_some("1")).await;
        phone.keeps("language", Some(language)).await;
        for (name, address, words) in &pages {
            phone.opens(address).await;
            if language != "en" {
                phone.sees(words).await;
            }
            let step = format!("residents-{name}-{mode}");
            phone.shows_all_of_it(&step, PHONE).await;
        }
    }
    let names = pages.map(|(name, ..)| name);
    let sheet = Sheet {
        name: "residents",
        modes: &[
            ("light", "浅色"),
            ("dark", "深色"),
            ("large", "大字"),
            ("english", "English"),
        ],
        width: 260,
        height: 590,
    };
    sheet.is_laid_out(&phone, &names).await;
    phone.leaves().await;
}

/// Has a clerk lay a document into a compartment of the hall's locker.
async fn is_laid_into_a_locker(document: &str) {
    let desk = Browser::desk("sheet").await;
    desk.signs_in_at("/redeem/shelf", "clerk-zhongxin-2").await;
    desk.presses("待领取").await;
    desk.presses_in("tr", document, "放入取件柜").await;
    desk.presses("1").await;
    desk.shows("staff-locker-light").await;
    desk.presses_in("[role=dialog] .actions", "", "放入").await;
    desk.sees("已放入取件柜").await;
    desk.leaves().await;
}

/// The sizes of a phone and of a desk's screen, and whether one touches them.
const PHONE: (u32, u32, bool) = (390, 844, true);
const DESK: (u32, u32, bool) = (1366, 768, false);

impl Browser {
    /// Puts a picture of the whole page beside the others, as on a screen that is as tall as the page.
    async fn shows_all_of_it(&self, step: &str, (width, height, touch): (u32, u32, bool)) {
        self.is_whole().await;
        let needed = self.asks("return document.documentElement.scrollHeight").await;
        let needed = needed.as_u64().and_then(|needed| u32::try_from(needed).ok());
        self.becomes(width, needed.unwrap_or(height).max(height), touch).await;
        self.picture(step).await;
        self.becomes(width, height, touch).await;
    }
}

/// A page: its name, its address, what can be read there, and what is pressed before the picture is taken.
type Page = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Who works at a desk, and the pages that are theirs.
const DESKS: [(&str, &[Page]); 7] = [
    (
        "clerk-zhongxin-3",
        &[
            ("console", "/console", "选择窗口开始值守", &[]),
            ("redeem", "/redeem", "扫描或输入凭证", &[]),
            ("shelf", "/redeem/shelf", "待领物品", &[]),
            ("ready", "/redeem/shelf", "待领物品", &["待领取"]),
        ],
    ),
    (
        "manager-zhongxin",
        &[
            ("today", "/admin", "今日概况", &[]),
            ("counters", "/admin/counters", "窗口与业务", &[]),
            ("group", "/admin/counters", "窗口与业务", &["新增业务组"]),
            ("timetable", "/admin/schedules", "排班", &[]),
            ("entry", "/admin/schedules", "排班", &["新增排班"]),
            ("publication", "/admin/publication", "放号与号量", &[]),
            ("closures", "/admin/closures", "停办与开放", &[]),
            ("priorities", "/admin/priorities", "优先类别", &[]),
            ("strikes", "/admin/strikes", "爽约与申诉", &[]),
            ("statistics", "/admin/statistics", "统计", &[]),
            ("devices", "/admin/devices", "设备", &[]),
            ("question", "/admin/devices", "设备", &["撤销"]),
        ],
    ),
    (
        "case-officer-1",
        &[
            ("cases", "/admin/cases", "每次查询须填写理由", &[]),
            ("reviews", "/admin/reviews", "复议申请", &[]),
        ],
    ),
    ("auditor-1", &[("enquiries", "/admin/enquiries", "查询与过问记录", &[])]),
    (
        "finance-1",
        &[
            ("payments", "/admin/payments", "缴款查询", &[]),
            ("exceptions", "/admin/exceptions", "异常处理", &[]),
            ("refunds", "/admin/refunds", "退款", &[]),
            ("books", "/admin/reconciliation", "每日对账", &[]),
            ("alerts", "/admin/payment-alerts", "告警", &[]),
        ],
    ),
    (
        "admin-1",
        &[
            ("texts", "/admin/texts", "短信", &[]),
            ("staff", "/admin/staff", "建立账号", &[]),
        ],
    ),
    ("security-1", &[("accounts", "/admin/staff", "安全管理员批准", &[])]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "`cargo xtask sheet` makes it, for people to look at"]
async fn every_page_of_the_staff_on_one_sheet() {
    tells("document-ready", "13800000010").await;
    let mut names = Vec::new();
    for (who, pages) in DESKS {
        let desk = Browser::desk("sheet").await;
        let (_, first, words, _) = pages[0];
        desk.signs_in_at(first, who).await;
        desk.sees(words).await;
        for (name, address, words, pressed) in pages {
            for mode in ["light", "dark"] {
                desk.prefers(mode).await;
                desk.opens(address).await;
                desk.sees(words).await;
                desk.is_whole().await;
                for button in *pressed {
                    desk.presses(button).await;
                }
                let step = format!("staff-{name}-{mode}");
                desk.shows_all_of_it(&step, DESK).await;
            }
            names.push(*name);
        }
        desk.leaves().await;
    }
    let desk = Browser::desk("sheet").await;
    let sheet = Sheet {
        name: "staff",
        modes: &[("light", "浅色"), ("dark", "深色")],
        width: 600,
        height: 355,
    };
    sheet.is_laid_out(&desk, &names).await;
    desk.leaves().await;
}

/// How the pictures of pages are put beside each other.
struct Sheet<'s> {
    name: &'s str,
    /// What the columns are called, in the pictures' names and above them.
    modes: &'s [(&'s str, &'s str)],
    /// Of one picture.
    width: u32,
    /// Of one row.
    height: u32,
}

impl Sheet<'_> {
    async fn is_laid_out(&self, browser: &Browser, names: &[&str]) {
        let mut sheet = format!(
            "<!DOCTYPE html><meta charset=utf-8><style>body{{margin:16px;background:#777;font:16px sans-serif}}\
            table{{border-spacing:12px}}th{{color:#fff}}div{{height:{}px;overflow:hidden}}img{{width:{}px;display:block}}</style><table><tr><th>",
            self.height - 12,
            self.width,
        );
        for (_, title) in self.modes {
            write!(sheet, "<th>{title}").unwrap();
        }
        for name in names {
            write!(sheet, "<tr><th>{name}").unwrap();
            for (mode, _) in self.modes {
                write!(sheet, "<td><div><img src=\"{}-{name}-{mode}.png\"></div>", self.name).unwrap();
            }
        }
        let file = pictures().join(format!("sheet/{}.html", self.name));
        fs::write(&file, sheet).unwrap();
        browser.opens(&format!("file://{}", file.display())).await;
        let (columns, rows) = (
            u32::try_from(self.modes.len()).unwrap(),
            u32::try_from(names.len()).unwrap(),
        );
        browser
            .becomes(160 + columns * (self.width + 16), 80 + rows * self.height, false)
            .await;
        browser.picture(self.name).await;
    }
}
