//! Counter sessions (窗口值守): a clerk opens a counter, sees its queue, and closes it.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    ids::{CounterId, PersonId},
    language::Language,
    list::List,
    problem,
    queue::wire::{
        COUNTER_CLOSED, COUNTER_PAUSED, COUNTER_RETIRED, COUNTER_TAKEN, ClerkTicket, CounterSession, TICKET_OPEN,
    },
    time::day_of,
};
use uuid::Uuid;

use super::{
    entity::{counter_session, ticket},
    hall_state::clerk_view,
    halls::Halls,
    store,
};
use crate::{
    catalog::{Catalogue, Counter, Snapshot},
    identity::{self, Clerk},
    platform::{Platform, bus::Event, db, idempotency::Once},
    problem::{Failure, language_of},
};

/// The clerk's open counter.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    responses((status = 200, body = CounterSession), crate::problem::Refusals),
)]
#[get("/counters/current")]
pub async fn current_session(
    request: HttpRequest,
    clerk: Clerk,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<CounterSession>, Failure> {
    let db = platform.db.reader();
    let session = store::session_of(db, clerk.staff)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let language = language_of(request.headers());
    Ok(Json(
        session_view(db, &platform, &catalogue.now(), &session, language).await?,
    ))
}

/// Opens a counter. A counter has one clerk, and a clerk one counter.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 201, body = CounterSession), crate::problem::Refusals),
)]
#[post("/counters/{id}/session")]
pub async fn open_session(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    counter: Path<CounterId>,
) -> Result<HttpResponse, Failure> {
    let snapshot = catalogue.now();
    snapshot
        .counter(*counter)
        .filter(|counter| counter.hall == clerk.hall)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if !counter_in_use(&snapshot, *counter) {
        return Err(Failure::from(&COUNTER_RETIRED));
    }
    let row = counter_session::Model {
        id: Uuid::now_v7(),
        counter_id: counter.0,
        hall_id: clerk.hall.0,
        staff_id: clerk.staff.0,
        opened_at: platform.clock.now(),
        closed_at: None,
        paused: false,
        streak: 0,
    };
    let insert = counter_session::ActiveModel {
        id: Set(row.id),
        counter_id: Set(row.counter_id),
        hall_id: Set(row.hall_id),
        staff_id: Set(row.staff_id),
        opened_at: Set(row.opened_at),
        closed_at: Set(row.closed_at),
        paused: Set(row.paused),
        streak: Set(row.streak),
    };
    let transaction = platform.db.begin().await?;
    counter_session::Entity::insert(insert)
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&COUNTER_TAKEN)
            } else {
                error.into()
            }
        })?;
    let language = language_of(request.headers());
    let view = session_view(&transaction, &platform, &snapshot, &row, language).await?;
    let response = once.commit(transaction, StatusCode::CREATED, &view).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    Ok(response)
}

/// Closes the clerk's counter. An open ticket must be finished, missed or parked first.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 204, description = "The counter is closed."), crate::problem::Refusals),
)]
#[delete("/counters/{id}/session")]
pub async fn close_session(
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    counter: Path<CounterId>,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let session = own_session(&transaction, &clerk, *counter).await?;
    if store::open_ticket(&transaction, session.id).await?.is_some() {
        return Err(Failure::from(&TICKET_OPEN));
    }
    counter_session::Entity::update_many()
        .col_expr(counter_session::Column::ClosedAt, Expr::value(platform.clock.now()))
        .filter(counter_session::Column::Id.eq(session.id))
        .filter(counter_session::Column::ClosedAt.is_null())
        .exec(&transaction)
        .await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    Ok(response)
}

/// The tickets that wait for a counter's groups, in the order in which it will call them and with the reason for each; then those that
/// were put aside.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 200, body = List<ClerkTicket>), crate::problem::Refusals),
)]
#[get("/counters/{id}/queue")]
pub async fn counter_queue(
    request: HttpRequest,
    clerk: Clerk,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    counter: Path<CounterId>,
) -> Result<Json<List<ClerkTicket>>, Failure> {
    let snapshot = catalogue.now();
    let counter = snapshot
        .counter(*counter)
        .filter(|counter| counter.hall == clerk.hall)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let state = halls.state(clerk.hall).await?;
    let language = language_of(request.headers());
    let line = state.line_of(counter.id, &counter.groups, platform.clock.now());
    let tickets = line.map(|(row, reason)| {
        let ticket = state.clerk_ticket(row, &snapshot, language)?;
        Ok::<_, Failure>(ClerkTicket { reason, ..ticket })
    });
    Ok(Json(List::whole(tickets.collect::<Result<_, _>>()?)))
}

/// Whether tickets are called to a counter.
fn counter_in_use(catalogue: &Snapshot, counter: CounterId) -> bool {
    catalogue.counter(counter).is_some_and(|counter| counter.active)
}

/// The clerk's open session at this counter.
pub async fn own_session(
    db: &impl ConnectionTrait,
    clerk: &Clerk,
    counter: CounterId,
) -> Result<counter_session::Model, Failure> {
    store::session_of(db, clerk.staff)
        .await?
        .filter(|session| session.counter_id == counter.0)
        .ok_or_else(|| Failure::from(&COUNTER_CLOSED))
}

/// The clerk's open session at this counter, if it may call: the counter is in use and not paused, and its last ticket is over.
pub async fn calling_session(
    db: &impl ConnectionTrait,
    clerk: &Clerk,
    counter: &Counter,
) -> Result<counter_session::Model, Failure> {
    let session = own_session(db, clerk, counter.id).await?;
    if !counter.active {
        Err(Failure::from(&COUNTER_RETIRED))
    } else if session.paused {
        Err(Failure::from(&COUNTER_PAUSED))
    } else if store::open_ticket(db, session.id).await?.is_some() {
        Err(Failure::from(&TICKET_OPEN))
    } else {
        Ok(session)
    }
}

/// A session as its clerk sees it.
pub async fn session_view(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    session: &counter_session::Model,
    language: Language,
) -> Result<CounterSession, Failure> {
    let counter = catalogue.counter(session.counter_id.into());
    let groups = counter.map(|counter| counter.groups.clone()).unwrap_or_default();
    let current = match store::open_ticket(db, session.id).await? {
        None => None,
        Some(row) => Some(clerk_ticket(db, platform, catalogue, &row, language).await?),
    };
    let waiting = store::callable(db, session.hall_id.into(), day_of(platform.clock.now()), &groups)
        .await?
        .len();
    Ok(CounterSession {
        id: session.id.into(),
        counter_id: session.counter_id.into(),
        hall_id: session.hall_id.into(),
        number: counter.map_or(0, |counter| counter.number),
        groups,
        opened_at: session.opened_at,
        current,
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        paused: session.paused,
    })
}

/// A ticket as its clerk sees it, with the person's masked name.
pub async fn clerk_ticket(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    row: &ticket::Model,
    language: Language,
) -> Result<ClerkTicket, Failure> {
    let person = row.person_id.map(PersonId);
    let names = identity::persons_names(db, platform, person).await?;
    clerk_view(
        row,
        person.and_then(|person| names.get(&person).cloned()),
        catalogue,
        language,
    )
}
