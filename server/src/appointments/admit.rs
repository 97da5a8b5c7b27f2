//! Turns an appointment whose person is at the hall into a ticket; how the person proved it is the caller's concern.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    appointments::rules::{AppointmentStatus, Arrival, NotAllowed},
    ids::AppointmentId,
    language::Language,
    problem::Problem,
    queue::wire::Ticket,
    time::Instant,
};

use super::{
    entity::appointment,
    store::{self, WindowFacts},
};
use crate::{
    catalog::Snapshot,
    platform::Platform,
    problem::Failure,
    queue::{self, Entrant, Halls},
};

/// An appointment that may be checked in, by the rules.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// The appointment.
    pub row: &'a appointment::Model,
    /// Its window.
    pub window: &'a WindowFacts,
    /// Whether the person came in time.
    pub arrival: Arrival,
}

/// Checks in. However often it is asked, an appointment has one ticket.
pub async fn admit(
    transaction: &DatabaseTransaction,
    platform: &Platform,
    catalogue: &Snapshot,
    halls: &Halls,
    Admission { row, window, arrival }: Admission<'_>,
    language: Language,
    now: Instant,
) -> Result<Ticket, Failure> {
    let id = AppointmentId(row.id);
    let (confirmed, checked_in) = (AppointmentStatus::Confirmed, AppointmentStatus::CheckedIn);
    if !store::change_status(transaction, id, confirmed, checked_in, now).await? {
        return Err(Problem::from(NotAllowed {
            from: checked_in,
            attempted: "be checked in",
        })
        .into());
    }
    let entrant = Entrant {
        hall: window.hall,
        service: row.service_id.into(),
        appointment: Some(id),
        // Whoever comes after the window waits like a walk-in.
        window_starts_at: (arrival == Arrival::OnTime).then_some(window.span.starts_at),
        person: Some(row.person_id.into()),
        resident: Some(row.resident_id.into()),
        holder_index: None,
        priority: None,
    };
    let ticket = queue::issue(transaction, catalogue, entrant, now).await?;
    appointment::Entity::update_many()
        .col_expr(appointment::Column::TicketId, Expr::value(ticket.0))
        .filter(appointment::Column::Id.eq(id.0))
        .exec(transaction)
        .await?;
    let answer = halls
        .ticket_in(transaction, platform, catalogue, ticket, language, now)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a ticket vanished"))?;
    queue::record_estimate(transaction, &answer, now).await?;
    Ok(answer)
}
