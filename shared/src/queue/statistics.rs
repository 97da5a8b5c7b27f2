//! Figures about visits: how long people waited and were served.

use serde::{Deserialize, Serialize};

/// How durations spread, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// Their mean.
    pub mean_seconds: i64,
    /// Half of them were at most as long.
    pub median_seconds: i64,
    /// Nine in ten were at most as long.
    pub p90_seconds: i64,
}

/// How durations spread; all zero when there are none.
pub fn spread(durations: &[i64]) -> Spread {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    // The smallest value that this share of all does not exceed.
    let at = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted.get(rank).copied().unwrap_or(0)
    };
    let count = i64::try_from(sorted.len().max(1)).unwrap_or(i64::MAX);
    Spread {
        count: sorted.len(),
        mean_seconds: sorted.iter().sum::<i64>() / count,
        median_seconds: at(50),
        p90_seconds: at(90),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ten_durations_have_a_middle_and_a_ninth() {
        let found = spread(&[10, 20, 30, 40, 50, 60, 70, 80, 90, 1000]);
        assert_eq!((found.count, found.median_seconds, found.p90_seconds), (10, 50, 90));
        assert_eq!(found.mean_seconds, 145);
        assert_eq!(spread(&[]), Spread::default());
    }

    proptest! {
        #[test]
        fn shares_are_what_they_say(durations in prop::collection::vec(0i64..10_000, 1..60)) {
            let found = spread(&durations);
            let at_most = |limit| durations.iter().filter(|d| **d <= limit).count() * 100;
            prop_assert!(at_most(found.median_seconds) >= durations.len() * 50);
            prop_assert!(at_most(found.p90_seconds) >= durations.len() * 90);
            prop_assert!(found.median_seconds <= found.p90_seconds);
        }
    }
}
