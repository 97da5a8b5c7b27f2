//! Tickets and counter sessions in the database.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use shared::{
    ids::{CounterId, GroupId, HallId, ServiceId, StaffId, TicketId},
    queue::{
        order::{Candidate, Lane},
        rules::TicketStatus,
    },
    time::Instant,
};
use uuid::Uuid;

use super::entity::{counter_session, event, ticket};

const CALLABLE: [&str; 2] = [TicketStatus::Waiting.as_str(), TicketStatus::Missed.as_str()];
const OPEN: [&str; 2] = [TicketStatus::Called.as_str(), TicketStatus::Serving.as_str()];

/// A ticket by id.
pub async fn ticket(db: &impl ConnectionTrait, id: TicketId) -> Result<Option<ticket::Model>, DbErr> {
    ticket::Entity::find_by_id(id.0).one(db).await
}

/// A hall's tickets of a day with which something may still happen.
pub async fn live_tickets(
    db: &impl ConnectionTrait,
    hall: HallId,
    day: NaiveDate,
) -> Result<Vec<ticket::Model>, DbErr> {
    let live = TicketStatus::ALL
        .into_iter()
        .filter(|status| !status.is_final())
        .map(TicketStatus::as_str);
    ticket::Entity::find()
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Day.eq(day))
        .filter(ticket::Column::Status.is_in(live))
        .order_by_asc(ticket::Column::Id)
        .all(db)
        .await
}

/// The tickets of a hall's day that can be called for some groups.
pub async fn callable(
    db: &impl ConnectionTrait,
    hall: HallId,
    day: NaiveDate,
    groups: &[GroupId],
) -> Result<Vec<ticket::Model>, DbErr> {
    ticket::Entity::find()
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Day.eq(day))
        .filter(ticket::Column::Status.is_in(CALLABLE))
        .filter(ticket::Column::GroupId.is_in(groups.iter().map(|group| group.0)))
        .all(db)
        .await
}

/// The ticket that a counter session has called or serves.
pub async fn open_ticket(db: &impl ConnectionTrait, session: Uuid) -> Result<Option<ticket::Model>, DbErr> {
    ticket::Entity::find()
        .filter(ticket::Column::SessionId.eq(session))
        .filter(ticket::Column::Status.is_in(OPEN))
        .one(db)
        .await
}

/// The open session of a clerk.
pub async fn session_of(db: &impl ConnectionTrait, staff: StaffId) -> Result<Option<counter_session::Model>, DbErr> {
    counter_session::Entity::find()
        .filter(counter_session::Column::StaffId.eq(staff.0))
        .filter(counter_session::Column::ClosedAt.is_null())
        .one(db)
        .await
}

/// The counter that a clerk has opened.
pub async fn counter_of(db: &impl ConnectionTrait, staff: StaffId) -> Result<Option<CounterId>, DbErr> {
    Ok(session_of(db, staff).await?.map(|session| session.counter_id.into()))
}

/// The open sessions of a hall.
pub async fn sessions_in(db: &impl ConnectionTrait, hall: HallId) -> Result<Vec<counter_session::Model>, DbErr> {
    counter_session::Entity::find()
        .filter(counter_session::Column::HallId.eq(hall.0))
        .filter(counter_session::Column::ClosedAt.is_null())
        .all(db)
        .await
}

/// How long the latest services at a hall took: the service and seconds, the latest first.
pub async fn latest_durations(db: &impl ConnectionTrait, hall: HallId) -> Result<Vec<(ServiceId, i64)>, DbErr> {
    let rows: Vec<(Uuid, Option<Instant>, Option<Instant>)> = ticket::Entity::find()
        .select_only()
        .columns([
            ticket::Column::ServiceId,
            ticket::Column::ServedAt,
            ticket::Column::FinishedAt,
        ])
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Status.eq(TicketStatus::Served.as_str()))
        .order_by_desc(ticket::Column::FinishedAt)
        .limit(400)
        .into_tuple()
        .all(db)
        .await?;
    let taken = |(service, served, finished): (Uuid, Option<Instant>, Option<Instant>)| {
        Some((ServiceId(service), (finished? - served?).num_seconds()))
    };
    Ok(rows.into_iter().filter_map(taken).collect())
}

/// Adds to the log of what happened to a ticket.
pub async fn log(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    action: &str,
    by: Option<(StaffId, CounterId)>,
    reason: Option<String>,
    now: Instant,
) -> Result<(), DbErr> {
    let row = event::ActiveModel {
        id: Set(Uuid::now_v7()),
        ticket_id: Set(ticket.0),
        action: Set(action.to_owned()),
        at: Set(now),
        staff_id: Set(by.map(|(staff, _)| staff.0)),
        counter_id: Set(by.map(|(_, counter)| counter.0)),
        reason: Set(reason),
    };
    event::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

impl ticket::Model {
    /// The ticket as the order looks at it.
    pub fn candidate(&self) -> Candidate {
        Candidate {
            id: self.id.into(),
            entered_at: self.entered_at,
            sequence: self.sequence,
            lane: self.lane(),
            behind: self.behind,
        }
    }

    /// The line in which the ticket stands.
    pub const fn lane(&self) -> Lane {
        match (&self.priority_reason, self.window_starts_at) {
            (Some(_), _) => Lane::Priority,
            (None, Some(from)) => Lane::Appointment { from },
            (None, None) => Lane::WalkIn,
        }
    }

    /// Where the ticket stands.
    pub fn status(&self) -> anyhow::Result<TicketStatus> {
        Ok(self.status.parse()?)
    }
}
