//! `GET /payments/{id}/receipt.pdf`: the receipt on paper.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use sea_orm::EntityTrait;
use shared::{
    ids::PaymentId,
    problem,
    time::{Instant, local},
};

use super::{entity::decision, receipts, store};
use crate::{
    identity::{self, Resident},
    platform::{Platform, pdf::Sheet},
    problem::Failure,
};

/// What the fiscal system issued, as a page to print, in Chinese. It shows the receipt and is none by itself: its number and check code are verified with the
/// fiscal system.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, content_type = "application/pdf", description = "The page."), crate::problem::Refusals),
)]
#[get("/payments/{id}/receipt.pdf")]
pub async fn receipt_pdf(
    resident: Resident,
    platform: Data<Platform>,
    id: Path<PaymentId>,
) -> Result<HttpResponse, Failure> {
    let db = platform.db.reader();
    let (payment, receipt) = receipts::own(db, &resident, *id).await?;
    let decision = decision::Entity::find_by_id(payment.decision_id)
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let person = identity::person(db, &platform, decision.person_id.into()).await?;
    // Who only pays for another reads no more of the name than on the screen.
    let payer = person.map(|person| {
        if store::owns(&resident, &decision) {
            person.name.expose().to_owned()
        } else {
            person.name.masked()
        }
    });

    let mut sheet = Sheet::new()?;
    sheet.title("非税收入电子票据");
    if receipt.voided {
        sheet.large("已作废");
        sheet.line("款项已退回，本票据不再有效。");
    }
    sheet.gap();
    sheet.fact("票据代码", &receipt.code);
    sheet.fact("票据号码", &receipt.number);
    sheet.fact("校验码", &receipt.check_code);
    sheet.fact("缴款码", &receipt.payment_code);
    sheet.fact("开票时间", &moment(receipt.issued_at));
    sheet.gap();
    sheet.fact("交款人", &payer.unwrap_or_default());
    sheet.fact("项目", "公安罚没收入（交通违法罚款）");
    sheet.fact("决定书编号", &decision.decision_no);
    sheet.fact("执收单位", &decision.agency);
    sheet.gap();
    sheet.large(&format!("¥{}", receipt.amount_fen));
    sheet.fact("缴款方式", "微信支付");
    if let Some(at) = payment.paid_at {
        sheet.fact("缴款时间", &moment(at));
    }
    if let Some(number) = &payment.transaction_id {
        sheet.fact("支付单号", number);
    }
    sheet.gap();
    sheet.line("本页由财政电子票据系统的开票信息生成，凭票据代码、票据号码和校验码可在财政部门网站查验。");
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"receipt.pdf\""))
        .body(sheet.finish()?))
}

fn moment(at: Instant) -> String {
    local(at).format("%Y年%-m月%-d日 %H:%M").to_string()
}
