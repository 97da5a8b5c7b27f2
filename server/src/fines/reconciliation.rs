//! `GET /reconciliation/days/{date}`, `POST …/run` and `POST …/sign-off`: the books of a day, for finance staff.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use serde_json::json;
use shared::{
    fines::{
        staff::{Break, Day, DayStatus, SignOffRequest},
        wire::{DAY_NOT_BALANCED, DAY_STATE},
    },
    money::Fen,
    problem::Problem,
    time::Instant,
};
use uuid::Uuid;

use super::{
    alerts::{self, Alert},
    entity::{day, day_break},
    reconcile::{self, Found},
    service::Fines,
};
use crate::{
    identity::Finance,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// A note is a sentence or a few.
const NOTE_LIMIT: usize = 1000;

/// A day's books as they were compared last.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("date" = NaiveDate, Path, description = "The day.")),
    responses((status = 200, body = Day), crate::problem::Refusals),
)]
#[get("/reconciliation/days/{date}")]
pub async fn show_day(_: Finance, platform: Data<Platform>, date: Path<NaiveDate>) -> Result<Json<Day>, Failure> {
    view(platform.db.reader(), *date).await.map(Json)
}

/// Compares a day's ledger with WeChat's bill, the fiscal system and the police system.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("date" = NaiveDate, Path, description = "The day.")),
    responses((status = 200, body = Day), crate::problem::Refusals),
)]
#[post("/reconciliation/days/{date}/run")]
pub async fn run_day(
    _: Finance,
    once: Once,
    platform: Data<Platform>,
    fines: Data<Fines>,
    date: Path<NaiveDate>,
) -> Result<HttpResponse, Failure> {
    if view(platform.db.reader(), *date).await?.status == DayStatus::SignedOff {
        return Err(Failure::from(&DAY_STATE));
    }
    let found = reconcile::compare(&platform, &fines, *date).await?;
    metrics::counter!("bianmin_reconciliation_breaks_total").increment(found.breaks.len() as u64);
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    if found.fee != Fen::ZERO {
        alerts::raise(&transaction, Alert::Fee, &date.to_string(), now).await?;
    }
    if !found.breaks.is_empty() {
        alerts::raise(&transaction, Alert::Break, &date.to_string(), now).await?;
    }
    write(&transaction, *date, found, now).await?;
    let day = view(&transaction, *date).await?;
    once.commit(transaction, StatusCode::OK, &day).await
}

/// Closes a day: without breaks, or with a note that answers for them.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("date" = NaiveDate, Path, description = "The day.")),
    request_body = SignOffRequest,
    responses((status = 200, body = Day), crate::problem::Refusals),
)]
#[post("/reconciliation/days/{date}/sign-off")]
pub async fn sign_off_day(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    date: Path<NaiveDate>,
    body: Json<SignOffRequest>,
) -> Result<HttpResponse, Failure> {
    let note = body.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE_LIMIT) {
        return Err(invalid_field("note", "a note has at most 1000 characters"));
    }
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let known = view(&transaction, *date).await?;
    if known.status == DayStatus::Broken && note.is_none() {
        return Err(Problem::new(&DAY_NOT_BALANCED)
            .with("breaks", known.breaks.len())
            .into());
    }
    let signed = day::Entity::update_many()
        .col_expr(day::Column::Status, Expr::value("signed_off"))
        .col_expr(day::Column::SignedBy, Expr::value(finance.staff.0))
        .col_expr(day::Column::SignedAt, Expr::value(now))
        .col_expr(day::Column::Note, Expr::value(note))
        .filter(day::Column::Day.eq(*date))
        .filter(
            day::Column::Status
                .eq(if note.is_some() { "broken" } else { "balanced" })
                .or(
                    // A note on a day that balances does no harm.
                    day::Column::Status.eq("balanced"),
                ),
        )
        .exec(&transaction)
        .await?;
    if signed.rows_affected == 0 {
        return Err(Failure::from(&DAY_STATE));
    }
    let deed = Deed {
        actor: Some(finance.actor()),
        action: "reconciliation.sign-off",
        subject_kind: "day",
        subject_id: None,
        reason: note,
        detail: json!({ "day": *date, "breaks": known.breaks.len() }),
    };
    audit::record(&transaction, now, deed).await?;
    let day = view(&transaction, *date).await?;
    once.commit(transaction, StatusCode::OK, &day).await
}

