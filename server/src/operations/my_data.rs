//! `GET /me/data` and `DELETE /me`: what the bureau holds of a resident, and the end of the account.

use actix_web::{
    HttpResponse, delete, get,
    http::header,
    web::{Data, Json},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, DbErr, ExprTrait, QueryResult,
    sea_query::{Alias, Expr, Order, Query},
};
use serde_json::{Map, Value, json};
use shared::{
    identity::{passkeys::Step, privacy::OwnData, wire::ACCOUNT_IN_USE},
    problem::Problem,
};
use uuid::Uuid;

use crate::{
    holdings::{Closing, HOLDINGS, Holding, Kept, Of},
    identity::{Resident, Sessions, anonymise, take_proof, take_proof_in},
    platform::{
        Platform,
        audit::{self, Deed},
        keys::Field,
    },
    problem::Failure,
};

/// More rows of one table than anybody has; whoever has more is given the latest.
const ROWS: u64 = 5_000;

/// Everything that the bureau holds of the resident, opened, with the reason why each part is kept (《个人信息保护法》第四十五条). It takes a fresh proof.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = OwnData), crate::problem::Refusals),
)]
#[get("/me/data")]
pub async fn export(resident: Resident, platform: Data<Platform>) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    take_proof(&platform, resident.session, Step::ExportData, now).await?;
    let mut parts = Map::new();
    for holding in HOLDINGS {
        let Some(owner) = owner_in(holding, &resident) else {
            continue;
        };
        let rows = rows_of(&platform, holding, owner).await?;
        parts.insert(
            holding.table.to_owned(),
            json!({ "kept": holding.kept.to_string(), "rows": rows }),
        );
    }
    let transaction = platform.db.begin().await?;
    audit::record(&transaction, now, deed(&resident, "data.export")).await?;
    transaction.commit().await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"bianmin.json\""))
        .json(OwnData { made_at: now, parts }))
}

/// Closes the account, after a fresh proof. What belongs to it alone goes at once; what the law makes the bureau keep stays, without a phone.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = shared::identity::privacy::Closed), crate::problem::Refusals),
)]
#[delete("/me")]
pub async fn close_account(
    resident: Resident,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
) -> Result<Json<shared::identity::privacy::Closed>, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let mut under_way = Vec::new();
    for holding in HOLDINGS {
        if let (Some(condition), Some(owner)) = (holding.under_way, owner_in(holding, &resident)) {
            let any = Query::select()
                .from(Alias::new(holding.table))
                .column(Alias::new(holding.key))
                .and_where(owner.clone())
                .and_where(Expr::cust(condition))
                .limit(1)
                .to_owned();
            if transaction.query_one(&any).await?.is_some() {
                under_way.push(holding.table);
            }
        }
    }
    if !under_way.is_empty() {
        return Err(Problem::new(&ACCOUNT_IN_USE).with("under_way", under_way).into());
    }
    take_proof_in(&transaction, resident.session, Step::CloseAccount, now).await?;
    let mut kept = Map::new();
    for holding in HOLDINGS.iter().filter(|holding| holding.table != "residents") {
        let Some(owner) = owner_in(holding, &resident) else {
            continue;
        };
        match holding.closing {
            Closing::Removed => {
                let delete = Query::delete()
                    .from_table(Alias::new(holding.table))
                    .and_where(owner)
                    .to_owned();
                transaction.execute(&delete).await?;
            }
            Closing::Stays => {
                let why = match holding.kept {
                    Kept::ByLaw(why) | Kept::While(why) | Kept::Days { why, .. } => why,
                };
                kept.insert(holding.table.to_owned(), why.into());
            }
        }
    }
    anonymise(&transaction, &platform, resident.id).await?;
    let ended = sessions.end_all_of(&transaction, resident.id.0, None, now).await?;
    audit::record(&transaction, now, deed(&resident, "account.close")).await?;
    transaction.commit().await?;
    sessions.forget_all(&platform, ended).await;
    Ok(Json(shared::identity::privacy::Closed { kept }))
}

/// The condition under which a row is the resident's.
fn owner_in(holding: &Holding, resident: &Resident) -> Option<Expr> {
    let (column, id) = match holding.of {
        Of::Resident(column) => (column, resident.id.0),
        Of::Person(column) => (column, resident.person.as_ref()?.id.0),
        Of::Nobody => return None,
    };
    Some(Expr::col(Alias::new(column)).eq(id))
}

async fn rows_of(platform: &Platform, holding: &Holding, owner: Expr) -> Result<Vec<Value>, Failure> {
    let columns = holding
        .sealed
        .iter()
        .chain(holding.shown)
        .map(|column| Alias::new(*column));
    let mut select = Query::select();
    select
        .from(Alias::new(holding.table))
        .column(Alias::new(holding.key))
        .columns(columns.filter(|column| *column != Alias::new(holding.key)))
        .and_where(owner)
        .order_by(Alias::new(holding.key), Order::Desc)
        .limit(ROWS);
    let found = platform.db.reader().query_all(&select).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        let mut shown = Map::new();
        for column in holding.sealed {
            let sealed: Option<Vec<u8>> = row.try_get("", column)?;
            let key: Uuid = row.try_get("", holding.key)?;
            let opened = sealed.map(|sealed| platform.keys.open(Field::new(holding.table, column), key, &sealed));
            shown.insert((*column).to_owned(), opened.transpose()?.into());
        }
        for column in holding.shown {
            shown.insert((*column).to_owned(), plain(&row, column)?);
        }
        rows.push(Value::Object(shown));
    }
    Ok(rows)
}

/// A value as JSON, whatever its type in either store.
fn plain(row: &QueryResult, column: &str) -> Result<Value, DbErr> {
    if let Ok(text) = row.try_get::<Option<String>>("", column) {
        return Ok(text.into());
    }
    if let Ok(at) = row.try_get::<Option<DateTime<Utc>>>("", column) {
        return Ok(at.map(|at| at.to_rfc3339()).into());
    }
    if let Ok(day) = row.try_get::<Option<NaiveDate>>("", column) {
        return Ok(day.map(|day| day.to_string()).into());
    }
    if let Ok(number) = row.try_get::<Option<i64>>("", column) {
        return Ok(number.into());
    }
    if let Ok(number) = row.try_get::<Option<i32>>("", column) {
        return Ok(number.into());
    }
    Ok(row.try_get::<Option<bool>>("", column)?.into())
}

fn deed(resident: &Resident, action: &'static str) -> Deed<'static> {
    Deed {
        actor: Some(resident.actor()),
        action,
        subject_kind: "resident",
        subject_id: Some(resident.id.0),
        reason: None,
        detail: json!({}),
    }
}
