//! The states of camera records and decisions, what may be done in each, and what an order may say.

use std::str::FromStr;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{
    money::Fen,
    time::{Instant, day_of, instant},
};

/// A text names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of this")]
pub struct UnknownState(pub String);

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$state_doc:meta])* $state:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$state_doc])* #[serde(rename = $text)] $state,)*
        }

        impl $name {
            /// Every state.
            pub const ALL: &[Self] = &[$(Self::$state),*];

            /// The state as it is stored and written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$state => $text,)*
                }
            }
        }

        $crate::described!($name);

        impl FromStr for $name {
            type Err = UnknownState;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().find(|state| state.as_str() == text).copied().ok_or_else(|| UnknownState(text.to_owned()))
            }
        }
    };
}
pub(crate) use states;

states! {
    /// Where a camera record stands.
    ViolationStatus {
        /// Nobody has answered it (未处理).
        Unhandled = "unhandled",
        /// The driver confirms it; a decision follows (已确认).
        Accepted = "accepted",
        /// The driver objects; an officer looks (有异议).
        Objected = "objected",
        /// A decision was made of it (已处罚).
        Decided = "decided",
        /// It was only a warning (警告).
        Warned = "warned",
        /// The police took it back (已撤销).
        Withdrawn = "withdrawn",
    }
}

states! {
    /// The procedure in which a record is decided.
    Procedure {
        /// The simple procedure (简易程序).
        Simple = "simple",
        /// The ordinary procedure (普通程序).
        Ordinary = "ordinary",
    }
}

states! {
    /// Where a decision stands.
    DecisionStatus {
        /// To be paid (待缴款).
        Open = "open",
        /// Under review or before a court; it may still be paid, and no surcharge grows (复议、诉讼中).
        UnderReview = "under_review",
        /// Paid (已缴款).
        Paid = "paid",
        /// The agency took it back (已撤销).
        Withdrawn = "withdrawn",
    }
}

/// What a resident answers to a camera record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is right.
    Accept,
    /// It is not, for this reason.
    Object(String),
}

/// Which records may be handled without going to a window: configuration, with the rule that allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfService {
    /// The greatest fine.
    pub ceiling: Fen,
    /// The rule.
    pub citation: String,
}

/// Why a record cannot be handled here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// It was answered, decided or withdrawn before.
    #[error("a record that is {from:?} cannot be handled")]
    NotAllowed {
        /// Where it stands.
        from: ViolationStatus,
    },
    /// The fine or the procedure is beyond self-service.
    #[error("the record is beyond self-service")]
    BeyondCeiling,
}

/// Handles a record: where it stands afterwards.
pub fn handle(
    from: ViolationStatus,
    procedure: Procedure,
    fine: Fen,
    answer: &Answer,
    policy: &SelfService,
) -> Result<ViolationStatus, HandleError> {
    if from != ViolationStatus::Unhandled {
        return Err(HandleError::NotAllowed { from });
    }
    match answer {
        // An objection is looked at by an officer in any case, so it has no ceiling.
        Answer::Object(_) => Ok(ViolationStatus::Objected),
        Answer::Accept if procedure == Procedure::Simple && fine <= policy.ceiling => Ok(ViolationStatus::Accepted),
        Answer::Accept => Err(HandleError::BeyondCeiling),
    }
}

/// A decision's number: opaque, and different in each region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecisionNo(String);

/// A text is no decision number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a decision number has 6 to 40 letters, digits, hyphens or brackets")]
pub struct DecisionNoError;

impl DecisionNo {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a text may say of it: the last six characters.
    pub fn tail(&self) -> String {
        let skip = self.0.chars().count().saturating_sub(6);
        self.0.chars().skip(skip).collect()
    }
}

impl FromStr for DecisionNo {
    type Err = DecisionNoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim();
        let fits =
            |c: char| c.is_alphanumeric() || matches!(c, '-' | '(' | ')' | '（' | '）' | '〔' | '〕' | '[' | ']');
        if (6..=40).contains(&number.chars().count()) && number.chars().all(fits) {
            Ok(Self(number.to_owned()))
        } else {
            Err(DecisionNoError)
        }
    }
}

/// What a decision obliges to, as the police system says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// The fine.
    pub fine: Fen,
    /// The surcharge that the police system applies.
    pub surcharge: Fen,
}

impl Obligation {
    /// What is to be paid; nothing when the sum does not fit, or when there is nothing to pay.
    pub fn due(self) -> Option<Fen> {
        self.fine.checked_add(self.surcharge).filter(|due| *due > Fen::ZERO)
    }
}

/// A decision's state with the data that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It waits for a payment.
    Payable(Obligation),
    /// It is paid.
    Paid {
        /// When.
        at: Instant,
    },
    /// The agency took it back.
    Withdrawn,
}

/// Why an order cannot be made for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// Somebody paid it.
    #[error("the decision is paid")]
    Paid,
    /// The agency took it back.
    #[error("the decision is withdrawn")]
    Withdrawn,
    /// The day ends too soon: the amount could be another before the payment is through.
    #[error("no order is made at the end of a day")]
    DayEnds {
        /// When orders are made again.
        again_at: Instant,
    },
    /// There is nothing to pay.
    #[error("there is nothing to pay")]
    NothingDue,
}

