//! `POST /tickets/{id}/{action}`: what a clerk does with a ticket.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Bytes, Data, Path},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::{Expr, SimpleExpr},
};
use serde::Deserialize;
use shared::{
    ids::{GroupId, TicketId},
    problem::{self, Problem},
    queue::{
        rules::{Action, MissPolicy, NotAllowed, TicketStatus, apply},
        wire::{COUNTER_CLOSED, ClerkTicket, TICKET_OPEN},
    },
    time::Instant,
};

use super::{
    counter::clerk_ticket,
    entity::{counter_session, ticket},
    halls::Halls,
    store,
};
use crate::{
    catalog::Catalogue,
    identity::Clerk,
    platform::{Platform, bus::Event, db, idempotency::Once},
    problem::{Failure, invalid_field, language_of},
};

/// What some actions need to know.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
pub struct ActRequest {
    /// For `transfer`: to which group's queue.
    #[serde(default)]
    pub group_id: Option<GroupId>,
    /// For `park` and `void`: why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Does something with a ticket: `recall`, `miss`, `serve`, `finish`, `park`, `resume`, `transfer` or `void`.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(
        ("id" = TicketId, Path, description = "The ticket."),
        ("action" = Action, Path, description = "What to do; `call` is done at the counter."),
    ),
    request_body(content = Option<ActRequest>),
    responses((status = 200, body = ClerkTicket), crate::problem::Refusals),
)]
#[post("/tickets/{id}/{action}")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn act(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    path: Path<(TicketId, Action)>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, action) = path.into_inner();
    let wish = if body.is_empty() {
        Ok(ActRequest::default())
    } else {
        serde_json::from_slice(&body)
    };
    let wish = wish.map_err(|error| Problem::new(&problem::MALFORMED).with("reason", error.to_string()))?;
    let now = platform.clock.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    if action == Action::Call {
        return Err(not_found());
    }
    let transaction = platform.db.begin().await?;
    let row = store::ticket(&transaction, id)
        .await?
        .filter(|row| row.hall_id == clerk.hall.0)
        .ok_or_else(not_found)?;
    let session = store::session_of(&transaction, clerk.staff)
        .await?
        .ok_or_else(|| Failure::from(&COUNTER_CLOSED))?;
    let from = row.status()?;
    let to = apply(from, action, row.misses, MissPolicy::default()).map_err(Problem::from)?;
    // A ticket at a counter belongs to the clerk there.
    if matches!(from, TicketStatus::Called | TicketStatus::Serving) && row.session_id != Some(session.id) {
        return Err(Problem::from(NotAllowed {
            from,
            attempted: action,
        })
        .into());
    }
    let changes = changes(&row, &session, action, &wish, &catalogue, now)?;
    change(&transaction, &row, from, to, changes).await?;
    if to == TicketStatus::Served
        && let Some(appointment) = row.appointment_id
    {
        (halls.on_served)(&transaction, appointment.into(), now).await?;
    }
    let by = Some((clerk.staff, session.counter_id.into()));
    store::log(&transaction, id, action.as_str(), by, wish.reason.clone(), now).await?;
    let row = store::ticket(&transaction, id).await?.ok_or_else(not_found)?;
    let answer = clerk_ticket(
        &transaction,
        &platform,
        &catalogue.now(),
        &row,
        language_of(request.headers()),
    )
    .await?;
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    Ok(response)
}

type Changes = Vec<(ticket::Column, SimpleExpr)>;

/// What an action changes besides the status.
fn changes(
    row: &ticket::Model,
    session: &counter_session::Model,
    action: Action,
    wish: &ActRequest,
    catalogue: &Catalogue,
    now: Instant,
) -> Result<Changes, Failure> {
    use ticket::Column::{Behind, CalledAt, CounterId, FinishedAt, GroupId, Misses, ServedAt, SessionId};
    let nobody: Changes = vec![
        (SessionId, Expr::value(None::<uuid::Uuid>)),
        (CounterId, Expr::value(None::<uuid::Uuid>)),
    ];
    Ok(match action {
        Action::Recall => vec![(CalledAt, Expr::value(now))],
        Action::Serve => vec![(ServedAt, Expr::value(now))],
        Action::Finish => vec![(FinishedAt, Expr::value(now))],
        Action::Miss => {
            let policy = MissPolicy::default();
            [
                nobody,
                vec![
                    (Misses, Expr::value(row.misses + 1)),
                    (Behind, Expr::value(policy.behind)),
                ],
            ]
            .concat()
        }
        Action::Park | Action::Void => nobody,
        Action::Resume => vec![
            (SessionId, Expr::value(session.id)),
            (CounterId, Expr::value(session.counter_id)),
            (ServedAt, Expr::value(row.served_at.unwrap_or(now))),
        ],
        Action::Transfer => {
            let group = wish
                .group_id
                .ok_or_else(|| invalid_field("group_id", "a transfer names a group"))?;
            let snapshot = catalogue.now();
            if !snapshot.serves(row.hall_id.into(), group) {
                return Err(invalid_field("group_id", "no counter of this hall serves this group"));
            }
            [nobody, vec![(GroupId, Expr::value(group.0))]].concat()
        }
        Action::Call => Vec::new(),
    })
}

/// Changes a ticket, if it still stands where it stood, and at the same counter: called again meanwhile, it is another clerk's.
async fn change(
    db: &DatabaseTransaction,
    row: &ticket::Model,
    from: TicketStatus,
    to: TicketStatus,
    changes: Changes,
) -> Result<(), Failure> {
    let mut update = ticket::Entity::update_many()
        .col_expr(ticket::Column::Status, Expr::value(to.as_str()))
        .filter(ticket::Column::Id.eq(row.id))
        .filter(ticket::Column::Status.eq(from.as_str()))
        .filter(match row.session_id {
            Some(session) => ticket::Column::SessionId.eq(session),
            None => ticket::Column::SessionId.is_null(),
        });
    for (column, value) in changes {
        update = update.col_expr(column, value);
    }
    // To resume at a counter that has an open ticket meets the unique key.
    let changed = update.exec(db).await.map_err(|error| {
        if db::is_duplicate(&error) {
            Failure::from(&TICKET_OPEN)
        } else {
            error.into()
        }
    })?;
    if changed.rows_affected == 1 {
        Ok(())
    } else {
        Err(Failure::from(&shared::queue::wire::TICKET_STATE))
    }
}
