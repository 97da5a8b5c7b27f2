//! The ticket's states and the actions of a clerk.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// In the queue (等候).
    Waiting,
    /// Called to a counter (已叫号).
    Called,
    /// At the counter (办理中).
    Serving,
    /// Served (已办结).
    Served,
    /// Called without coming; waits behind the next few (过号顺延).
    Missed,
    /// Put aside by a clerk (挂起).
    Parked,
    /// Missed too often (弃号).
    Abandoned,
    /// Cancelled before it was called (作废).
    Voided,
}

impl TicketStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Called,
        Self::Serving,
        Self::Served,
        Self::Missed,
        Self::Parked,
        Self::Abandoned,
        Self::Voided,
    ];

    /// The status as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Serving => "serving",
            Self::Served => "served",
            Self::Missed => "missed",
            Self::Parked => "parked",
            Self::Abandoned => "abandoned",
            Self::Voided => "voided",
        }
    }

    /// Whether the ticket can be called.
    pub const fn is_callable(self) -> bool {
        matches!(self, Self::Waiting | Self::Missed)
    }

    /// Whether nothing more happens to the ticket.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Served | Self::Abandoned | Self::Voided)
    }
}

impl FromStr for TicketStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// A text names no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no ticket status")]
pub struct UnknownStatus(pub String);

/// What can be done with a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Calls it to a counter (叫号).
    Call,
    /// Calls it again to the same counter (重呼).
    Recall,
    /// Nobody came (过号).
    Miss,
    /// Service begins (开始办理).
    Serve,
    /// Service is done (办结).
    Finish,
    /// Puts it aside (挂起).
    Park,
    /// Takes it up again at this counter (恢复).
    Resume,
    /// Sends it to another group's queue with the same number (转窗).
    Transfer,
    /// Cancels it (作废).
    Void,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Call,
        Self::Recall,
        Self::Miss,
        Self::Serve,
        Self::Finish,
        Self::Park,
        Self::Resume,
        Self::Transfer,
        Self::Void,
    ];

    /// The action as it is stored and as the last part of its path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Recall => "recall",
            Self::Miss => "miss",
            Self::Serve => "serve",
            Self::Finish => "finish",
            Self::Park => "park",
            Self::Resume => "resume",
            Self::Transfer => "transfer",
            Self::Void => "void",
        }
    }
}

/// An action that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket that is {from:?} does not take {attempted:?}")]
pub struct NotAllowed {
    /// Where the ticket stood.
    pub from: TicketStatus,
    /// What was tried.
    pub attempted: Action,
}

/// How missed calls are dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissPolicy {
    /// Behind how many others a missed ticket waits (顺延).
    pub behind: i32,
    /// The miss with which a ticket is abandoned.
    pub last_miss: i32,
}

impl Default for MissPolicy {
    fn default() -> Self {
        Self {
            behind: 3,
            last_miss: 3,
        }
    }
}

/// The status to which an action leads; `misses` counts the missed calls before this one.
pub fn apply(from: TicketStatus, action: Action, misses: i32, policy: MissPolicy) -> Result<TicketStatus, NotAllowed> {
    use TicketStatus::{Abandoned, Called, Missed, Parked, Served, Serving, Voided, Waiting};
    match (from, action) {
        (Waiting | Missed, Action::Call) | (Called, Action::Recall) => Ok(Called),
        (Called, Action::Miss) if misses + 1 >= policy.last_miss => Ok(Abandoned),
        (Called, Action::Miss) => Ok(Missed),
        (Called, Action::Serve) | (Parked, Action::Resume) => Ok(Serving),
        (Serving, Action::Finish) => Ok(Served),
        (Waiting | Missed | Serving, Action::Park) => Ok(Parked),
        (Serving, Action::Transfer) => Ok(Waiting),
        (Waiting | Missed | Parked, Action::Void) => Ok(Voided),
        (from, attempted) => Err(NotAllowed { from, attempted }),
    }
}

/// The actions that a ticket takes where it stands: the buttons to show.
pub fn actions(from: TicketStatus) -> impl Iterator<Item = Action> {
    Action::ALL
        .into_iter()
        .filter(move |action| apply(from, *action, 0, MissPolicy::default()).is_ok())
}

/// Why a ticket goes before others (依法优先), each with its reason in law or rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PriorityReason {
    /// Serving and retired soldiers and their families (军人地位和权益保障法).
    Military,
    /// Disabled people (残疾人保障法).
    Disabled,
    /// Aged 70 and above (老年人权益保障法).
    Elderly,
    /// Pregnant women and those with an infant.
    Pregnant,
    /// Firefighters and rescuers (消防救援衔条例).
    Firefighter,
    /// An emergency that the hall manager has confirmed.
    Emergency,
}

impl PriorityReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Military,
        Self::Disabled,
        Self::Elderly,
        Self::Pregnant,
        Self::Firefighter,
        Self::Emergency,
    ];

    /// The reason as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Military => "military",
            Self::Disabled => "disabled",
            Self::Elderly => "elderly",
            Self::Pregnant => "pregnant",
            Self::Firefighter => "firefighter",
            Self::Emergency => "emergency",
        }
    }
}

/// A ticket's number: the group's letter and the day's sequence, padded to three digits.
pub fn ticket_number(prefix: &str, sequence: i32) -> String {
    format!("{prefix}{sequence:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_offers_exactly_its_actions() {
        use Action::{Call, Finish, Miss, Park, Recall, Resume, Serve, Transfer, Void};
        let offered = |status| actions(status).collect::<Vec<_>>();
        assert_eq!(offered(TicketStatus::Waiting), [Call, Park, Void]);
        assert_eq!(offered(TicketStatus::Called), [Recall, Miss, Serve]);
        assert_eq!(offered(TicketStatus::Serving), [Finish, Park, Transfer]);
        assert_eq!(offered(TicketStatus::Missed), [Call, Park, Void]);
        assert_eq!(offered(TicketStatus::Parked), [Resume, Void]);
        for status in TicketStatus::ALL.into_iter().filter(|status| status.is_final()) {
            assert_eq!(offered(status), []);
        }
    }

    #[test]
    fn the_last_miss_abandons_the_ticket() {
        let policy = MissPolicy {
            behind: 3,
            last_miss: 2,
        };
        assert_eq!(
            apply(TicketStatus::Called, Action::Miss, 0, policy),
            Ok(TicketStatus::Missed)
        );
        assert_eq!(
            apply(TicketStatus::Called, Action::Miss, 1, policy),
            Ok(TicketStatus::Abandoned)
        );
    }

    #[test]
    fn a_number_is_padded_and_grows_beyond_its_padding() {
        assert_eq!(ticket_number("A", 7), "A007");
        assert_eq!(ticket_number("A", 1234), "A1234");
    }
}
