//! `POST /slip-look-ups` and `POST /slip-redemptions`: what a clerk, or a locker, does with a slip that is shown.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    identity::rules::IdNumber,
    image::{ImageError, check},
    problem::Problem,
    slips::{
        code::TRIES,
        proof::{Evidence, LARGEST_SIGNATURE, Refusal, Shown, judge},
        wire::{Handover, LookUpRequest, RedeemRequest, Redeemed},
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    code,
    collect::{HandedBy, Handing, Place, Signature, answered, collect},
    entity::slip,
    locker::{compartments, lying_in},
    scan::{Scanned, already_redeemed, scan},
    service::Slips,
    tokens,
    view::item,
};
use crate::{
    identity::Redeemer,
    notify,
    platform::{
        audit::{self, Deed},
        idempotency::{Actor, Once, answer},
        pdf::Drawing,
    },
    problem::{Failure, invalid_field, language_of},
};

/// Tells what is to be handed over and what to ask for. Nothing changes, but the look-up is recorded.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = []), ("locker" = [])),
    request_body = LookUpRequest,
    responses((status = 200, body = Handover), crate::problem::Refusals),
)]
#[post("/slip-look-ups")]
pub async fn look_up(
    request: HttpRequest,
    redeemer: Redeemer,
    slips: Data<Slips>,
    body: Json<LookUpRequest>,
) -> Result<Json<Handover>, Failure> {
    let (now, language) = (slips.platform.clock.now(), language_of(request.headers()));
    let reader = slips.platform.db.reader();
    let claims = slips.verify(reader, &body.token).await?;
    let scanned = scan(&slips, reader, claims, redeemer.hall().0, now, language).await?;
    if let Redeemer::Locker(locker) = &redeemer {
        lying_in(reader, locker, scanned.slip.id).await?;
    }
    let holder = scanned.holder(&slips, reader).await?;
    let compartment = compartments(reader, [scanned.slip.id]).await?.remove(&scanned.slip.id);
    let transaction = slips.platform.db.begin().await?;
    audit::record(
        &transaction,
        now,
        deed(redeemer.actor(), &scanned, "slip.look_up", None),
    )
    .await?;
    transaction.commit().await?;
    let handover = Handover {
        slip_id: scanned.slip.id.into(),
        kind: claims.kind,
        medium: claims.medium,
        item: item(&scanned.slip, language),
        reference: scanned.slip.reference.clone(),
        holder: holder.name.masked(),
        holder_id_number: holder.id_number.masked(),
        on_behalf_of: holder.on_behalf_of,
        compartment,
        needs_id: false,
        needs_code: false,
        needs_signature: false,
    };
    Ok(Json(handover.asking(scanned.shown())))
}

fn deed<'a>(actor: Actor, scanned: &Scanned, action: &'a str, refused: Option<Refusal>) -> Deed<'a> {
    Deed {
        actor: Some(actor),
        action,
        subject_kind: "slip",
        subject_id: Some(scanned.slip.id),
        reason: None,
        detail: match refused {
            None => json!({}),
            Some(refusal) => json!({"refused": refusal.to_string()}),
        },
    }
}

/// Redeems a slip; a locker opens the compartment that the answer names. The same scanner's retry, known by its number, gets the same success; everyone else is told when and where it was redeemed.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = []), ("locker" = [])),
    request_body = RedeemRequest,
    responses((status = 201, body = Redeemed), crate::problem::Refusals),
)]
#[post("/slip-redemptions")]
pub async fn redeem(
    request: HttpRequest,
    redeemer: Redeemer,
    once: Once,
    slips: Data<Slips>,
    body: Json<RedeemRequest>,
) -> Result<HttpResponse, Failure> {
    let (now, language) = (slips.platform.clock.now(), language_of(request.headers()));
    if !(16..=128).contains(&body.nonce.len()) {
        return Err(invalid_field("nonce", "a nonce has 16 to 128 characters"));
    }
    let id_number = body.id_number.as_deref().map(str::parse::<IdNumber>).transpose();
    let id_number = id_number.map_err(|error| invalid_field("id_number", error))?;
    let signature = body.signature.as_deref().map(signature).transpose()?;
    let reader = slips.platform.db.reader();
    let claims = slips.verify(reader, &body.token).await?;
    let index = tokens::index_of(&slips.platform.keys, claims.id);
    if let Some(before) = answered(&slips, reader, &body.nonce, &index, language).await? {
        return Ok(answer(StatusCode::CREATED, &before));
    }
    // Whoever comes too late is refused without waiting for those who write.
    let waiting = scan(&slips, reader, claims, redeemer.hall().0, now, language).await?;
    let by = handed_by(&slips, &redeemer, waiting.slip.id).await?;

    let transaction = slips.platform.db.begin().await?;
    let scanned = scan(&slips, &transaction, claims, redeemer.hall().0, now, language).await?;
    let (shown, evidence) = weigh(&slips, &transaction, &scanned, &body, id_number, now).await?;
    if let Err(refusal) = judge(shown, evidence) {
        return Err(refused(transaction, redeemer.actor(), &scanned, refusal, now).await?);
    }
    let handing = Handing {
        nonce: &body.nonce,
        by,
        id_checked: evidence.id_card == Some(true),
        signature: signature.as_ref(),
        offline: false,
        at: now,
    };
    let Some(redeemed) = collect(&slips, &transaction, &scanned, &handing, language).await? else {
        transaction.rollback().await?;
        return match answered(&slips, reader, &body.nonce, &scanned.index, language).await? {
            Some(before) => Ok(answer(StatusCode::CREATED, &before)),
            None => Err(already_redeemed(&slips, reader, &scanned.slip, language).await?),
        };
    };
    let response = once.commit(transaction, StatusCode::CREATED, &redeemed).await?;
    notify::wake(&slips.platform);
    Ok(response)
}

