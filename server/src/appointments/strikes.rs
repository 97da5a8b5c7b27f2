//! Strikes in the database: recorded with what caused them, and read to decide who may book.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use shared::{
    appointments::{
        rules::Span,
        strikes::{Restriction, StrikeKind, StrikePolicy, StrikeStatus, restriction},
    },
    notify::rules::{Template, shortened},
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{appointment, strike},
    texts::spoken,
};
use crate::{
    catalog::Snapshot,
    notify::{self, Message, Recipient},
    platform::{Platform, keys::Field},
    problem::Failure,
};

/// What a resident says against a strike, sealed.
pub const APPEAL: Field = Field::new("strikes", "appeal");

/// Who of these persons cannot book online now.
pub async fn restrictions(
    db: &impl ConnectionTrait,
    persons: impl IntoIterator<Item = Uuid>,
    policy: &StrikePolicy,
    now: Instant,
) -> Result<HashMap<Uuid, Restriction>, DbErr> {
    let rows: Vec<(Uuid, Instant)> = strike::Entity::find()
        .select_only()
        .columns([strike::Column::PersonId, strike::Column::At])
        .filter(strike::Column::PersonId.is_in(persons))
        .filter(strike::Column::Status.ne(StrikeStatus::Waived.as_str()))
        .filter(strike::Column::At.gte(policy.looks_back_to(now)))
        .into_tuple()
        .all(db)
        .await?;
    let mut by_person: HashMap<Uuid, Vec<Instant>> = HashMap::new();
    for (person, at) in rows {
        by_person.entry(person).or_default().push(at);
    }
    Ok(by_person
        .into_iter()
        .filter_map(|(person, times)| Some((person, restriction(&times, now, policy)?)))
        .collect())
}

/// Records a strike, once for an appointment, and tells the resident how many count by now.
pub async fn record(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    row: &appointment::Model,
    span: Span,
    kind: StrikeKind,
    now: Instant,
) -> Result<(), Failure> {
    let new = strike::ActiveModel {
        id: Set(Uuid::now_v7()),
        appointment_id: Set(row.id),
        hall_id: Set(row.hall_id),
        person_id: Set(row.person_id),
        resident_id: Set(row.resident_id),
        kind: Set(kind.as_str().to_owned()),
        status: Set(StrikeStatus::Counted.as_str().to_owned()),
        at: Set(now),
        appeal: NotSet,
        appealed_at: NotSet,
        decided_by: NotSet,
        decided_at: NotSet,
        reason: NotSet,
    };
    strike::Entity::insert(new).exec_without_returning(db).await?;
    let months = chrono::Months::new(catalogue.booking_rules().strikes().months);
    let counted = strike::Entity::find()
        .filter(strike::Column::PersonId.eq(row.person_id))
        .filter(strike::Column::Status.ne(StrikeStatus::Waived.as_str()))
        .filter(strike::Column::At.gt(now.checked_sub_months(months).unwrap_or(now)))
        .count(db)
        .await?;
    let service = catalogue
        .service(row.service_id.into())
        .map(|service| shortened(&service.content.name.zh))
        .unwrap_or_default();
    let message = Message {
        event: format!("appointment/{}/strike", row.id),
        to: Recipient::Resident(row.resident_id.into()),
        template: Template::StrikeRecorded,
        variables: vec![
            ("service", service),
            ("time", spoken(span)),
            ("count", counted.to_string()),
        ],
        due_at: None,
    };
    notify::enqueue(db, platform, now, vec![message]).await
}
