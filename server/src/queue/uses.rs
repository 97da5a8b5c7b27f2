//! What of today's queue stands in the way of rearranging a hall's groups.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select};
use shared::{
    ids::{GroupId, HallId, ServiceId},
    queue::rules::TicketStatus,
};

use super::entity::ticket;

/// A ticket in one of these is still to be served.
const UNSERVED: [&str; 5] = [
    TicketStatus::Waiting.as_str(),
    TicketStatus::Called.as_str(),
    TicketStatus::Serving.as_str(),
    TicketStatus::Missed.as_str(),
    TicketStatus::Parked.as_str(),
];

fn of_day(hall: HallId, day: NaiveDate) -> Select<ticket::Entity> {
    ticket::Entity::find()
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Day.eq(day))
}

/// How many tickets of a group are still to be served.
pub async fn unserved_of_group(
    db: &impl ConnectionTrait,
    hall: HallId,
    group: GroupId,
    day: NaiveDate,
) -> Result<u64, DbErr> {
    of_day(hall, day)
        .filter(ticket::Column::GroupId.eq(group.0))
        .filter(ticket::Column::Status.is_in(UNSERVED))
        .count(db)
        .await
}

/// How many tickets for a service are still to be served.
pub async fn unserved_of_service(
    db: &impl ConnectionTrait,
    hall: HallId,
    service: ServiceId,
    day: NaiveDate,
) -> Result<u64, DbErr> {
    of_day(hall, day)
        .filter(ticket::Column::ServiceId.eq(service.0))
        .filter(ticket::Column::Status.is_in(UNSERVED))
        .count(db)
        .await
}

/// Whether another group has numbered tickets of the day with a letter: two tickets of one number would be called for one another.
pub async fn letter_used(
    db: &impl ConnectionTrait,
    hall: HallId,
    group: GroupId,
    letter: &str,
    day: NaiveDate,
) -> Result<bool, DbErr> {
    let numbers: Vec<String> = of_day(hall, day)
        .select_only()
        .column(ticket::Column::Number)
        .filter(ticket::Column::GroupId.ne(group.0))
        .filter(ticket::Column::Number.starts_with(letter))
        .into_tuple()
        .all(db)
        .await?;
    Ok(numbers
        .iter()
        .any(|number| number.trim_end_matches(|c: char| c.is_ascii_digit()) == letter))
}
