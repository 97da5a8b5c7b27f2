//! What every deed on a slip ends with: an entry of the audit log, the commit, and the slip as it is now.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use shared::time::Instant;

use super::{entity::slip, service::Slips, view::view};
use crate::{
    notify,
    platform::{
        audit::{self, Deed},
        idempotency::{Actor, Once},
    },
    problem::{Failure, language_of},
};

/// What was done, by whom, and why.
pub struct Done<'a> {
    /// Who did it.
    pub by: Actor,
    /// The deed, as the audit log names it.
    pub action: &'a str,
    /// The reason that was given.
    pub reason: Option<&'a str>,
    /// What else the audit log keeps of it.
    pub detail: Value,
}

impl<'a> Done<'a> {
    /// A deed that takes no reason and has no detail.
    pub fn of(by: Actor, action: &'a str) -> Self {
        Self {
            by,
            action,
            reason: None,
            detail: json!({}),
        }
    }

    /// Records the deed, commits and answers with the slip as it is now; whoever waits for texts is woken.
    pub async fn answer(
        self,
        request: &HttpRequest,
        once: &Once,
        slips: &Slips,
        transaction: DatabaseTransaction,
        row: slip::Model,
        now: Instant,
    ) -> Result<HttpResponse, Failure> {
        let deed = Deed {
            actor: Some(self.by),
            action: self.action,
            subject_kind: "slip",
            subject_id: Some(row.id),
            reason: self.reason,
            detail: self.detail,
        };
        audit::record(&transaction, now, deed).await?;
        let answer = view(slips, &transaction, row, true, language_of(request.headers())).await?;
        let response = once.commit(transaction, StatusCode::OK, &answer).await?;
        notify::wake(&slips.platform);
        Ok(response)
    }
}
