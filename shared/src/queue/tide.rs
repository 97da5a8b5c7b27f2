//! The tidal-counter alert (潮汐窗口): when another counter should be opened, or one is not needed.

use serde::{Deserialize, Serialize};

use crate::{ids::GroupId, named};

named! {
    /// What the hall should do about a group.
    TideAdvice {
        /// People wait and nobody serves them.
        OpenFirst = "open_first",
        /// Those who wait will wait longer than the hall promises.
        OpenAnother = "open_another",
        /// More counters are open than anyone waits for.
        CloseOne = "close_one",
    }
}

/// How long the last one in the line may expect to wait before another counter is called for, in minutes.
pub const PROMISED_WAIT: i64 = 30;

/// A group as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How many wait.
    pub waiting: u32,
    /// How many counters serve it now.
    pub counters: u32,
    /// How long the last of them will hardly wait longer, in minutes; absent when that cannot be told.
    pub longest_wait: Option<i64>,
}

/// What to do about a group, if anything.
pub fn advice(load: Load) -> Option<TideAdvice> {
    match load {
        Load {
            waiting: 1..,
            counters: 0,
            ..
        } => Some(TideAdvice::OpenFirst),
        Load {
            longest_wait: Some(wait),
            ..
        } if wait > PROMISED_WAIT => Some(TideAdvice::OpenAnother),
        Load {
            waiting: 0,
            counters: 3..,
            ..
        } => Some(TideAdvice::CloseOne),
        _ => None,
    }
}

/// An entry of `GET /admin/alerts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TideAlert {
    /// The group.
    pub group_id: GroupId,
    /// Its name.
    pub group: String,
    /// What to do.
    pub advice: TideAdvice,
    /// How many wait.
    pub waiting: u32,
    /// How many counters serve it now.
    pub counters: u32,
    /// How long the last one may wait, in minutes, where that can be told.
    pub longest_wait: Option<i64>,
    /// The numbers of counters that could serve it and are not open.
    pub could_open: Vec<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_called_for_when_people_would_wait_too_long() {
        let load = |waiting, counters, longest_wait| {
            advice(Load {
                waiting,
                counters,
                longest_wait,
            })
        };
        assert_eq!(load(0, 0, None), None);
        assert_eq!(load(1, 0, None), Some(TideAdvice::OpenFirst));
        assert_eq!(load(4, 2, Some(30)), None);
        assert_eq!(load(4, 2, Some(31)), Some(TideAdvice::OpenAnother));
        assert_eq!(load(0, 2, None), None);
        assert_eq!(load(0, 3, None), Some(TideAdvice::CloseOne));
    }
}
