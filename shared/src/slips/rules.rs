//! Where a slip stands, how long things are kept, and who may be a proxy.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use super::token::SlipKind;
use crate::{
    named,
    time::{Instant, day_of, instant},
};

named! {
    /// Where a slip stands.
    SlipStatus {
        /// What it is for is being made or brought to the site (制作中).
        Preparing = "preparing",
        /// It waits at the site (待领取).
        Ready = "ready",
        /// It is to be posted (待邮寄).
        ToMail = "to_mail",
        /// It is with the post (已寄出).
        Mailed = "mailed",
        /// It was handed over (已领取).
        Collected = "collected",
        /// It was kept as long as it is kept, and nobody came (逾期).
        Lapsed = "lapsed",
        /// The bureau took it back (已撤回).
        Withdrawn = "withdrawn",
    }

    /// What is done with a slip.
    Action {
        /// Lay it ready at the site.
        Prepare = "prepare",
        /// Have it posted.
        ChooseMail = "choose_mail",
        /// Collect it after all.
        ChoosePickup = "choose_pickup",
        /// Give it to the post.
        Post = "post",
        /// Hand it over.
        Collect = "collect",
        /// End the time for which it is kept.
        Lapse = "lapse",
        /// Give out a new slip in place of the old.
        Reissue = "reissue",
        /// Name somebody to collect it, or take that back.
        Entrust = "entrust",
        /// Bring it to another site.
        Move = "move",
        /// Take it back.
        Withdraw = "withdraw",
    }

    /// Why a token no longer counts.
    RevokedFor {
        /// A newer one was given out (换发).
        Reissued = "reissued",
        /// A proxy was named, and has another (委托代领).
        Entrusted = "entrusted",
        /// The proxy was called back, or the proxy's time is over (委托终止).
        ProxyEnded = "proxy_ended",
        /// It is collected at another site now (改领取点).
        Moved = "moved",
        /// It is posted instead (改为邮寄).
        Mailed = "mailed",
        /// The bureau took it back (撤回).
        Withdrawn = "withdrawn",
        /// The time for which it is kept is over (逾期).
        Lapsed = "lapsed",
    }
}

/// A step that the slip's status does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a slip that is {from:?} does not take {attempted:?}")]
pub struct NotAllowed {
    /// Where the slip stands.
    pub from: SlipStatus,
    /// What was tried.
    pub attempted: Action,
}

impl SlipStatus {
    /// Where the slip stands after an action. Property is never posted: whoever gets it signs for it.
    pub const fn after(self, action: Action, kind: SlipKind) -> Result<Self, NotAllowed> {
        let posted = matches!(kind, SlipKind::Document);
        Ok(match (self, action) {
            (Self::Preparing, Action::Prepare)
            | (Self::Ready | Self::Lapsed, Action::Reissue)
            | (Self::Ready, Action::Entrust | Action::Move) => Self::Ready,
            (Self::Preparing, Action::ChooseMail) if posted => Self::ToMail,
            (Self::ToMail, Action::ChoosePickup) | (Self::Preparing, Action::Entrust | Action::Move) => Self::Preparing,
            (Self::ToMail, Action::Post) => Self::Mailed,
            (Self::Ready, Action::Collect) => Self::Collected,
            (Self::Ready, Action::Lapse) => Self::Lapsed,
            (Self::Preparing | Self::Ready | Self::ToMail | Self::Lapsed, Action::Withdraw) => Self::Withdrawn,
            (from, attempted) => return Err(NotAllowed { from, attempted }),
        })
    }

    /// Whether nothing more happens to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Collected | Self::Mailed | Self::Withdrawn)
    }
}

/// What a bureau sets for keeping things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoragePolicy {
    /// For how many days a document waits.
    pub document_days: u64,
    /// For how many days property waits: six months, as long as found property is announced (刑事程序规定 art. 233).
    pub property_days: u64,
    /// How many days before the end one is reminded, the earlier reminder first.
    pub reminded_before: [u64; 2],
}

impl Default for StoragePolicy {
    fn default() -> Self {
        Self {
            document_days: 90,
            property_days: 183,
            reminded_before: [14, 3],
        }
    }
}

impl StoragePolicy {
    /// The end of the time for which something is kept that lies ready from this instant on: the end of the bureau's day, on the last day that
    /// whoever brought it has set, or else after as many days as such things are kept. A last day that is over sets nothing.
    pub fn kept_until(&self, kind: SlipKind, ready_at: Instant, last_day: Option<NaiveDate>) -> Instant {
        let days = match kind {
            SlipKind::Document => self.document_days,
            SlipKind::Property => self.property_days,
        };
        let today = day_of(ready_at);
        let last_day = last_day.filter(|day| *day >= today);
        last_day
            .or_else(|| today.checked_add_days(Days::new(days)))
            .and_then(|day| day.succ_opt())
            .map_or(ready_at, |day| instant(day, NaiveTime::MIN))
    }

    /// Whoever's thing is kept no longer than until this is reminded now, each a number of days before the end at ten in the morning.
    pub fn reminded_now(&self, days_before: u64, now: Instant) -> Instant {
        let days = TimeDelta::days(i64::try_from(days_before).unwrap_or_default() + 1);
        now + days - TimeDelta::hours(10)
    }
}

/// The longest time for which a proxy is named.
pub const LONGEST_PROXY: TimeDelta = TimeDelta::days(30);

