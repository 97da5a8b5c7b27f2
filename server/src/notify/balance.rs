//! Which provider gets the next text: by weight while both work, and with hysteresis when one does not.
//!
//! A provider is suspended quickly and trusted slowly. Three failures in a row, or half of the last sixteen calls, suspend it; after a
//! pause it is on trial with a small part of the texts; one more failure suspends it for twice as long, and ten good calls in a row make
//! it trusted again. When every provider is suspended, the one whose pause ends first is tried, because a text that waits helps nobody.

use chrono::TimeDelta;
use shared::time::Instant;

use super::provider::Provider;

const IN_A_ROW: u32 = 3;
const REMEMBERED: u32 = u16::BITS;
const TOO_MANY: u32 = 8;
const GOOD_IN_A_ROW: u32 = 10;
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// A provider on trial gets its weight divided by this.
const TRIAL: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// One bit for each of the last calls, set where it failed; the latest is the lowest.
    Trusted { failed: u16 },
    /// Not used before this instant; suspended so often in a row.
    Suspended { until: Instant, times: u32 },
    /// Used a little; good calls in a row so far.
    OnTrial { good: u32, times: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Member {
    provider: Provider,
    weight: u32,
    trust: Trust,
}

impl Member {
    fn share(&self, now: Instant) -> u32 {
        match self.trust {
            Trust::Trusted { .. } => self.weight.max(1),
            Trust::Suspended { until, .. } if now < until => 0,
            Trust::Suspended { .. } | Trust::OnTrial { .. } => (self.weight / TRIAL).max(1),
        }
    }

    fn suspended_until(&self) -> Option<Instant> {
        match self.trust {
            Trust::Suspended { until, .. } => Some(until),
            Trust::Trusted { .. } | Trust::OnTrial { .. } => None,
        }
    }
}

/// The providers and how far each is trusted, as one instance has seen it.
#[derive(Clone, Debug)]
pub struct Balance(Vec<Member>);

impl Balance {
    /// Every provider trusted, with its weight.
    pub fn new(providers: impl IntoIterator<Item = (Provider, u32)>) -> Self {
        let member = |(provider, weight)| Member {
            provider,
            weight,
            trust: Trust::Trusted { failed: 0 },
        };
        Self(providers.into_iter().map(member).collect())
    }

    /// The provider for the next text. `last` has just refused it and comes second; `draw` is any number.
    pub fn choose(&self, now: Instant, last: Option<Provider>, draw: u32) -> Option<Provider> {
        let others = self.0.iter().filter(|member| Some(member.provider) != last);
        drawn(now, others, draw)
            .or_else(|| drawn(now, self.0.iter(), draw))
            .or_else(|| {
                self.0
                    .iter()
                    .min_by_key(|member| member.suspended_until())
                    .map(|member| member.provider)
            })
    }

    /// Whether another provider than this one can be used now.
    pub fn has_another(&self, than: Provider, now: Instant) -> bool {
        self.0
            .iter()
            .any(|member| member.provider != than && member.share(now) > 0)
    }

    /// Learns how a call went: well, or with a failure that is the provider's.
    pub fn learn(&mut self, provider: Provider, well: bool, now: Instant) {
        let Some(member) = self.0.iter_mut().find(|member| member.provider == provider) else {
            return;
        };
        member.trust = match (member.trust, well) {
            (Trust::Trusted { failed }, well) => {
                let failed = (failed << 1) | u16::from(!well);
                if failed.trailing_ones() >= IN_A_ROW || failed.count_ones() >= TOO_MANY.min(REMEMBERED) {
                    suspended(1, now)
                } else {
                    Trust::Trusted { failed }
                }
            }
            (Trust::OnTrial { good, .. }, true) if good + 1 >= GOOD_IN_A_ROW => Trust::Trusted { failed: 0 },
            (Trust::OnTrial { good, times }, true) => Trust::OnTrial { good: good + 1, times },
            // An answer to a call from before the suspension says nothing new while it lasts.
            (held @ Trust::Suspended { until, .. }, _) if now < until => held,
            (Trust::Suspended { times, .. }, true) => Trust::OnTrial { good: 1, times },
            (Trust::OnTrial { times, .. } | Trust::Suspended { times, .. }, false) => suspended(times + 1, now),
        };
    }

    /// Whether a provider is trusted, for the gauge that an operator watches.
    pub fn is_trusted(&self, provider: Provider) -> bool {
        self.0
            .iter()
            .any(|member| member.provider == provider && matches!(member.trust, Trust::Trusted { .. }))
    }
}

/// One of these, in proportion to their shares.
fn drawn<'a>(now: Instant, among: impl Iterator<Item = &'a Member> + Clone, draw: u32) -> Option<Provider> {
    let total: u32 = among.clone().map(|member| member.share(now)).sum();
    let mut left = draw.checked_rem(total)?;
    for member in among {
        match left.checked_sub(member.share(now)) {
            None => return Some(member.provider),
            Some(rest) => left = rest,
        }
    }
    None
}

