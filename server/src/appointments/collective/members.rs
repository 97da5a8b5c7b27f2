//! Which appointments belong to a collective booking, and how it is shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query, SelectStatement},
};
use shared::{
    appointments::{
        collective::{CollectiveBooking, CollectiveSeat, CollectiveSummary, Counted},
        rules::AppointmentStatus,
        wire::Appointment,
    },
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
    let lines = seats_of(db, bookings.iter().map(|row| row.id)).await?;
    let rows: Vec<appointment::Model> = lines.values().flat_map(BTreeMap::values).cloned().collect();
    let mut appointments: HashMap<AppointmentId, Appointment> = views(db, platform, &rows, catalogue, language)
        .await?
        .into_iter()
        .map(|one| (one.id, one))
        .collect();
    let contacts = contacts(db, platform, bookings).await?;
    let shown = bookings.iter().map(|booking| {
        let seats: Vec<CollectiveSeat> = lines
            .get(&booking.id)
            .into_iter()
            .flatten()
            .filter_map(|(line, row)| Some(seat(*line, appointments.remove(&row.id.into())?)))
            .collect();
        let counted = Counted::of(seats.iter().map(|seat| (seat.status, 1)));
        CollectiveBooking {
            seats,
            summary: summary(booking, counted, &contacts, catalogue, language),
        }
    });
    Ok(shown.collect())
}

/// One collective booking with its people.
pub async fn shown_whole(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    booking: &collective_booking::Model,
    language: Language,
) -> Result<CollectiveBooking, Failure> {
    let bookings = std::slice::from_ref(booking);
    let shown = shown(db, platform, catalogue, bookings, language).await?.pop();
    shown.ok_or_else(|| anyhow::anyhow!("a collective booking vanished").into())
}

/// Collective bookings without their people, who are only counted.
pub async fn summed_up(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    bookings: &[collective_booking::Model],
    language: Language,
) -> Result<Vec<CollectiveSummary>, Failure> {
    let counts = counts_of(db, bookings.iter().map(|row| row.id)).await?;
    let contacts = contacts(db, platform, bookings).await?;
    let summaries = bookings.iter().map(|booking| {
        let counted = Counted::of(counts.get(&booking.id).into_iter().flatten().copied());
        summary(booking, counted, &contacts, catalogue, language)
    });
    Ok(summaries.collect())
}

/// How many appointments of each collective booking stand where. Of one that was moved the later counts.
async fn counts_of(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<(AppointmentStatus, u32)>>, Failure> {
    let rows: Vec<(Uuid, String, i64)> = collective_member::Entity::find()
        .select_only()
        .column(collective_member::Column::CollectiveId)
        .column(appointment::Column::Status)
        .column_as(appointment::Column::Id.count(), "appointments")
        .join(
            JoinType::InnerJoin,
            collective_member::Entity::belongs_to(appointment::Entity)
                .from(collective_member::Column::AppointmentId)
                .to(appointment::Column::Id)
                .into(),
        )
        .filter(collective_member::Column::CollectiveId.is_in(ids))
        .filter(appointment::Column::Status.ne(AppointmentStatus::Rescheduled.as_str()))
        .group_by(collective_member::Column::CollectiveId)
        .group_by(appointment::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<Uuid, Vec<(AppointmentStatus, u32)>> = HashMap::new();
    for (id, status, count) in rows {
        let status = status.parse().map_err(anyhow::Error::from)?;
        let count = u32::try_from(count).map_err(anyhow::Error::from)?;
        counts.entry(id).or_default().push((status, count));
    }
    Ok(counts)
}

fn seat(line: i32, appointment: Appointment) -> CollectiveSeat {
    CollectiveSeat {
        line: u32::try_from(line).unwrap_or(0),
        appointment_id: appointment.id,
        person: appointment.person,
        code: appointment.code,
        status: appointment.status,
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
    }
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
