//! What the owner of an account is told by a text, so that nobody else changes it unnoticed.

use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use shared::{identity::rules::Phone, ids::ResidentId, time::Instant};

use crate::{platform::Platform, problem::Failure};

/// What was done to an account.
#[derive(Clone, Debug)]
pub enum AccountNews {
    /// It has another phone; the one until now is told.
    PhoneChanged {
        /// The account.
        resident: ResidentId,
        /// The phone until now.
        old: Phone,
        /// The phone from now on.
        new: Phone,
    },
    /// A passkey can sign in to it.
    PasskeyAdded {
        /// The account.
        resident: ResidentId,
    },
    /// A passkey no longer signs in to it.
    PasskeyRemoved {
        /// The account.
        resident: ResidentId,
    },
    /// It can be signed in to by a WeChat.
    WechatLinked {
        /// The account.
        resident: ResidentId,
    },
}

/// Writes the text into the outbox, in the transaction of the change.
pub type TextNews =
    for<'a> fn(&'a DatabaseTransaction, &'a Platform, Instant, AccountNews) -> BoxFuture<'a, Result<(), Failure>>;

/// How owners are told. Everyone calls identity, so it is given this rather than calling the texts itself.
#[derive(Clone, Copy)]
pub struct AccountTexts(pub TextNews);