/// What is known of somebody who is to be a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whether it is the one to whom the thing belongs.
    pub is_owner: bool,
    /// Whether it is a member of the police staff.
    pub is_staff: bool,
    /// Until when the letter of attorney holds.
    pub until: Instant,
}

/// Why somebody cannot be a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// One needs no proxy to be oneself.
    #[error("the proxy is the owner")]
    Owner,
    /// Police staff collect no property for others (公安机关办理刑事案件程序规定 art. 234).
    #[error("police staff may not collect property for others")]
    PoliceStaff,
    /// The letter ends in the past, after the thing is kept, or later than a letter may.
    #[error("the letter of attorney must end between now and the end of storage, within 30 days")]
    Until,
}

/// Whether somebody may be named as a proxy for a slip of this kind that is kept until then.
pub fn may_be_proxy(
    candidate: Candidate,
    kind: SlipKind,
    kept_until: Option<Instant>,
    now: Instant,
) -> Result<(), ProxyError> {
    if candidate.is_owner {
        return Err(ProxyError::Owner);
    }
    if candidate.is_staff && kind == SlipKind::Property {
        return Err(ProxyError::PoliceStaff);
    }
    let latest = kept_until.map_or(now + LONGEST_PROXY, |kept| kept.min(now + LONGEST_PROXY));
    if candidate.until <= now || candidate.until > latest {
        return Err(ProxyError::Until);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::wire_time;

    fn at(text: &str) -> Instant {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn things_are_kept_until_the_end_of_a_day_and_reminded_of_in_the_morning() {
        let policy = StoragePolicy::default();
        let ready = at("2026-11-23T15:30:00+08:00");
        let until = policy.kept_until(SlipKind::Document, ready, None);
        assert_eq!(wire_time::text(until), "2027-02-22T00:00:00+08:00");
        let reminded = |days, now: &str| until <= policy.reminded_now(days, at(now));
        assert!(!reminded(14, "2027-02-07T09:59:59+08:00"));
        assert!(reminded(14, "2027-02-07T10:00:00+08:00"));
        assert!(!reminded(3, "2027-02-18T09:59:59+08:00"));
        assert!(reminded(3, "2027-02-18T10:00:00+08:00"));
        assert!(policy.kept_until(SlipKind::Property, ready, None) > until);
    }

    #[test]
    fn whoever_brings_a_thing_may_set_its_last_day_unless_that_is_over() {
        let ready = at("2026-11-23T15:30:00+08:00");
        let until = |day: &str| {
            let last_day = Some(day.parse().unwrap());
            wire_time::text(StoragePolicy::default().kept_until(SlipKind::Document, ready, last_day))
        };
        assert_eq!(until("2026-12-01"), "2026-12-02T00:00:00+08:00");
        assert_eq!(until("2026-11-23"), "2026-11-24T00:00:00+08:00");
        assert_eq!(until("2026-11-22"), "2027-02-22T00:00:00+08:00");
    }

    #[test]
    fn mail_is_chosen_only_until_the_document_is_prepared_and_never_for_property() {
        use SlipStatus::{Preparing, Ready, ToMail};
        assert_eq!(Preparing.after(Action::ChooseMail, SlipKind::Document), Ok(ToMail));
        assert_eq!(ToMail.after(Action::ChoosePickup, SlipKind::Document), Ok(Preparing));
        for (from, kind) in [(Ready, SlipKind::Document), (Preparing, SlipKind::Property)] {
            let attempted = Action::ChooseMail;
            assert_eq!(from.after(attempted, kind), Err(NotAllowed { from, attempted }));
        }
    }

    #[test]
    fn only_what_lies_ready_is_collected_and_what_is_over_stays_over() {
        for from in SlipStatus::ALL {
            let collected = from.after(Action::Collect, SlipKind::Document);
            assert_eq!(collected.is_ok(), *from == SlipStatus::Ready, "{from:?}");
            if from.is_over() {
                assert!(
                    Action::ALL
                        .iter()
                        .all(|action| from.after(*action, SlipKind::Document).is_err())
                );
            }
        }
    }

    #[test]
    fn police_staff_collect_no_property_for_others() {
        let now = at("2026-11-23T08:00:00+08:00");
        let candidate = Candidate {
            is_owner: false,
            is_staff: true,
            until: now + TimeDelta::days(3),
        };
        let judged = |candidate, kind| may_be_proxy(candidate, kind, Some(now + TimeDelta::days(10)), now);
        assert_eq!(judged(candidate, SlipKind::Property), Err(ProxyError::PoliceStaff));
        assert_eq!(judged(candidate, SlipKind::Document), Ok(()));
        let owner = Candidate {
            is_owner: true,
            ..candidate
        };
        assert_eq!(judged(owner, SlipKind::Document), Err(ProxyError::Owner));
        for days in [0, -1, 11, 31] {
            let until = now + TimeDelta::days(days);
            assert_eq!(
                judged(Candidate { until, ..candidate }, SlipKind::Document),
                Err(ProxyError::Until),
                "{days}"
            );
        }
    }

    proptest! {
        #[test]
        fn things_are_kept_for_whole_days(ready in 0i64..4_000_000_000) {
            let ready = Instant::UNIX_EPOCH + TimeDelta::seconds(ready);
            let until = StoragePolicy::default().kept_until(SlipKind::Document, ready, None);
            prop_assert!(until - ready > TimeDelta::days(90) && until - ready <= TimeDelta::days(91));
            prop_assert_eq!(instant(day_of(until), NaiveTime::MIN), until);
        }
    }
}