/// What an order may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The amount.
    pub amount: Fen,
    /// The day whose amount it is.
    pub day: NaiveDate,
    /// Until when it can be paid; never past that day's midnight.
    pub expires_at: Instant,
}

/// No order is made when less than this is left of the day, since WeChat wants at least a minute.
const LAST_SECONDS: TimeDelta = TimeDelta::seconds(90);
/// An order is open at most this long, which is how long its prepay id lives.
const ORDER_LIFE: TimeDelta = TimeDelta::hours(2);

/// The quote of a decision now.
pub fn quote(decision: Decision, now: Instant) -> Result<Quote, QuoteError> {
    let amount = match decision {
        Decision::Payable(obligation) => obligation.due().ok_or(QuoteError::NothingDue)?,
        Decision::Paid { .. } => return Err(QuoteError::Paid),
        Decision::Withdrawn => return Err(QuoteError::Withdrawn),
    };
    let day = day_of(now);
    let midnight = instant(day.checked_add_days(Days::new(1)).unwrap_or(day), NaiveTime::MIN);
    if midnight - now < LAST_SECONDS {
        return Err(QuoteError::DayEnds { again_at: midnight });
    }
    Ok(Quote {
        amount,
        day,
        expires_at: (now + ORDER_LIFE).min(midnight),
    })
}

/// Whether an open order can still be handed out: the payer needs time, and WeChat wants a minute.
pub fn still_payable(expires_at: Instant, now: Instant) -> bool {
    expires_at - now >= LAST_SECONDS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn payable(fine: i64, surcharge: i64) -> Decision {
        Decision::Payable(Obligation {
            fine: Fen(fine),
            surcharge: Fen(surcharge),
        })
    }

    #[test]
    fn an_order_ends_at_midnight_at_the_latest_and_none_is_made_in_the_last_ninety_seconds() {
        let morning = quote(payable(20_000, 600), at("2026-11-23T08:00:00+08:00")).unwrap();
        assert_eq!(
            (morning.amount, morning.expires_at),
            (Fen(20_600), at("2026-11-23T10:00:00+08:00"))
        );
        let late = quote(payable(20_000, 0), at("2026-11-23T23:58:00+08:00")).unwrap();
        assert_eq!(late.expires_at, at("2026-11-24T00:00:00+08:00"));
        assert_eq!(
            quote(payable(20_000, 0), at("2026-11-23T23:58:31+08:00")),
            Err(QuoteError::DayEnds {
                again_at: at("2026-11-24T00:00:00+08:00")
            })
        );
    }

    #[test]
    fn nothing_is_quoted_for_what_is_paid_withdrawn_or_nothing() {
        let now = at("2026-11-23T08:00:00+08:00");
        assert_eq!(quote(Decision::Paid { at: now }, now), Err(QuoteError::Paid));
        assert_eq!(quote(Decision::Withdrawn, now), Err(QuoteError::Withdrawn));
        assert_eq!(quote(payable(0, 0), now), Err(QuoteError::NothingDue));
        assert_eq!(quote(payable(i64::MAX, 1), now), Err(QuoteError::NothingDue));
    }

    #[test]
    fn a_record_is_accepted_once_and_only_within_the_ceiling() {
        use ViolationStatus::{Accepted, Objected, Unhandled};
        let policy = SelfService {
            ceiling: Fen(20_000),
            citation: "第一百零七条".into(),
        };
        let accept = |from, procedure, fine| handle(from, procedure, Fen(fine), &Answer::Accept, &policy);
        assert_eq!(accept(Unhandled, Procedure::Simple, 20_000), Ok(Accepted));
        assert_eq!(
            accept(Unhandled, Procedure::Simple, 20_001),
            Err(HandleError::BeyondCeiling)
        );
        assert_eq!(
            accept(Unhandled, Procedure::Ordinary, 100),
            Err(HandleError::BeyondCeiling)
        );
        assert_eq!(
            accept(Accepted, Procedure::Simple, 100),
            Err(HandleError::NotAllowed { from: Accepted })
        );
        let objection = Answer::Object("不是我的车".into());
        assert_eq!(
            handle(Unhandled, Procedure::Ordinary, Fen(90_000), &objection, &policy),
            Ok(Objected)
        );
    }

    #[test]
    fn a_decision_number_is_opaque_within_bounds() {
        let number: DecisionNo = " 5399123456789012 ".parse().unwrap();
        assert_eq!(
            (number.as_str(), number.tail().as_str()),
            ("5399123456789012", "789012")
        );
        assert!("云公交（2026）第0012号".parse::<DecisionNo>().is_ok());
        for text in ["", "12345", "a b c d e f", "5399'--1234"] {
            assert_eq!(text.parse::<DecisionNo>(), Err(DecisionNoError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_quote_reaches_into_another_day(seconds in 0i64..(3 * 86_400), fine in 1i64..10_000_000) {
            let now = at("2026-11-23T00:00:00+08:00") + TimeDelta::seconds(seconds);
            if let Ok(quote) = quote(payable(fine, 0), now) {
                prop_assert_eq!(day_of(quote.expires_at - TimeDelta::milliseconds(1)), day_of(now));
                prop_assert!(quote.expires_at - now >= TimeDelta::seconds(90));
            }
        }
    }
}