fn suspended(times: u32, now: Instant) -> Trust {
    let pause = FIRST_PAUSE * (1 << times.saturating_sub(1).min(8));
    Trust::Suspended {
        until: now + pause.min(LONGEST_PAUSE),
        times,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A: Provider = Provider::Aliyun;
    const T: Provider = Provider::Tencent;

    fn both() -> Balance {
        Balance::new([(A, 70), (T, 30)])
    }

    fn at(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn share_of_tencent(balance: &Balance, now: Instant) -> usize {
        (0..100)
            .filter(|draw| balance.choose(now, None, *draw) == Some(T))
            .count()
    }

    #[test]
    fn texts_are_spread_by_weight_and_a_refused_one_goes_elsewhere() {
        assert_eq!(share_of_tencent(&both(), at(0)), 30);
        assert!((0..100).all(|draw| both().choose(at(0), Some(A), draw) == Some(T)));
        assert_eq!(Balance::new([(A, 1)]).choose(at(0), Some(A), 7), Some(A));
        assert_eq!(Balance::new([]).choose(at(0), None, 7), None);
    }

    #[test]
    fn three_failures_in_a_row_suspend_and_ten_good_calls_restore() {
        let mut balance = both();
        for _ in 0..2 {
            balance.learn(A, false, at(0));
        }
        balance.learn(A, true, at(0));
        balance.learn(A, false, at(0));
        assert!(balance.is_trusted(A), "the row was broken");
        for _ in 0..2 {
            balance.learn(A, false, at(0));
        }
        assert_eq!(share_of_tencent(&balance, at(29)), 100);
        assert!(!balance.has_another(T, at(29)) && balance.has_another(T, at(30)));
        assert!((70..100).contains(&share_of_tencent(&balance, at(30))), "on trial");
        for _ in 0..9 {
            balance.learn(A, true, at(31));
        }
        assert!(!balance.is_trusted(A), "nine good calls are not enough");
        balance.learn(A, true, at(31));
        assert_eq!(share_of_tencent(&balance, at(31)), 30);
    }

    #[test]
    fn each_failure_on_trial_doubles_the_pause() {
        let mut balance = both();
        for _ in 0..3 {
            balance.learn(A, false, at(0));
        }
        balance.learn(A, false, at(30));
        assert_eq!(share_of_tencent(&balance, at(89)), 100);
        assert!(share_of_tencent(&balance, at(90)) < 100);
        for _ in 0..20 {
            balance.learn(A, false, at(100_000));
            balance.learn(A, false, at(100_000));
        }
        assert!(
            share_of_tencent(&balance, at(100_000 + 600)) < 100,
            "never longer than ten minutes"
        );
    }

    #[test]
    fn with_everything_suspended_the_first_to_return_is_tried() {
        let mut balance = both();
        for _ in 0..3 {
            balance.learn(T, false, at(0));
        }
        for _ in 0..3 {
            balance.learn(A, false, at(5));
        }
        assert_eq!(balance.choose(at(10), None, 3), Some(T));
    }

    proptest! {
        #[test]
        fn there_is_always_a_provider_and_a_trusted_one_before_a_suspended_one(
            steps in prop::collection::vec((any::<bool>(), any::<bool>(), 0i64..120), 0..80), draw: u32,
        ) {
            let mut balance = both();
            let mut now = 0;
            for (tencent, well, pause) in steps {
                now += pause;
                let provider = if tencent { T } else { A };
                balance.learn(provider, well, at(now));
                let chosen = balance.choose(at(now), None, draw);
                prop_assert!(chosen.is_some());
                let suspended = |provider| {
                    let member = balance.0.iter().find(|member| member.provider == provider);
                    member.is_some_and(|member| member.share(at(now)) == 0)
                };
                let other = if chosen == Some(A) { T } else { A };
                let wrong = balance.is_trusted(other) && chosen.is_some_and(suspended);
                prop_assert!(!wrong, "{:?}", balance);
            }
        }
    }
}
