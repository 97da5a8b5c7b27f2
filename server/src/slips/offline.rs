//! `GET /slip-keys` and `POST /slip-redemptions/sync`: a site's console that goes on without a connection.
//!
//! A slip belongs to one site, and that site's console keeps its own log; so the same slip is not handed over at two places while neither
//! hears of the other. What the console has handed over is recorded as it happened, if nothing speaks against it.

use actix_web::{
    HttpRequest, get, post,
    web::{Data, Json},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    language::Language,
    list::List,
    problem::Problem,
    slips::{
        problems::{SLIP_EARLY, SLIP_SIGNATURE_NEEDED},
        rules::SlipStatus,
        token::{Medium, SKEW, SlipKind},
        wire::{OfflineRedemption, Redeemed, SlipKeys, SyncRequest, Synced, Waiting},
    },
    time::Instant,
};

use super::{
    collect::{HandedBy, Handing, answered, collect},
    entity::{slip, token},
    locker::in_lockers,
    scan::{already_redeemed, holder, scan},
    service::Slips,
    store, tokens,
    view::item,
};
use crate::{
    identity::HallStaff,
    notify,
    platform::audit::{self, Deed},
    problem::{Failure, invalid_field, language_of},
};

/// More than a site has waiting.
const MOST_WAITING: u64 = 2_000;
/// Redemptions of one request.
const MOST_AT_ONCE: usize = 200;
/// So late a redemption can be sent.
const LATEST: TimeDelta = TimeDelta::days(7);

/// The public keys, what waits at the site, and which of its tokens no longer count. The reading is recorded, since it names people.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    responses((status = 200, body = SlipKeys), crate::problem::Refusals),
)]
#[get("/slip-keys")]
pub async fn slip_keys(request: HttpRequest, staff: HallStaff, slips: Data<Slips>) -> Result<Json<SlipKeys>, Failure> {
    let (now, language) = (slips.platform.clock.now(), language_of(request.headers()));
    let db = slips.platform.db.reader();
    let waiting = waiting_at(&slips, db, &staff, language).await?;
    let revoked = token::Entity::find()
        .filter(token::Column::HallId.eq(staff.hall.0))
        .filter(token::Column::RevokedFor.is_not_null())
        .filter(token::Column::ExpiresAt.gt(now))
        .all(db)
        .await?;
    let mut names = Vec::with_capacity(revoked.len());
    for row in revoked {
        let medium: Medium = row.medium.parse().map_err(anyhow::Error::from)?;
        names.push(tokens::id_of(&slips.platform.keys, row.slip_id, row.serial, medium).hex());
    }
    let transaction = slips.platform.db.begin().await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "slip.list_waiting",
        subject_kind: "hall",
        subject_id: Some(staff.hall.0),
        reason: None,
        detail: json!({"count": waiting.len()}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    Ok(Json(SlipKeys {
        keys: slips.ring.public(db).await?,
        site: staff.hall,
        waiting,
        revoked: names,
        as_of: now,
    }))
}

async fn waiting_at(
    slips: &Slips,
    db: &impl ConnectionTrait,
    staff: &HallStaff,
    language: Language,
) -> Result<Vec<Waiting>, Failure> {
    let rows = slip::Entity::find()
        .filter(slip::Column::HallId.eq(staff.hall.0))
        .filter(slip::Column::Status.eq(SlipStatus::Ready.as_str()))
        // What lies in a locker is handed over there, which a console without a connection would not learn.
        .filter(slip::Column::Id.not_in_subquery(in_lockers()))
        .order_by_asc(slip::Column::Id)
        .limit(MOST_WAITING)
        .all(db)
        .await?;
    let keys = &slips.platform.keys;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows {
        let proxy = store::proxy_of(db, row.id).await?;
        let holder = holder(slips, db, &row, proxy.as_ref()).await?;
        waiting.push(Waiting {
            tokens: Medium::ALL
                .iter()
                .map(|medium| tokens::id_of(keys, row.id, row.serial, *medium).hex())
                .collect(),
            item: item(&row, language),
            reference: row.reference.clone(),
            holder: holder.name.masked(),
            holder_id_number: holder.id_number.masked(),
        });
    }
    Ok(waiting)
}

/// Records what was handed over without a connection. Each is answered by itself; what cannot be recorded stands in the audit log.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    request_body = SyncRequest,
    responses((status = 200, body = List<Synced>), crate::problem::Refusals),
)]
#[post("/slip-redemptions/sync")]
pub async fn sync(
    request: HttpRequest,
    staff: HallStaff,
    slips: Data<Slips>,
    body: Json<SyncRequest>,
) -> Result<Json<List<Synced>>, Failure> {
    if body.redemptions.len() > MOST_AT_ONCE {
        return Err(invalid_field("redemptions", "at most 200 redemptions are sent at once"));
    }
    let language = language_of(request.headers());
    let mut outcomes = Vec::with_capacity(body.redemptions.len());
    for done in &body.redemptions {
        let (redeemed, problem) = match record(&slips, &staff, done, language).await {
            Ok(redeemed) => (Some(redeemed), None),
            Err(Failure::Rejected(problem)) => {
                note_refusal(&slips, &staff, done, &problem).await?;
                (None, Some(problem.translated(language)))
            }
            // The console sends it again; what was recorded is answered as before.
            Err(failure) => return Err(failure),
        };
        outcomes.push(Synced {
            nonce: done.nonce.clone(),
            redeemed,
            problem,
        });
    }
    notify::wake(&slips.platform);
    Ok(Json(List::whole(outcomes)))
}

