//! Remembered answers: the same request under the same `Idempotency-Key` gets the first answer again.
//!
//! The answer is stored in the transaction of the change itself ([`Once::commit`]), so after a crash either both are there or neither.
//! Keys are remembered for a day and belong to whoever sent them.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header::HeaderMap},
    middleware::Next,
    web::{Bytes, Data},
};
use aws_lc_rs::digest::{Context, SHA256};
use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, FromQueryResult, Iterable,
    QueryFilter,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};
use serde::Serialize;
use shared::{
    ids::ResidentId,
    problem::{self, Problem},
    time::Instant,
};

use uuid::Uuid;

use self::row::{ActiveModel, Column, Entity, Model};
use super::{
    Platform,
    db::{self, Db},
    gather::Gather,
};
use crate::problem::Failure;

/// How long an answer is remembered.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// The header that carries the key.
pub const HEADER: &str = "Idempotency-Key";

/// Whoever acts, as far as the platform needs to know; set on each request by the authentication in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// `resident`, `staff` or `device`.
    pub kind: &'static str,
    /// The account.
    pub id: Uuid,
}

impl Actor {
    /// A resident on their own account.
    pub const fn resident(account: ResidentId) -> Self {
        Self {
            kind: "resident",
            id: account.0,
        }
    }
}

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub request_hash: Vec<u8>,
        pub status: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub body: Json,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Finds the answers that are remembered under scopes and keys.
pub type Answers = Gather<(Vec<u8>, String), Model>;

/// Starts looking answers up together.
pub fn answers(db: &Db) -> Answers {
    let db = db.clone();
    Gather::by(move |keys: Vec<(Vec<u8>, String)>| {
        let db = db.clone();
        async move {
            let rows = db.reader().query_all(&remembered(keys)).await?;
            let rows: Vec<Model> = rows
                .iter()
                .map(|row| Model::from_query_result(row, ""))
                .collect::<Result<_, _>>()?;
            Ok(rows
                .into_iter()
                .map(|row| ((row.scope.clone(), row.key.clone()), row))
                .collect())
        }
    })
}

/// The answers under these scopes and keys.
///
/// They are joined as a list of values: a condition for each, one beside the other, costs PostgreSQL more to plan than to look up. The list
/// has a power of two of entries, the last one repeated, so that few statements have to be known.
fn remembered(mut keys: Vec<(Vec<u8>, String)>) -> SelectStatement {
    let length = keys.len().next_power_of_two();
    if let Some(last) = keys.last().cloned() {
        keys.resize(length, last);
    }
    let of_row = |column| Expr::col((Entity, column));
    Query::select()
        .columns(Column::iter().map(|column| (Entity, column)))
        .from_values(keys, "asked")
        .inner_join(
            Entity,
            of_row(Column::Scope)
                .equals(("asked", "column1"))
                .and(of_row(Column::Key).equals(("asked", "column2"))),
        )
        .to_owned()
}

/// A key as it came with a request, and what the request was.
#[derive(Clone, Debug)]
struct Marked {
    key: String,
    request_hash: Vec<u8>,
}

/// Middleware that takes note of a request's key and content before the content is consumed.
pub async fn note_key(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match note(&mut request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(failure) => Ok(request.error_response(failure)),
    }
}

async fn note(request: &mut ServiceRequest) -> Result<(), Failure> {
    if !matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::DELETE | Method::PATCH
    ) {
        return Ok(());
    }
    let Some(key) = key_of(request.headers())? else {
        return Ok(());
    };
    let body = request
        .extract::<Bytes>()
        .await
        .map_err(|_too_large| Failure::from(&problem::TOO_LARGE))?;
    let mut hash = Context::new(&SHA256);
    hash.update(request.method().as_str().as_bytes());
    hash.update(request.path().as_bytes());
    hash.update(&[0]);
    hash.update(&body);
    request.set_payload(body.into());
    let request_hash = hash.finish().as_ref().to_vec();
    request.extensions_mut().insert(Marked { key, request_hash });
    Ok(())
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(&problem::MALFORMED).on_field(HEADER).into()),
    }
}

/// The right to answer a request once.
///
/// As an extractor it ends a request that was answered before with the stored answer.
#[derive(Debug)]
pub struct Once {
    scope: Vec<u8>,
    marked: Option<Marked>,
    now: Instant,
}

