//! Which appointments belong to a collective booking, and how it is shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Query, SelectStatement},
};
use shared::{
    appointments::collective::{CollectiveBooking, CollectiveSeat, CollectiveSummary, Counted},
    ids::{AppointmentId, CollectiveId, ResidentId},
    language::Language,
};
use uuid::Uuid;

use super::super::{
    entity::{appointment, collective_booking, collective_member},
    view::views,
};
use crate::{catalog::Snapshot, identity, platform::Platform, problem::Failure};

/// Notes which appointments belong to a collective booking, in the order of its list.
pub async fn enrol(
    db: &impl ConnectionTrait,
    id: CollectiveId,
    appointments: impl Iterator<Item = Uuid>,
) -> Result<(), DbErr> {
    let rows = (1..)
        .zip(appointments)
        .map(|(line, appointment)| member(id.0, line, appointment));
    collective_member::Entity::insert_many(rows)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

const fn member(collective: Uuid, line: i32, appointment: Uuid) -> collective_member::ActiveModel {
    collective_member::ActiveModel {
        appointment_id: Set(appointment),
        collective_id: Set(collective),
        line: Set(line),
    }
}

/// Keeps an appointment that was moved in the collective booking of the earlier one, if that belonged to one.
pub async fn follow(db: &impl ConnectionTrait, earlier: AppointmentId, later: AppointmentId) -> Result<(), DbErr> {
    let Some(row) = collective_member::Entity::find_by_id(earlier.0).one(db).await? else {
        return Ok(());
    };
    collective_member::Entity::insert(member(row.collective_id, row.line, later.0))
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Whether an appointment in the outer query belongs to a collective booking.
pub fn is_member() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(collective_member::Entity)
        .and_where(
            Expr::col((collective_member::Entity, collective_member::Column::AppointmentId))
                .equals((appointment::Entity, appointment::Column::Id)),
        )
        .take()
}

/// Leaves one of each collective booking among these appointments: its contact is told once of what happens to all.
pub async fn one_of_each(
    db: &impl ConnectionTrait,
    rows: &[appointment::Model],
) -> Result<Vec<appointment::Model>, DbErr> {
    let of: HashMap<Uuid, Uuid> = collective_member::Entity::find()
        .filter(collective_member::Column::AppointmentId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.appointment_id, row.collective_id))
        .collect();
    let mut told = HashSet::new();
    let first = |row: &&appointment::Model| of.get(&row.id).is_none_or(|collective| told.insert(*collective));
    Ok(rows.iter().filter(first).cloned().collect())
}

/// The appointments of collective bookings as they stand now, each with its line.
pub async fn seats_of(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, BTreeMap<i32, appointment::Model>>, DbErr> {
    let members = collective_member::Entity::find()
        .filter(collective_member::Column::CollectiveId.is_in(ids))
        .order_by_asc(collective_member::Column::AppointmentId)
        .all(db)
        .await?;
    let rows: HashMap<Uuid, appointment::Model> = appointment::Entity::find()
        .filter(appointment::Column::Id.is_in(members.iter().map(|row| row.appointment_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut seats: HashMap<Uuid, BTreeMap<i32, appointment::Model>> = HashMap::new();
    for member in members {
        if let Some(row) = rows.get(&member.appointment_id) {
            // Ids grow with time: of an appointment that was moved the later one stays.
            let of_booking = seats.entry(member.collective_id).or_default();
            of_booking.insert(member.line, row.clone());
        }
    }
    Ok(seats)
}

/// Collective bookings with their people, names masked.
pub async fn shown(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    bookings: &[collective_booking::Model],
    language: Language,
) -> Result<Vec<CollectiveBooking>, Failure> {
    let seats = seats_of(db, bookings.iter().map(|row| row.id)).await?;
    let contacts = contacts(db, platform, bookings).await?;
    let mut whole = Vec::with_capacity(bookings.len());
    for booking in bookings {
        let of_booking = seats.get(&booking.id).cloned().unwrap_or_default();
        let (lines, rows): (Vec<i32>, Vec<appointment::Model>) = of_booking.into_iter().unzip();
        let appointments = views(db, platform, &rows, catalogue, language).await?;
        let counted = Counted::of(appointments.iter().map(|one| one.status));
        let seats = lines.iter().zip(appointments).map(|(line, one)| CollectiveSeat {
            line: u32::try_from(*line).unwrap_or(0),
            appointment_id: one.id,
            person: one.person,
            code: one.code,
            status: one.status,
            starts_at: one.starts_at,
            ends_at: one.ends_at,
        });
        whole.push(CollectiveBooking {
            seats: seats.collect(),
            summary: summary(booking, counted, &contacts, catalogue, language),
        });
    }
    Ok(whole)
}

fn summary(
    booking: &collective_booking::Model,
    counted: Counted,
    contacts: &HashMap<ResidentId, String>,
    catalogue: &Snapshot,
    language: Language,
) -> CollectiveSummary {
    let said = |text: Option<&shared::language::Text>| {
        text.map(|text| text.in_language(language).to_owned())
            .unwrap_or_default()
    };
    let service = catalogue.service(booking.service_id.into());
    let hall = catalogue.hall(booking.hall_id.into());
    CollectiveSummary {
        id: booking.id.into(),
        organisation: booking.organisation.clone(),
        service_id: booking.service_id.into(),
        service: said(service.map(|service| &service.content.name)),
        hall_id: booking.hall_id.into(),
        hall: said(hall.map(|hall| &hall.content.name)),
        contact: contacts.get(&booking.contact_id.into()).cloned().unwrap_or_default(),
        day: booking.day,
        people: counted.people,
        expected: counted.expected,
        arrived: counted.arrived,
        created_at: booking.created_at,
    }
}

async fn contacts(
    db: &impl ConnectionTrait,
    platform: &Platform,
    bookings: &[collective_booking::Model],
) -> Result<HashMap<ResidentId, String>, Failure> {
    let residents: HashSet<ResidentId> = bookings.iter().map(|row| row.contact_id.into()).collect();
    identity::residents_names(db, platform, residents).await
}
