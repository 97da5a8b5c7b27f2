//! The texts about cases: whoever may know of a step is told of it, once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::{
    cases::{
        policy,
        rules::{CaseNo, Field, Role, Step},
        upstream::UpstreamEvent,
    },
    ids::{PersonId, ResidentId},
    notify::{
        quiet,
        rules::{Class, Kind, Template, shortened},
    },
    time::{Instant, local},
};
use uuid::Uuid;

use super::{
    entity::{case, publication, subscription},
    store::{self, Told},
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
    // A correction concerns also those who knew of what it corrects.
    let steps: Vec<Step> = target
        .map(|target| target.publication.step)
        .into_iter()
        .chain([entry.step])
        .collect();
    let template = match (target, &entry.withdraws) {
        (None, _) => entry.step.template(),
        (Some(_), None) => Template::CaseCorrected,
        (Some(_), Some(_)) => Template::CaseWithdrawn,
    };
    let told_step = *steps.first().unwrap_or(&entry.step);
    let mut messages = Vec::new();
    for resident in readers(db, case.id, &steps, template.class(), now).await? {
        messages.push(Message {
            event: event(case.id, publication),
            to: Recipient::Resident(resident),
            template,
            variables: variables(template, case, told_step, entry),
            due_at: Some(quiet::send_at(template.class(), now)),
        });
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

/// The residents who may know of one of these steps, and want to be told of it where they have a choice.
async fn readers(
    db: &impl ConnectionTrait,
    case: Uuid,
    steps: &[Step],
    class: Class,
    now: Instant,
) -> Result<Vec<ResidentId>, Failure> {
    let mut roles: HashMap<PersonId, Vec<Role>> = HashMap::new();
    for part in store::parties(db, case, now).await? {
        let role = part.role.parse().map_err(anyhow::Error::from)?;
        roles.entry(part.person_id.into()).or_default().push(role);
    }
    let persons = roles
        .iter()
        .filter(|(_, roles)| steps.iter().any(|step| policy::may_know(roles, *step)))
        .map(|(person, _)| *person);
    let mut residents = identity::residents_of(db, persons).await?;
    residents.sort_unstable();
    if class.can_be_declined() {
        let silent: Vec<Uuid> = subscription::Entity::find()
            .select_only()
            .column(subscription::Column::ResidentId)
            .filter(subscription::Column::CaseId.eq(case))
            .filter(subscription::Column::Sms.eq(false))
            .into_tuple()
            .all(db)
            .await?;
        residents.retain(|resident| !silent.contains(&resident.0));
    }
    Ok(residents)
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