/// An answer to be stored with its change.
#[derive(Clone, Debug)]
pub struct Remembered(ActiveModel);

impl Once {
    /// The answer as a row for the change's own transaction; nothing when the request carried no key.
    pub fn remember(&self, status: StatusCode, body: &impl Serialize) -> Result<Option<Remembered>, Failure> {
        let Some(marked) = &self.marked else { return Ok(None) };
        Ok(Some(Remembered(ActiveModel {
            scope: Set(self.scope.clone()),
            key: Set(marked.key.clone()),
            request_hash: Set(marked.request_hash.clone()),
            status: Set(i32::from(status.as_u16())),
            body: Set(serde_json::to_value(body).map_err(anyhow::Error::from)?),
            created_at: Set(self.now),
        })))
    }

    /// Ends the request with the stored answer, if a parallel attempt at the same request has stored one meanwhile.
    pub async fn answered_meanwhile(&self, platform: &Platform) -> Result<(), Failure> {
        let Some(marked) = &self.marked else { return Ok(()) };
        match platform.answers.find((self.scope.clone(), marked.key.clone())).await? {
            None => Ok(()),
            Some(row) if row.created_at < self.now - REMEMBERED => Ok(()),
            Some(row) if row.request_hash == marked.request_hash => Err(Failure::Answered {
                status: u16::try_from(row.status).unwrap_or(200),
                body: row.body,
            }),
            Some(_) => Err(Failure::from(&problem::IDEMPOTENCY_MISMATCH)),
        }
    }

    /// Commits the change together with its answer.
    ///
    /// When the same request was committed a moment ago on another connection, this change is rolled back and the caller is told to
    /// ask again, which then finds the stored answer.
    pub async fn commit(
        &self,
        transaction: DatabaseTransaction,
        status: StatusCode,
        body: &impl Serialize,
    ) -> Result<HttpResponse, Failure> {
        if let Some(remembered) = self.remember(status, body)? {
            store(&transaction, vec![remembered]).await.map_err(|error| {
                if db::is_duplicate(&error) {
                    Failure::from(&problem::UNAVAILABLE)
                } else {
                    error.into()
                }
            })?;
        }
        transaction.commit().await?;
        Ok(answer(status, body))
    }
}

/// The response for an answer; without a body for 204.
pub fn answer(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    if status == StatusCode::NO_CONTENT {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::build(status).json(body)
    }
}

/// Stores answers; fails as a duplicate when one of the keys is taken.
pub async fn store(db: &impl ConnectionTrait, answers: Vec<Remembered>) -> Result<(), DbErr> {
    if !answers.is_empty() {
        Entity::insert_many(answers.into_iter().map(|Remembered(row)| row))
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Stores those answers whose keys are not taken.
pub async fn store_new(db: &impl ConnectionTrait, answers: Vec<Remembered>) -> Result<(), DbErr> {
    if !answers.is_empty() {
        Entity::insert_many(answers.into_iter().map(|Remembered(row)| row))
            .on_conflict(
                OnConflict::columns([Column::Scope, Column::Key])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Forgets answers that are older than a day.
pub async fn forget_old(db: &impl ConnectionTrait, now: Instant) -> Result<u64, DbErr> {
    let forgotten = Entity::delete_many()
        .filter(Column::CreatedAt.lt(now - REMEMBERED))
        .exec(db)
        .await?;
    Ok(forgotten.rows_affected)
}

impl FromRequest for Once {
    type Error = Failure;
    type Future = futures::future::LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let marked = request.extensions().get::<Marked>().cloned();
        let actor = request.extensions().get::<Actor>().copied();
        let platform = request.app_data::<Data<Platform>>().cloned();
        Box::pin(async move {
            let platform = platform.ok_or_else(|| anyhow::anyhow!("the platform is not mounted"))?;
            let scope = match actor {
                Some(actor) => [actor.kind.as_bytes(), actor.id.as_bytes()].concat(),
                None => b"anyone".to_vec(),
            };
            let once = Self {
                scope,
                marked,
                now: platform.clock.now(),
            };
            once.answered_meanwhile(&platform).await?;
            Ok(once)
        })
    }
}

/// Whoever acts, for handlers that need no more than that.
impl FromRequest for Actor {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .extensions()
                .get::<Self>()
                .copied()
                .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED)),
        )
    }
}
