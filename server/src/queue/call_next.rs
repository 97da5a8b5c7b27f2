//! `POST /counters/{id}/call-next`: calls whoever is next.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, Query},
};
use shared::{
    ids::{CounterId, HallId, ResidentId, TicketId},
    notify::rules::{Template, shortened},
    queue::{
        order::{OrderPolicy, Turn, near, next, order, streak_after},
        rules::{Action, TicketStatus},
        wire::{COUNTER_CLOSED, ClerkTicket, QUEUE_EMPTY, TICKET_OPEN},
    },
    time::{Instant, day_of},
};

use super::{
    counter::{calling_session, clerk_ticket},
    entity::{counter_session, ticket},
    store,
    visit::score_estimate,
};
use crate::{
    catalog::{Catalogue, Counter},
    identity::Clerk,
    notify::{self, Message, Recipient},
    platform::{Platform, bus::Event, db, idempotency::Once},
    problem::{Failure, language_of},
};

/// How many others are ahead when a resident is told to come near.
const NEAR: u32 = 3;
/// How far apart calls are expected to be, when the order is foreseen.
pub const BETWEEN_CALLS: TimeDelta = TimeDelta::minutes(5);
/// How often the choice is made anew because another clerk was faster.
const TRIES: usize = 64;

/// Calls the next ticket. Any number of clerks may press at once: no ticket is called twice, and a counter has one open ticket.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 200, body = ClerkTicket), crate::problem::Refusals),
)]
#[post("/counters/{id}/call-next")]
pub async fn call_next(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    counter: Path<CounterId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let counter = snapshot
        .counter(*counter)
        .ok_or_else(|| Failure::from(&COUNTER_CLOSED))?;
    let transaction = platform.db.begin().await?;
    let session = calling_session(&transaction, &clerk, counter).await?;
    let (row, turn) = choose(&transaction, &session, counter, now).await?;
    let why = turn.reason.as_str();
    follow(&transaction, &platform, &clerk, &session, counter, &row, why, now).await?;
    let answer = clerk_ticket(&transaction, &platform, &snapshot, &row, language_of(request.headers())).await?;
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    notify::wake(&platform);
    Ok(response)
}

/// Chooses the next ticket and claims it; the claim is guarded, so another clerk's faster claim only makes it choose again.
async fn choose(
    db: &impl ConnectionTrait,
    session: &counter_session::Model,
    counter: &Counter,
    now: Instant,
) -> Result<(ticket::Model, Turn), Failure> {
    for _ in 0..TRIES {
        let waiting = store::callable(db, session.hall_id.into(), day_of(now), &counter.groups).await?;
        let candidates: Vec<_> = waiting.iter().map(ticket::Model::candidate).collect();
        let turn = next(&candidates, now, session.streak, OrderPolicy::default())
            .ok_or_else(|| Failure::from(&QUEUE_EMPTY))?;
        if let Some(row) = claim(db, session, turn, now).await? {
            return Ok((row, turn));
        }
    }
    Err(Failure::from(&shared::problem::UNAVAILABLE))
}

/// Claims a ticket for a session that is open and not paused, if the ticket still waits.
pub async fn claim(
    db: &impl ConnectionTrait,
    session: &counter_session::Model,
    turn: Turn,
    now: Instant,
) -> Result<Option<ticket::Model>, Failure> {
    let calling = Query::select()
        .column(counter_session::Column::Id)
        .from(counter_session::Entity)
        .and_where(counter_session::Column::Id.eq(session.id))
        .and_where(counter_session::Column::ClosedAt.is_null())
        .and_where(counter_session::Column::Paused.eq(false))
        .to_owned();
    let claimed = ticket::Entity::update_many()
        .col_expr(ticket::Column::Status, Expr::value(TicketStatus::Called.as_str()))
        .col_expr(ticket::Column::SessionId, Expr::value(session.id))
        .col_expr(ticket::Column::CounterId, Expr::value(session.counter_id))
        .col_expr(ticket::Column::CallReason, Expr::value(turn.reason.as_str()))
        .col_expr(ticket::Column::CalledAt, Expr::value(now))
        .col_expr(ticket::Column::Behind, Expr::value(0))
        .filter(ticket::Column::Id.eq(turn.ticket.0))
        .filter(ticket::Column::Status.is_in([TicketStatus::Waiting.as_str(), TicketStatus::Missed.as_str()]))
        .filter(Expr::value(session.id).in_subquery(calling))
        .exec(db)
        .await
        // The same clerk pressed twice at once: the unique key lets one ticket be open.
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&TICKET_OPEN)
            } else {
                error.into()
            }
        })?;
    if claimed.rows_affected == 1 {
        Ok(store::ticket(db, turn.ticket).await?)
    } else {
        Ok(None)
    }
}

