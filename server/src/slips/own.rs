//! `POST /slips/{id}/reissue` and `PUT`, `DELETE /slips/{id}/mail`: what an owner changes about a slip.

use actix_web::{
    HttpRequest, HttpResponse, delete, post, put,
    web::{Data, Json, Path},
};
use sea_orm::{UpdateMany, sea_query::Expr};
use shared::{
    identity::rules::{PersonName, Phone},
    ids::SlipId,
    slips::{
        rules::{Action, RevokedFor, SlipStatus, StoragePolicy},
        wire::{MailRequest, Slip},
    },
};

use super::{
    done::Done,
    entity::slip::{self, Column},
    ready::renew,
    sealed::{MAIL_ADDRESS, MAIL_PHONE, MAIL_RECIPIENT},
    service::Slips,
    store, texts,
};
use crate::{
    identity::IdentifiedResident,
    notify,
    platform::idempotency::Once,
    problem::{Failure, invalid_field},
};

/// Addresses have this many characters.
const ADDRESS: std::ops::RangeInclusive<usize> = 6..=120;

/// Gives out a new slip: when a paper was lost or a picture went astray, or when the time of storage is over, which then begins anew.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/reissue")]
pub async fn reissue(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<HttpResponse, Failure> {
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::own(&transaction, &resident, *id).await?;
    let lapsed = row.status()? == SlipStatus::Lapsed;
    let kept_until = StoragePolicy::default().kept_until(row.kind()?, now, None);
    let longer = |change: UpdateMany<slip::Entity>| {
        if !lapsed {
            return change;
        }
        change
            .col_expr(Column::KeptUntil, Expr::value(kept_until))
            .col_expr(Column::Reminders, Expr::value(0))
    };
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::Reissue,
        RevokedFor::Reissued,
        longer,
        now,
    )
    .await?;
    notify::enqueue(&transaction, platform, now, texts::ready(&slips, &row)).await?;
    let done = Done::of(resident.actor(), "slip.reissue");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Has a document posted instead, until it is prepared. The bureau pays.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = MailRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[put("/slips/{id}/mail")]
pub async fn choose_mail(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Json<MailRequest>,
) -> Result<HttpResponse, Failure> {
    let recipient: PersonName = body
        .recipient
        .parse()
        .map_err(|error| invalid_field("recipient", error))?;
    let phone: Phone = body.phone.parse().map_err(|error| invalid_field("phone", error))?;
    let address = body.address.trim();
    if !ADDRESS.contains(&address.chars().count()) {
        return Err(invalid_field("address", "an address has 6 to 120 characters"));
    }
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::own(&transaction, &resident, *id).await?;
    let seal = |field, text: &str| {
        platform
            .keys
            .seal(field, row.id, text)
            .map(|sealed| Expr::value(Some(sealed)))
    };
    let (recipient, phone, address) = (
        seal(MAIL_RECIPIENT, recipient.expose())?,
        seal(MAIL_PHONE, phone.expose())?,
        seal(MAIL_ADDRESS, address)?,
    );
    let addressed = |change: UpdateMany<slip::Entity>| {
        change
            .col_expr(Column::MailRecipient, recipient)
            .col_expr(Column::MailPhone, phone)
            .col_expr(Column::MailAddress, address)
    };
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::ChooseMail,
        RevokedFor::Mailed,
        addressed,
        now,
    )
    .await?;
    let done = Done::of(resident.actor(), "slip.choose_mail");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Collects the document after all; the address is forgotten.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[delete("/slips/{id}/mail")]
pub async fn choose_pickup(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<HttpResponse, Failure> {
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::own(&transaction, &resident, *id).await?;
    let forgotten = |change: UpdateMany<slip::Entity>| {
        let nothing = || Expr::value(None::<Vec<u8>>);
        change
            .col_expr(Column::MailRecipient, nothing())
            .col_expr(Column::MailPhone, nothing())
            .col_expr(Column::MailAddress, nothing())
    };
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::ChoosePickup,
        RevokedFor::Reissued,
        forgotten,
        now,
    )
    .await?;
    let done = Done::of(resident.actor(), "slip.choose_pickup");
    done.answer(&request, &once, &slips, transaction, row, now).await
}
