//! Issues tickets. Numbers have neither gaps nor duplicates: the sequence moves on in the transaction that adds the ticket.

use anyhow::Context;
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, EntityTrait, ExprTrait,
    sea_query::{Expr, OnConflict},
};
use shared::{
    ids::{AppointmentId, HallId, PersonId, ResidentId, ServiceId, TicketId},
    problem,
    queue::{
        rules::{PriorityReason, TicketStatus, ticket_number},
        wire::TICKET_HELD,
    },
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::{
    entity::{sequence, ticket},
    store,
};
use crate::{catalog::Snapshot, platform::db, problem::Failure};

/// Whoever joins a queue.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// The hall.
    pub hall: HallId,
    /// What is to be done.
    pub service: ServiceId,
    /// The appointment from which the ticket comes.
    pub appointment: Option<AppointmentId>,
    /// When the window of the appointment begins; absent for a walk-in and for whoever came too late for it.
    pub window_starts_at: Option<Instant>,
    /// The person, where one is known.
    pub person: Option<PersonId>,
    /// The account to which the ticket belongs; a ticket without one is shown to whoever has its id.
    pub resident: Option<ResidentId>,
    /// The index of the ID number with which a walk-in took the ticket: one person holds one open ticket for a service.
    pub holder_index: Option<Vec<u8>>,
    /// Why the ticket goes before others.
    pub priority: Option<PriorityReason>,
}

/// Issues a ticket.
pub async fn issue(
    connection: &impl ConnectionTrait,
    catalogue: &Snapshot,
    entrant: Entrant,
    now: Instant,
) -> Result<TicketId, Failure> {
    let service = catalogue
        .service(entrant.service)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let group = catalogue
        .group_at(entrant.hall, catalogue.group_of(entrant.hall, service))
        .context("a service without a group")?;
    let day = day_of(now);
    let first = sequence::ActiveModel {
        hall_id: Set(entrant.hall.0),
        group_id: Set(group.id.0),
        day: Set(day),
        last: Set(1),
    };
    let mut next = OnConflict::columns([
        sequence::Column::HallId,
        sequence::Column::GroupId,
        sequence::Column::Day,
    ]);
    next.value(
        sequence::Column::Last,
        Expr::col((sequence::Entity, sequence::Column::Last)).add(1),
    );
    let sequence = sequence::Entity::insert(first)
        .on_conflict(next)
        .exec_with_returning(connection)
        .await?
        .last;

    let id = TicketId(Uuid::now_v7());
    let row = ticket::ActiveModel {
        id: Set(id.0),
        hall_id: Set(entrant.hall.0),
        group_id: Set(group.id.0),
        service_id: Set(entrant.service.0),
        day: Set(day),
        sequence: Set(sequence),
        number: Set(ticket_number(&group.prefix, sequence)),
        appointment_id: Set(entrant.appointment.map(Into::into)),
        person_id: Set(entrant.person.map(Into::into)),
        resident_id: Set(entrant.resident.map(Into::into)),
        status: Set(TicketStatus::Waiting.as_str().to_owned()),
        priority_reason: Set(entrant.priority.map(|reason| reason.as_str().to_owned())),
        window_starts_at: Set(entrant.window_starts_at),
        entered_at: Set(now),
        behind: Set(0),
        misses: Set(0),
        session_id: Set(None),
        counter_id: Set(None),
        call_reason: Set(None),
        called_at: Set(None),
        served_at: Set(None),
        finished_at: Set(None),
        holder_index: Set(entrant.holder_index),
    };
    ticket::Entity::insert(row)
        .exec_without_returning(connection)
        .await
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&TICKET_HELD)
            } else {
                error.into()
            }
        })?;
    store::log(connection, id, "issue", None, None, now).await?;
    Ok(id)
}