/// By whom it is handed over: whoever stands at the counter, or whoever laid the thing into the locker.
async fn handed_by(slips: &Slips, redeemer: &Redeemer, slip: Uuid) -> Result<HandedBy, Failure> {
    let db = slips.platform.db.reader();
    Ok(match redeemer {
        Redeemer::Staff(staff) => HandedBy::of(staff, slips.places.counter_of(db, staff.staff).await?),
        Redeemer::Locker(locker) => {
            let lying = lying_in(db, locker, slip).await?;
            HandedBy {
                hall: locker.hall,
                staff: lying.stored_by.into(),
                actor: locker.actor(),
                place: Place::Compartment(locker.device, lying.number),
            }
        }
    })
}

/// A signature is a small PNG on which something can be seen; whether one is needed is judged later.
fn signature(text: &str) -> Result<Signature, Failure> {
    let octets = BASE64_STANDARD
        .decode(text)
        .map_err(|error| invalid_field("signature", error))?;
    check(&octets, LARGEST_SIGNATURE).map_err(Problem::from)?;
    let drawing = Drawing::of_png(&octets).ok_or_else(|| Failure::from(Problem::from(ImageError::Empty)))?;
    Ok(Signature {
        text: text.to_owned(),
        drawing,
    })
}

/// What was brought is worth. A code is tried only after the try was counted, so that many at once are not more tries than five.
async fn weigh(
    slips: &Slips,
    db: &DatabaseTransaction,
    scanned: &Scanned,
    body: &RedeemRequest,
    id_number: Option<IdNumber>,
    now: Instant,
) -> Result<(Shown, Evidence), Failure> {
    let mut shown = scanned.shown();
    let id_card = match id_number {
        None => None,
        Some(number) => Some(scanned.holder(slips, db).await?.id_number == number),
    };
    let mut evidence = Evidence {
        code: None,
        id_card,
        signed: body.signature.is_some(),
    };
    let Some(typed) = &body.code else {
        return Ok((shown, evidence));
    };
    if id_card != Some(true) && !count_try(db, &scanned.slip).await? {
        shown.locked = true;
        return Ok((shown, evidence));
    }
    evidence.code = Some(code::verdict(slips, typed, &scanned.claims, now));
    Ok((shown, evidence))
}

async fn count_try(db: &DatabaseTransaction, row: &slip::Model) -> Result<bool, Failure> {
    let counted = slip::Entity::update_many()
        .col_expr(slip::Column::WrongCodes, Expr::col(slip::Column::WrongCodes).add(1))
        .filter(slip::Column::Id.eq(row.id))
        .filter(slip::Column::Serial.eq(row.serial))
        .filter(slip::Column::WrongCodes.lt(TRIES))
        .exec(db)
        .await?;
    Ok(counted.rows_affected == 1)
}

/// The problem of a refusal. Of a wrong code and a wrong ID card a trace is kept; anything else leaves everything as it was.
async fn refused(
    transaction: DatabaseTransaction,
    actor: Actor,
    scanned: &Scanned,
    refusal: Refusal,
    now: Instant,
) -> Result<Failure, Failure> {
    let problem = Problem::from(refusal);
    match refusal {
        Refusal::CodeWrong | Refusal::IdMismatch => {
            audit::record(&transaction, now, deed(actor, scanned, "slip.refuse", Some(refusal))).await?;
            transaction.commit().await?;
        }
        _ => transaction.rollback().await?,
    }
    let tries_left = Ord::max(TRIES - 1 - scanned.slip.wrong_codes, 0);
    Ok(match refusal {
        Refusal::CodeWrong => problem.with("tries_left", tries_left).into(),
        _ => problem.into(),
    })
}
