//! The texts about cases: whoever may know of a step is told of it, once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::{
    cases::{
        rules::{CaseNo, Details, Field, Step},
        upstream::UpstreamEvent,
    },
    ids::{PersonId, ResidentId},
    notify::{
        quiet,
        rules::{Class, Kind, Template, shortened},
        way::Way,
    },
    time::{Instant, local},
};
use uuid::Uuid;

use super::{
    entity::{case, party, publication, subscription},
    store::{self, Part, Told},
};
use crate::{
    identity,
    notify::{self, Message, Recipient},
    platform::Platform,
    problem::Failure,
};

/// What happened, as the outbox knows it. Texts about one case follow each other.
fn event(case: Uuid, publication: Uuid) -> String {
    format!("case/{case}/{publication}")
}

/// Tells of a publication. Unsent texts of what it corrects or withdraws are called off.
pub async fn tell(
    db: &impl ConnectionTrait,
    platform: &Platform,
    case: &case::Model,
    publication: Uuid,
    entry: &UpstreamEvent,
    target: Option<&Told>,
    now: Instant,
) -> Result<(), Failure> {
    if let Some(target) = target {
        notify::withdraw(db, &[event(case.id, target.row.id)], now).await?;
    }
    let mut told = Vec::new();
    let mut messages = Vec::new();
    let message = |(resident, way), template: Template, step| Message {
        event: event(case.id, publication),
        to: Recipient::Chosen(resident, way),
        template,
        variables: variables(template, case, step, entry),
        due_at: Some(quiet::send_at(template.class(), now)),
    };
    if let Some(Told { publication: wrong, .. }) = target {
        let template = if entry.withdraws.is_some() {
            Template::CaseWithdrawn
        } else {
            Template::CaseCorrected
        };
        told = readers(
            db,
            platform,
            case.id,
            (wrong.step, &wrong.details),
            template.class(),
            now,
        )
        .await?;
        messages.extend(told.iter().map(|reader| message(*reader, template, wrong.step)));
    }
    // Who may know of the correction only is told what happened, and nothing of what was wrong.
    if entry.withdraws.is_none() {
        let template = entry.step.template();
        let all = readers(
            db,
            platform,
            case.id,
            (entry.step, &entry.details),
            template.class(),
            now,
        )
        .await?;
        let others = all
            .into_iter()
            .filter(|(resident, _)| !told.iter().any(|(known, _)| known == resident));
        messages.extend(others.map(|reader| message(reader, template, entry.step)));
    }
    notify::enqueue(db, platform, now, messages).await
}

/// Calls off every unsent text about a case.
pub async fn withdraw_all(db: &impl ConnectionTrait, case: Uuid, now: Instant) -> Result<(), DbErr> {
    let known: Vec<Uuid> = publication::Entity::find()
        .select_only()
        .column(publication::Column::Id)
        .filter(publication::Column::CaseId.eq(case))
        .into_tuple()
        .all(db)
        .await?;
    let events: Vec<String> = known.into_iter().map(|id| event(case, id)).collect();
    notify::withdraw(db, &events, now).await?;
    Ok(())
}

/// The residents who may know of a publication, and want to be told of it where they have a choice; each with the way that they chose.
async fn readers(
    db: &impl ConnectionTrait,
    platform: &Platform,
    case: Uuid,
    (step, details): (Step, &Details),
    class: Class,
    now: Instant,
) -> Result<Vec<(ResidentId, Way)>, Failure> {
    let mut rows: HashMap<Uuid, Vec<party::Model>> = HashMap::new();
    for row in store::parties(db, case, now).await? {
        rows.entry(row.person_id).or_default().push(row);
    }
    let mut persons = Vec::new();
    for (person, rows) in rows {
        if Part::of(platform, &rows)?.may_know(step, details) {
            persons.push(PersonId(person));
        }
    }
    let mut residents = identity::residents_of(db, persons).await?;
    residents.sort_unstable();
    let chosen: HashMap<Uuid, subscription::Model> = if class.can_be_declined() {
        let rows = subscription::Entity::find()
            .filter(subscription::Column::CaseId.eq(case))
            .all(db)
            .await?;
        rows.into_iter().map(|row| (row.resident_id, row)).collect()
    } else {
        HashMap::new()
    };
    let wanted = residents
        .into_iter()
        .filter_map(|resident| match chosen.get(&resident.0) {
            None => Some((resident, Way::Usual)),
            Some(row) => (row.sms || row.wechat).then(|| (resident, Way::chosen(row.sms, row.wechat))),
        });
    Ok(wanted.collect())
}

fn variables(template: Template, case: &case::Model, step: Step, entry: &UpstreamEvent) -> Vec<(&'static str, String)> {
    // What a provider would refuse, such as a link, is left to the page.
    let detail = |field, otherwise: &str| {
        let told = entry
            .details
            .get(field)
            .map(shortened)
            .filter(|value| Kind::Text.fits(value));
        told.unwrap_or_else(|| otherwise.to_owned())
    };
    template
        .variables()
        .iter()
        .map(|(name, _)| {
            let value = match *name {
                "case" => case
                    .case_no
                    .parse::<CaseNo>()
                    .map(|number| number.tail().to_owned())
                    .unwrap_or_default(),
                "date" => local(entry.occurred_at).format("%-m月%-d日").to_string(),
                "agency" => detail(Field::Agency, "其他机关"),
                "item" => detail(Field::Item, "财物"),
                "place" => detail(Field::Place, "办案单位"),
                _ => step.title().zh.to_owned(),
            };
            (*name, value)
        })
        .collect()
}