/// What follows a call: missed tickets come nearer, the streak moves on, the estimate is scored, and residents are told.
#[allow(
    clippy::too_many_arguments,
    reason = "a call concerns a clerk, a counter and a ticket"
)]
pub async fn follow(
    db: &impl ConnectionTrait,
    platform: &Platform,
    clerk: &Clerk,
    session: &counter_session::Model,
    counter: &Counter,
    row: &ticket::Model,
    why: &str,
    now: Instant,
) -> Result<(), Failure> {
    pass(db, clerk.hall, &counter.groups, now).await?;
    let streak = streak_after(session.streak, row.lane());
    counter_session::Entity::update_many()
        .col_expr(counter_session::Column::Streak, Expr::value(streak))
        .filter(counter_session::Column::Id.eq(session.id))
        .exec(db)
        .await?;
    score_estimate(db, row, now).await?;
    let by = Some((clerk.staff, counter.id));
    store::log(db, row.id.into(), Action::Call.as_str(), by, Some(why.to_owned()), now).await?;
    let waiting = store::callable(db, clerk.hall, day_of(now), &counter.groups).await?;
    let messages = called_message(row, counter)
        .into_iter()
        .chain(near_messages(&waiting, streak, now))
        .collect();
    notify::enqueue(db, platform, now, messages).await
}

/// Tells those before whom few others go (无声叫号); each is told once.
fn near_messages(waiting: &[ticket::Model], streak: i32, now: Instant) -> Vec<Message> {
    let candidates: Vec<_> = waiting.iter().map(ticket::Model::candidate).collect();
    let by_id: HashMap<TicketId, &ticket::Model> = waiting.iter().map(|row| (row.id.into(), row)).collect();
    let turns: Vec<_> = order(&candidates, now, streak, OrderPolicy::default(), BETWEEN_CALLS)
        .into_iter()
        .filter_map(|turn| Some((turn.ticket, by_id.get(&turn.ticket)?.group_id)))
        .collect();
    near(&turns, NEAR)
        .into_iter()
        .filter_map(|(ticket, ahead)| {
            let row = by_id.get(&ticket)?;
            Some(Message {
                event: format!("ticket/{ticket}/near"),
                to: Recipient::Resident(ResidentId(row.resident_id?)),
                template: Template::TicketNear,
                variables: vec![("number", row.number.clone()), ("ahead", ahead.to_string())],
                due_at: None,
            })
        })
        .collect()
}

/// Brings missed tickets of these groups one call nearer.
async fn pass(
    db: &impl ConnectionTrait,
    hall: HallId,
    groups: &[shared::ids::GroupId],
    now: Instant,
) -> Result<(), Failure> {
    ticket::Entity::update_many()
        .col_expr(ticket::Column::Behind, Expr::col(ticket::Column::Behind).sub(1))
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Day.eq(day_of(now)))
        .filter(ticket::Column::Status.eq(TicketStatus::Missed.as_str()))
        .filter(ticket::Column::GroupId.is_in(groups.iter().map(|group| group.0)))
        .filter(ticket::Column::Behind.gt(0))
        .exec(db)
        .await?;
    Ok(())
}

fn called_message(row: &ticket::Model, counter: &Counter) -> Option<Message> {
    let resident = ResidentId(row.resident_id?);
    Some(Message {
        event: format!("ticket/{}/called-{}", TicketId(row.id), row.misses),
        to: Recipient::Resident(resident),
        template: Template::TicketCalled,
        variables: vec![("number", row.number.clone()), ("counter", shortened(&counter.name.zh))],
        due_at: None,
    })
}
