//! The texts that tell an account's owner what was done to it.

use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use shared::{
    notify::rules::Template,
    time::{Instant, local},
};
use uuid::Uuid;

use super::{Message, Recipient, enqueue};
use crate::{identity::AccountNews, platform::Platform, problem::Failure};

/// Writes the text into the outbox. A changed phone is told to the phone before, for the new one's owner made the change.
pub fn text_account_news<'a>(
    db: &'a DatabaseTransaction,
    platform: &'a Platform,
    now: Instant,
    news: AccountNews,
) -> BoxFuture<'a, Result<(), Failure>> {
    let time = ("time", local(now).format("%-m月%-d日%-H:%M").to_string());
    let happened = Uuid::now_v7();
    let to_owner = |resident, template| Message {
        event: format!("account/{resident}/{happened}"),
        to: Recipient::Resident(resident),
        template,
        variables: vec![time.clone()],
        due_at: None,
    };
    let message = match news {
        AccountNews::PhoneChanged { resident, old, new } => Message {
            event: format!("account/{resident}/{happened}"),
            to: Recipient::Phone(old),
            template: Template::PhoneChanged,
            variables: vec![("tail", new.expose().chars().skip(7).collect()), time.clone()],
            due_at: None,
        },
        AccountNews::WechatLinked { resident } => to_owner(resident, Template::WechatLinked),
        AccountNews::PasskeyAdded { resident } => to_owner(resident, Template::PasskeyAdded),
        AccountNews::PasskeyRemoved { resident } => to_owner(resident, Template::PasskeyRemoved),
    };
    Box::pin(enqueue(db, platform, now, vec![message]))
}
