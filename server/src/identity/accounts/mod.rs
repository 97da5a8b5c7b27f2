//! Accounts of staff: made by one administrator, let begin by another, and never erased.

pub mod approve;
pub mod end;
pub mod list;
pub mod make;
pub mod reset;

use serde_json::json;
use shared::{
    identity::accounts::{AccountState, StaffAccount},
    ids::StaffId,
};

use super::entity::staff;
use crate::{
    platform::{audit::Deed, idempotency::Actor},
    problem::Failure,
};

/// An account as administrators see it.
fn view(row: &staff::Model) -> Result<StaffAccount, Failure> {
    Ok(StaffAccount {
        id: row.id.into(),
        username: row.username.clone(),
        name: row.name.clone(),
        role: row.role.parse().map_err(anyhow::Error::from)?,
        hall_id: row.hall_id.map(Into::into),
        state: match (row.ended_at, row.approved_at) {
            (Some(_), _) => AccountState::Ended,
            (None, Some(_)) => AccountState::Active,
            (None, None) => AccountState::Pending,
        },
        initial_until: row.initial_until,
        locked_until: row.locked_until,
        created_at: row.created_at,
    })
}

/// What an administrator did to an account.
fn deed(by: Actor, action: &'static str, account: StaffId, role: &str) -> Deed<'static> {
    Deed {
        actor: Some(by),
        action,
        subject_kind: "staff",
        subject_id: Some(account.0),
        reason: None,
        detail: json!({ "role": role }),
    }
}