async fn record(
    slips: &Slips,
    staff: &HallStaff,
    done: &OfflineRedemption,
    language: Language,
) -> Result<Redeemed, Failure> {
    let now = slips.platform.clock.now();
    if !(16..=128).contains(&done.nonce.len()) {
        return Err(invalid_field("nonce", "a nonce has 16 to 128 characters"));
    }
    let reader = slips.platform.db.reader();
    let claims = slips.verify(reader, &done.token).await?;
    let index = tokens::index_of(&slips.platform.keys, claims.id);
    if let Some(before) = answered(slips, reader, &done.nonce, &index, language).await? {
        return Ok(before);
    }
    if done.at > now + SKEW || done.at + LATEST < now {
        return Err(invalid_field("at", "a redemption is sent within seven days"));
    }
    if done.at + SKEW < claims.not_before {
        return Err(Problem::new(&SLIP_EARLY).into());
    }
    if claims.kind == SlipKind::Property {
        return Err(Problem::new(&SLIP_SIGNATURE_NEEDED).into());
    }
    let transaction = slips.platform.db.begin().await?;
    let scanned = scan(slips, &transaction, claims, staff.hall.0, done.at, language).await?;
    let handing = Handing {
        nonce: &done.nonce,
        by: HandedBy::of(staff, None),
        // Without a connection the ID card is compared by eye with what the console knew.
        id_checked: true,
        signature: None,
        offline: true,
        at: done.at,
    };
    if let Some(redeemed) = collect(slips, &transaction, &scanned, &handing, language).await? {
        transaction.commit().await?;
        return Ok(redeemed);
    }
    transaction.rollback().await?;
    match answered(slips, reader, &done.nonce, &scanned.index, language).await? {
        Some(before) => Ok(before),
        None => Err(already_redeemed(slips, reader, &scanned.slip, language).await?),
    }
}

/// Something was handed over that the record speaks against: the hall's manager finds it in the audit log.
async fn note_refusal(
    slips: &Slips,
    staff: &HallStaff,
    done: &OfflineRedemption,
    problem: &Problem,
) -> Result<(), Failure> {
    let now: Instant = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "slip.sync_refused",
        subject_kind: "hall",
        subject_id: Some(staff.hall.0),
        reason: None,
        detail: json!({
            "nonce": done.nonce.chars().take(128).collect::<String>(),
            "problem": problem.kind,
            "at": shared::time::wire_time::text(done.at),
        }),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    Ok(())
}
