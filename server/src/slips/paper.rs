//! `GET /slips/{id}/slip.pdf`: the slip on paper, for whoever has no phone to show.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use chrono::TimeDelta;
use qrcode::EcLevel;
use shared::{
    ids::{HallId, SlipId},
    language::Language,
    problem::Problem,
    slips::{problems::SLIP_STATE, token::Medium, wire::what_to_bring},
    time::local,
};

use super::{
    code::{on_paper, require_ready},
    pictures::drawn,
    scan::holder,
    service::Slips,
    store, tokens,
};
use crate::{identity::Resident, platform::pdf::Sheet, problem::Failure};

/// The slip as a page to print, in Chinese, with its QR code and its six-digit code.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, content_type = "application/pdf", description = "The page."), crate::problem::Refusals),
)]
#[get("/slips/{id}/slip.pdf")]
pub async fn slip_pdf(resident: Resident, slips: Data<Slips>, id: Path<SlipId>) -> Result<HttpResponse, Failure> {
    let db = slips.platform.db.reader();
    let (row, _) = store::visible_one(db, &slips.platform, &resident, *id).await?;
    require_ready(&row)?;
    let (_, token) = tokens::present(&slips, db, &row, Medium::Paper)
        .await?
        .ok_or_else(|| Failure::from(Problem::new(&SLIP_STATE).with("status", row.status.as_str())))?;
    let proxy = store::proxy_of(db, row.id).await?;
    let holder = holder(&slips, db, &row, proxy.as_ref()).await?;
    let site = slips.places.site(HallId(row.hall_id), Language::Chinese);
    let until = row
        .kept_until
        .map(|until| {
            local(until - TimeDelta::seconds(1))
                .format("%Y年%-m月%-d日")
                .to_string()
        })
        .unwrap_or_default();

    let mut sheet = Sheet::new()?;
    sheet.title("领取凭证");
    sheet.code(&drawn(&token.text(), EcLevel::Q)?);
    sheet.large(&on_paper(&slips, &row));
    sheet.line("领取码，请勿告诉他人");
    sheet.gap();
    sheet.fact("领取物品", &row.item_zh);
    sheet.fact("编号", &row.reference);
    sheet.fact("领取人", &holder.name.masked());
    sheet.fact("身份证号码", &holder.id_number.masked());
    if let Some(owner) = &holder.on_behalf_of {
        sheet.fact("委托人", owner);
    }
    if let Some(site) = &site {
        sheet.fact("领取点", &site.name);
        sheet.fact("地址", &site.address);
        sheet.fact("电话", &site.phone);
        for hours in &site.hours {
            sheet.fact(
                "办公时间",
                &format!("{} {}–{}", weekdays(&hours.days), hours.from, hours.to),
            );
        }
    }
    sheet.fact("保管期限", &until);
    sheet.gap();
    for thing in what_to_bring(row.kind()?, proxy.is_some()) {
        sheet.line(&format!("· 请携带{}", thing.zh));
    }
    sheet.line("· 工作人员核对身份证和领取码后交付，凭证只能使用一次");
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"slip.pdf\""))
        .body(sheet.finish()?))
}

/// Weekdays as a notice at a door names them.
fn weekdays(days: &[String]) -> String {
    const NAMES: [(&str, &str); 7] = [
        ("mon", "一"),
        ("tue", "二"),
        ("wed", "三"),
        ("thu", "四"),
        ("fri", "五"),
        ("sat", "六"),
        ("sun", "日"),
    ];
    let names: Vec<&str> = NAMES
        .iter()
        .filter(|(day, _)| days.iter().any(|open| open == day))
        .map(|(_, name)| *name)
        .collect();
    format!("周{}", names.join("、"))
}
