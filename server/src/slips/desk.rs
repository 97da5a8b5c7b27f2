//! What the staff of a site do with a slip before it is shown: lay the thing ready, post it, send it to another site, take it back.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Json, Path},
};
use sea_orm::{DatabaseTransaction, UpdateMany, sea_query::Expr};
use serde::Deserialize;
use serde_json::json;
use shared::{
    ids::SlipId,
    notify::rules::Kind,
    slips::{
        rules::{Action, RevokedFor},
        wire::{MoveRequest, PostedRequest, Slip},
    },
    time::Instant,
};

use super::{
    done::Done,
    entity::slip::{self, Column},
    locker,
    ready::{lay_ready, renew},
    service::Slips,
    store, texts,
};
use crate::{
    identity::HallStaff,
    notify,
    platform::idempotency::Once,
    problem::{Failure, invalid_field, language_of},
};

/// Why a slip is taken back.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct WithdrawRequest {
    /// The reason, which stands in the audit log.
    #[schema(example = "证件信息有误，须重制")]
    pub reason: String,
}

/// The thing lies ready from now on.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/prepared")]
pub async fn prepared(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<HttpResponse, Failure> {
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    store::at_site(&transaction, staff.hall.0, *id).await?;
    let row = lay_ready(&slips, &transaction, *id, None, now).await?;
    notify::enqueue(&transaction, &slips.platform, now, texts::ready(&slips, &row)).await?;
    let done = Done::of(staff.actor(), "slip.prepare");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// The document is with the post.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = PostedRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/posted")]
pub async fn posted(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Json<PostedRequest>,
) -> Result<HttpResponse, Failure> {
    let tracking = body.tracking.trim();
    if !Kind::Code.fits(tracking) {
        return Err(invalid_field("tracking", "the post's number has letters and digits"));
    }
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    let numbered =
        |change: UpdateMany<slip::Entity>| change.col_expr(Column::Tracking, Expr::value(Some(tracking.to_owned())));
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::Post,
        RevokedFor::Mailed,
        numbered,
        now,
    )
    .await?;
    notify::enqueue(
        &transaction,
        &slips.platform,
        now,
        texts::mailed(&slips, &row, tracking),
    )
    .await?;
    let done = Done::of(staff.actor(), "slip.post");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Releases a thing to another site. Only its present site can, so that a console without a connection never hands over what is elsewhere.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = MoveRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/move")]
pub async fn move_slip(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Json<MoveRequest>,
) -> Result<HttpResponse, Failure> {
    let language = language_of(request.headers());
    if body.hall_id == staff.hall || slips.places.site(body.hall_id, language).is_none() {
        return Err(invalid_field("hall_id", "this is no other site"));
    }
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    let elsewhere = |change: UpdateMany<slip::Entity>| change.col_expr(Column::HallId, Expr::value(body.hall_id.0));
    locker::take_out(&transaction, row.id).await?;
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::Move,
        RevokedFor::Moved,
        elsewhere,
        now,
    )
    .await?;
    notify::enqueue(&transaction, &slips.platform, now, texts::ready(&slips, &row)).await?;
    let done = Done::of(staff.actor(), "slip.move");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Takes a slip back, with a reason.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = WithdrawRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/withdrawal")]
pub async fn withdraw(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Json<WithdrawRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(invalid_field("reason", "a reason has one to 200 characters"));
    }
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    locker::take_out(&transaction, row.id).await?;
    let row = take_back(&slips, &transaction, &row, now).await?;
    let done = Done {
        by: staff.actor(),
        action: "slip.withdraw",
        reason: Some(reason),
        detail: json!({}),
    };
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Takes a slip back: its tokens no longer count.
pub async fn take_back(
    slips: &Slips,
    db: &DatabaseTransaction,
    row: &slip::Model,
    now: Instant,
) -> Result<slip::Model, Failure> {
    let (action, reason) = (Action::Withdraw, RevokedFor::Withdrawn);
    renew(slips, db, row, action, reason, |change| change, now).await
}
