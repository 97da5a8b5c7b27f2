//! Puts texts into the outbox, within the transaction of the change that they tell of.

use std::collections::BTreeMap;

use anyhow::Context;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use shared::{
    identity::rules::Phone,
    ids::ResidentId,
    notify::{
        rules::{Template, subject_of},
        way::Way,
    },
    time::Instant,
};
use uuid::Uuid;

use super::entity::{
    SMS,
    message::{ActiveModel, Column, Entity},
    status,
};
use crate::{
    platform::{Platform, bus::Event, keys::Field},
    problem::Failure,
};

/// The sealed variables of a message.
pub(super) const VARIABLES: Field = Field::new("messages", "variables");
/// The sealed phone of a message that has no resident.
pub(super) const RECIPIENT: Field = Field::new("messages", "recipient");
/// Rows of one statement: few enough for the parameters that a statement may have.
const AT_ONCE: usize = 500;

/// A text to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// What happened, such as `ticket/0192…/called`; the same event is told to a recipient once, however often it is enqueued.
    ///
    /// What stands before the last slash is the subject: while a text has not been sent, a later one about the same subject replaces
    /// it where [`Template::supersedes`] says so, as a cancellation replaces the reminders of its appointment.
    pub event: String,
    /// To whom.
    pub to: Recipient,
    /// What is said.
    pub template: Template,
    /// The template's variables; [`shortened`](shared::notify::rules::shortened) makes a long name fit.
    pub variables: Vec<(&'static str, String)>,
    /// When to send it; at once when absent.
    pub due_at: Option<Instant>,
}

/// To whom a text goes.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// To a resident's phone, which is decrypted only when the text is sent, and onto the resident's page.
    Resident(ResidentId),
    /// To a resident by the way that they chose for this matter.
    Chosen(ResidentId, Way),
    /// To a phone that belongs to nobody yet.
    Phone(Phone),
}

/// Writes texts into the outbox. The caller commits, and then calls [`wake`].
///
/// A template's variables are checked here, because a text that a provider refuses for its variables is a mistake of the caller.
pub async fn enqueue(
    db: &impl ConnectionTrait,
    platform: &Platform,
    now: Instant,
    messages: Vec<Message>,
) -> Result<(), Failure> {
    let mut rows = Vec::with_capacity(messages.len());
    for message in messages {
        supersede(db, platform, &message, now).await?;
        rows.push(row(platform, now, message)?);
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_ONCE));
        let part = std::mem::replace(&mut rows, rest);
        Entity::insert_many(part)
            .on_conflict(
                OnConflict::columns([Column::Event, Column::RecipientIndex, Column::Channel])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Calls off texts of these events that have not been sent, for whomever they are, and tells how many there were.
///
/// A text that a worker is sending at this moment still goes out.
pub async fn withdraw(db: &impl ConnectionTrait, events: &[String], now: Instant) -> Result<u64, DbErr> {
    let withdrawn = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status::WITHDRAWN))
        .filter(Column::Event.is_in(events.iter().map(String::as_str)))
        .filter(waiting(now))
        .exec(db)
        .await?;
    Ok(withdrawn.rows_affected)
}

/// Makes workers on every instance look at once. Texts are sent without it too, only a moment later.
pub fn wake(platform: &Platform) {
    platform.bus.publish(Event::Message);
}

/// Unsent and in no worker's hands.
fn waiting(now: Instant) -> Condition {
    Condition::all().add(Column::Status.eq(status::PENDING)).add(
        Condition::any()
            .add(Column::LeasedUntil.is_null())
            .add(Column::LeasedUntil.lt(now)),
    )
}

/// The keyed index of a recipient: the order and the uniqueness of messages hold by it.
fn index_of(platform: &Platform, to: &Recipient) -> Vec<u8> {
    match to {
        Recipient::Resident(id) | Recipient::Chosen(id, _) => platform.keys.blind_index("resident", &id.to_string()),
        Recipient::Phone(phone) => platform.keys.blind_index("phone", phone.expose()),
    }
}

async fn supersede(
    db: &impl ConnectionTrait,
    platform: &Platform,
    message: &Message,
    now: Instant,
) -> Result<(), DbErr> {
    let earlier = message.template.supersedes();
    let Some(subject) = subject_of(&message.event).filter(|_| !earlier.is_empty()) else {
        return Ok(());
    };
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status::SUPERSEDED))
        .filter(waiting(now))
        .filter(Column::RecipientIndex.eq(index_of(platform, &message.to)))
        .filter(Column::Topic.eq(message.template.topic().as_str()))
        .filter(Column::Subject.eq(subject))
        .filter(Column::Template.is_in(earlier.iter().map(|template| template.key())))
        // The same event enqueued once more is no later one.
        .filter(Column::Event.ne(message.event.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

fn row(platform: &Platform, now: Instant, message: Message) -> Result<ActiveModel, Failure> {
    let Message {
        event,
        to,
        template,
        variables,
        due_at,
    } = message;
    template
        .check(&variables)
        .with_context(|| format!("the text {} of {event} cannot be made", template.key()))?;
    let id = Uuid::now_v7();
    let recipient_index = index_of(platform, &to);
    let (resident_id, recipient, way) = match to {
        Recipient::Resident(resident) => (Some(resident.0), None, Way::Usual),
        Recipient::Chosen(resident, way) => (Some(resident.0), None, way),
        Recipient::Phone(phone) => {
            let sealed = platform.keys.seal(RECIPIENT, id, phone.expose())?;
            (None, Some(sealed), Way::Text)
        }
    };
    let variables: BTreeMap<&str, String> = variables.into_iter().collect();
    let variables = serde_json::to_string(&variables).map_err(anyhow::Error::from)?;
    let due_at = due_at.unwrap_or(now);
    let class = template.class();
    metrics::counter!("bianmin_texts_enqueued_total", "template" => template.key()).increment(1);
    Ok(ActiveModel {
        id: Set(id),
        subject: Set(subject_of(&event).map(ToOwned::to_owned)),
        event: Set(event),
        channel: Set(SMS.to_owned()),
        way: Set(way.as_str().to_owned()),
        resident_id: Set(resident_id),
        recipient: Set(recipient),
        recipient_index: Set(recipient_index),
        template: Set(template.key().to_owned()),
        topic: Set(template.topic().as_str().to_owned()),
        variables: Set(platform.keys.seal(VARIABLES, id, &variables)?),
        priority: Set(class.priority()),
        status: Set(status::PENDING.to_owned()),
        created_at: Set(now),
        wanted_at: Set(due_at),
        due_at: Set(due_at),
        expires_at: Set(due_at + template.useful_for()),
        leased_until: NotSet,
        fence: Set(0),
        attempts: Set(0),
        provider: NotSet,
        accepted_at: NotSet,
        delivered_at: NotSet,
        check_at: NotSet,
        checks: Set(0),
        failure: NotSet,
    })
}