async fn write(db: &impl ConnectionTrait, date: NaiveDate, found: Found, now: Instant) -> Result<(), Failure> {
    let status = if found.breaks.is_empty() { "balanced" } else { "broken" };
    let mut newest_wins = OnConflict::column(day::Column::Day);
    newest_wins
        .update_columns([
            day::Column::Status,
            day::Column::ReceivedFen,
            day::Column::RefundedFen,
            day::Column::FeeFen,
            day::Column::RunAt,
        ])
        // What one run recovered stays recovered in the next.
        .value(
            day::Column::Recovered,
            Expr::col((day::Entity, day::Column::Recovered)).add(found.recovered),
        )
        .action_and_where(Expr::col((day::Entity, day::Column::Status)).ne("signed_off"));
    let written = day::Entity::insert(day::ActiveModel {
        day: Set(date),
        status: Set(status.to_owned()),
        received_fen: Set(found.received.0),
        refunded_fen: Set(found.refunded.0),
        fee_fen: Set(found.fee.0),
        recovered: Set(found.recovered),
        run_at: Set(now),
        signed_by: NotSet,
        signed_at: NotSet,
        note: NotSet,
    })
    .on_conflict(newest_wins)
    .exec_without_returning(db)
    .await?;
    if written == 0 {
        return Err(Failure::from(&DAY_STATE));
    }
    day_break::Entity::delete_many()
        .filter(day_break::Column::Day.eq(date))
        .exec(db)
        .await?;
    let breaks: Vec<_> = found
        .breaks
        .into_iter()
        .map(|found| day_break::ActiveModel {
            id: Set(Uuid::now_v7()),
            day: Set(date),
            kind: Set(found.kind.as_str().to_owned()),
            reference: Set(found.reference),
            ours_fen: Set(found.ours_fen.map(|fen| fen.0)),
            theirs_fen: Set(found.theirs_fen.map(|fen| fen.0)),
        })
        .collect();
    if !breaks.is_empty() {
        day_break::Entity::insert_many(breaks)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// A day's books as they stand.
pub async fn view(db: &impl ConnectionTrait, date: NaiveDate) -> Result<Day, Failure> {
    let row = day::Entity::find_by_id(date).one(db).await?;
    let breaks = day_break::Entity::find()
        .filter(day_break::Column::Day.eq(date))
        .order_by_asc(day_break::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Break {
                kind: row.kind.parse().map_err(anyhow::Error::from)?,
                reference: row.reference,
                ours_fen: row.ours_fen.map(Fen),
                theirs_fen: row.theirs_fen.map(Fen),
            })
        })
        .collect::<Result<_, Failure>>()?;
    let status = match row.as_ref().map(|row| row.status.as_str()) {
        None => DayStatus::NotRun,
        Some("balanced") => DayStatus::Balanced,
        Some("signed_off") => DayStatus::SignedOff,
        Some(_) => DayStatus::Broken,
    };
    Ok(Day {
        date,
        status,
        received_fen: Fen(row.as_ref().map_or(0, |row| row.received_fen)),
        refunded_fen: Fen(row.as_ref().map_or(0, |row| row.refunded_fen)),
        fee_fen: Fen(row.as_ref().map_or(0, |row| row.fee_fen)),
        breaks,
        recovered_by_bill: row
            .as_ref()
            .and_then(|row| u32::try_from(row.recovered).ok())
            .unwrap_or(0),
        run_at: row.as_ref().map(|row| row.run_at),
        note: row.and_then(|row| row.note),
    })
}
