//! The text with which somebody signs in.

use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use shared::{
    identity::rules::{LoginCode, Phone},
    notify::rules::Template,
    time::Instant,
};
use uuid::Uuid;

use super::{Message, Recipient, enqueue};
use crate::{platform::Platform, problem::Failure};

/// Writes the text with a login code into the outbox.
pub fn text_login_code<'a>(
    db: &'a DatabaseTransaction,
    platform: &'a Platform,
    now: Instant,
    phone: Phone,
    code: LoginCode,
) -> BoxFuture<'a, Result<(), Failure>> {
    let message = Message {
        event: format!("login-code/{}", Uuid::now_v7()),
        to: Recipient::Phone(phone),
        template: Template::LoginCode,
        variables: vec![("code", code.expose().to_owned())],
        due_at: None,
    };
    Box::pin(enqueue(db, platform, now, vec![message]))
}
