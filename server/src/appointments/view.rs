//! Appointments as their residents see them.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::{
    appointments::{rules::AppointmentStatus, wire::Appointment},
    ids::PersonId,
    language::Language,
};
use uuid::Uuid;

use super::{
    entity::{appointment, window},
    store::WindowFacts,
};
use crate::{catalog::Snapshot, identity, platform::Platform, problem::Failure};

/// One appointment.
pub fn view(
    row: &appointment::Model,
    window: &WindowFacts,
    person: String,
    catalogue: &Snapshot,
    language: Language,
) -> Result<Appointment, Failure> {
    let policy = catalogue.booking_rules().booking();
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let hall = catalogue.hall(window.hall).map(|hall| &hall.content);
    let service = catalogue
        .service(row.service_id.into())
        .map(|service| &service.content.name);
    let said = |text: Option<&shared::language::Text>| {
        text.map(|text| text.in_language(language).to_owned())
            .unwrap_or_default()
    };
    Ok(Appointment {
        id: row.id.into(),
        status,
        code: row.code.clone(),
        window_id: row.window_id.into(),
        service_id: row.service_id.into(),
        service: said(service),
        hall_id: window.hall,
        hall: said(hall.map(|hall| &hall.name)),
        address: said(hall.map(|hall| &hall.address)),
        person_id: row.person_id.into(),
        person,
        starts_at: window.span.starts_at,
        ends_at: window.span.ends_at,
        check_in_from: window.span.starts_at - policy.check_in_opens,
        check_in_until: window.span.ends_at + policy.late_grace,
        cancel_until: window.span.starts_at - policy.cancel_cutoff,
        ticket_id: row.ticket_id.map(Into::into),
        hold_expires_at: row.hold_expires_at.filter(|_| status == AppointmentStatus::Held),
    })
}

/// Many appointments, with their windows and persons read at once.
pub async fn views(
    db: &impl ConnectionTrait,
    platform: &Platform,
    rows: &[appointment::Model],
    catalogue: &Snapshot,
    language: Language,
) -> Result<Vec<Appointment>, Failure> {
    let windows: HashMap<Uuid, WindowFacts> = window::Entity::find()
        .filter(window::Column::Id.is_in(rows.iter().map(|row| row.window_id)))
        .all(db)
        .await?
        .iter()
        .map(|row| (row.id, WindowFacts::from(row)))
        .collect();
    let persons = identity::persons_names(db, platform, rows.iter().map(|row| PersonId(row.person_id))).await?;
    rows.iter()
        .filter_map(|row| Some((row, windows.get(&row.window_id)?)))
        .map(|(row, window)| {
            let person = persons.get(&row.person_id.into()).cloned().unwrap_or_default();
            view(row, window, person, catalogue, language)
        })
        .collect()
}
