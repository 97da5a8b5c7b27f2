//! The filed templates with their variables, the states of a text, and what follows from an outcome.

use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A variable holds at least one character and at most this many.
pub const VARIABLE_LIMIT: usize = 35;

/// Why a text is sent, which decides what goes first and what can be declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A login code (验证码), for which somebody is waiting at this moment.
    Code,
    /// What the law wants told (法定告知).
    Statutory,
    /// What guards an account (账号安全): its owner is told whatever else they declined.
    Security,
    /// What is useful to know (服务提醒); the only class that a resident can decline.
    Notice,
}

impl Class {
    /// The class as it is filed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Statutory => "statutory",
            Self::Security => "security",
            Self::Notice => "notice",
        }
    }

    /// The place in the order of sending: the lowest goes first.
    pub const fn priority(self) -> i32 {
        match self {
            Self::Code => 0,
            Self::Statutory | Self::Security => 1,
            Self::Notice => 2,
        }
    }

    /// Whether a resident who wants no more texts is spared this class.
    pub const fn can_be_declined(self) -> bool {
        matches!(self, Self::Notice)
    }
}

/// What a text is about. Texts about the same thing reach a recipient in the order of their events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Signing in.
    SignIn,
    /// Appointments and the waiting list.
    Appointments,
    /// A ticket in a hall's queue.
    Queue,
    /// Fines and their receipts.
    Payments,
    /// Cases and the property in them.
    Cases,
    /// Slips and finished documents.
    Slips,
    /// What was done to an account.
    Account,
}

impl Topic {
    /// The topic as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Appointments => "appointments",
            Self::Queue => "queue",
            Self::Payments => "payments",
            Self::Cases => "cases",
            Self::Slips => "slips",
            Self::Account => "account",
        }
    }

    /// The client's page where everything about it stands.
    pub const fn page(self) -> &'static str {
        match self {
            Self::SignIn | Self::Account => "/account",
            Self::Appointments | Self::Queue => "/appointments",
            Self::Payments => "/fines",
            Self::Cases => "/cases",
            Self::Slips => "/slips",
        }
    }
}

/// The filed type of a variable; a provider refuses a value of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Decimal digits.
    Digits,
    /// Latin letters, digits and hyphens.
    Code,
    /// Digits with a decimal point and commas.
    Money,
    /// A date or a time: it has a digit in it.
    Time,
    /// Anything that is neither a link nor a signature.
    Text,
}

impl Kind {
    /// Whether a value can be sent as a variable of this kind.
    pub fn fits(self, value: &str) -> bool {
        if !(1..=VARIABLE_LIMIT).contains(&value.chars().count()) || value.contains(['【', '】', '\n', '\r']) {
            return false;
        }
        match self {
            Self::Digits => value.chars().all(|c| c.is_ascii_digit()),
            Self::Code => value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
            Self::Money => value.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')),
            Self::Time => value.chars().any(|c| c.is_ascii_digit()),
            Self::Text => !value.contains("http://") && !value.contains("https://"),
        }
    }
}

/// Why a template cannot be sent with these variables. It names the variable and never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// The template has this variable, and it was not given.
    #[error("the variable {0} is missing")]
    Missing(&'static str),
    /// The template has no such variable.
    #[error("the template has no variable {0}")]
    Unknown(&'static str),
    /// The variable was given twice.
    #[error("the variable {0} is given twice")]
    Repeated(&'static str),
    /// The value is empty, too long or not of the variable's filed type.
    #[error("the value of {0} is empty, longer than 35 characters or not of its filed type")]
    Unfit(&'static str),
}

/// A text names no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no template")]
pub struct UnknownTemplate(pub String);

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $key:literal $class:ident $topic:ident { $($variable:literal: $kind:ident),* };)*) => {
        /// A filed template.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Template {
            $($(#[$doc])* $name,)*
        }

        impl Template {
            /// Every template.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name under which it is filed.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// Why it is sent.
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$name => Class::$class,)*
                }
            }

            /// What it is about.
            pub const fn topic(self) -> Topic {
                match self {
                    $(Self::$name => Topic::$topic,)*
                }
            }

            /// Its variables and their filed types.
            pub const fn variables(self) -> &'static [(&'static str, Kind)] {
                match self {
                    $(Self::$name => &[$(($variable, Kind::$kind)),*],)*
                }
            }
        }
    };
}

templates! {
    /// The code with which somebody signs in.
    LoginCode = "login-code" Code SignIn { "code": Digits };
    /// A seat is booked.
    AppointmentConfirmed = "appointment-confirmed" Notice Appointments
        { "service": Text, "hall": Text, "time": Time, "code": Code };
    /// The resident gave the seat back.
    AppointmentCancelled = "appointment-cancelled" Notice Appointments { "service": Text, "time": Time };
    /// The appointment has another time.
    AppointmentRescheduled = "appointment-rescheduled" Notice Appointments
        { "service": Text, "hall": Text, "time": Time, "code": Code };
    /// Seats are booked for the people of an organisation; its contact is told.
    CollectiveConfirmed = "collective-confirmed" Notice Appointments
        { "service": Text, "hall": Text, "time": Time, "count": Digits };
    /// The hall cancelled what it had booked for the people of an organisation.
    CollectiveCancelled = "collective-cancelled" Notice Appointments { "service": Text, "time": Time, "count": Digits };
    /// The hall does not open, so the appointment is cancelled.
    HallClosed = "hall-closed" Notice Appointments { "hall": Text, "time": Time, "service": Text };
    /// The appointment is tomorrow.
    ReminderDayBefore = "reminder-day-before" Notice Appointments { "service": Text, "hall": Text, "time": Time };
    /// The appointment is in two hours.
    ReminderTwoHours = "reminder-two-hours" Notice Appointments { "service": Text, "hall": Text, "time": Time };
    /// Few tickets are ahead.
    TicketNear = "ticket-near" Notice Queue { "number": Code, "ahead": Digits };
    /// The ticket is called to a counter.
    TicketCalled = "ticket-called" Notice Queue { "number": Code, "counter": Text };
    /// Nobody came to the counter.
    TicketMissed = "ticket-missed" Notice Queue { "number": Code };
    /// A seat is offered to somebody on the waiting list.
    WaitlistOffer = "waitlist-offer" Notice Appointments { "service": Text, "time": Time, "deadline": Time };
    /// Nobody came to an appointment, and it is counted.
    StrikeRecorded = "strike-recorded" Notice Appointments { "service": Text, "time": Time, "count": Digits };
    /// A fine is paid.
    PaymentReceived = "payment-received" Notice Payments { "decision": Code, "amount": Money };
    /// The electronic receipt of a fine is issued.
    ReceiptReady = "receipt-ready" Notice Payments { "decision": Code, "number": Code };
    /// A payment went back.
    RefundDone = "refund-done" Notice Payments { "decision": Code, "amount": Money };
    /// A report was taken as a case (受案).
    CaseAccepted = "case-accepted" Statutory Cases { "case": Code };
    /// A case is investigated (立案).
    CaseFiled = "case-filed" Statutory Cases { "case": Code, "date": Time };
    /// A case is not investigated (不予立案).
    CaseNotFiled = "case-not-filed" Statutory Cases { "case": Code };
    /// A case goes to another agency (移送管辖).
    CaseTransferred = "case-transferred" Statutory Cases { "case": Code, "agency": Text };
    /// A case has come a step further.
    CaseProgress = "case-progress" Notice Cases { "case": Code, "step": Text };
    /// A case is finished.
    CaseClosed = "case-closed" Statutory Cases { "case": Code };
    /// What was told of a case was wrong, and stands corrected.
    CaseCorrected = "case-corrected" Statutory Cases { "case": Code, "step": Text };
    /// What was told of a case was wrong, and was taken back.
    CaseWithdrawn = "case-withdrawn" Statutory Cases { "case": Code, "step": Text };
    /// Stolen property was found.
    PropertyFound = "property-found" Notice Cases { "case": Code, "item": Text };
    /// Property can be collected (发还).
    PropertyReturn = "property-return" Statutory Cases { "case": Code, "item": Text, "place": Text };
    /// Something can be collected with a slip.
    SlipIssued = "slip-issued" Notice Slips { "item": Text, "place": Text, "deadline": Time };
    /// Somebody was asked to collect for another.
    SlipProxyNamed = "slip-proxy-named" Notice Slips { "name": Text, "item": Text, "place": Text };
    /// Something was collected.
    SlipRedeemed = "slip-redeemed" Notice Slips { "item": Text, "time": Time };
    /// A slip ends soon.
    SlipExpiring = "slip-expiring" Notice Slips { "item": Text, "place": Text, "deadline": Time };
    /// Somebody else is to collect one's thing, so one's own slip no longer counts.
    SlipEntrusted = "slip-entrusted" Notice Slips { "name": Text, "item": Text };
    /// One no longer collects for another.
    SlipProxyEnded = "slip-proxy-ended" Notice Slips { "item": Text };
    /// A document is with the post.
    SlipMailed = "slip-mailed" Notice Slips { "item": Text, "tracking": Code };
    /// A document is made and waits in a hall.
    DocumentReady = "document-ready" Notice Slips { "document": Text, "hall": Text };
    /// The account has another phone; the one before is told.
    PhoneChanged = "phone-changed" Security Account { "tail": Digits, "time": Time };
    /// A WeChat can sign in to the account.
    WechatLinked = "wechat-linked" Security Account { "time": Time };
    /// A passkey can sign in to the account.
    PasskeyAdded = "passkey-added" Security Account { "time": Time };
    /// A passkey was taken from the account.
    PasskeyRemoved = "passkey-removed" Security Account { "time": Time };
}

impl Template {
    /// Checks that every variable is given once, fits its filed type, and that there is no other.
    pub fn check(self, given: &[(&'static str, String)]) -> Result<(), VariableError> {
        for (at, (name, value)) in given.iter().enumerate() {
            let (_, kind) = self
                .variables()
                .iter()
                .find(|(known, _)| known == name)
                .ok_or(VariableError::Unknown(name))?;
            if given.iter().take(at).any(|(earlier, _)| earlier == name) {
                return Err(VariableError::Repeated(name));
            }
            if !kind.fits(value) {
                return Err(VariableError::Unfit(name));
            }
        }
        match self
            .variables()
            .iter()
            .find(|(name, _)| !given.iter().any(|(known, _)| known == name))
        {
            Some((name, _)) => Err(VariableError::Missing(name)),
            None => Ok(()),
        }
    }

    /// How long after its time the text is still worth sending. What comes later would only mislead.
    pub const fn useful_for(self) -> TimeDelta {
        match self {
            Self::LoginCode => TimeDelta::minutes(5),
            Self::TicketNear | Self::TicketCalled => TimeDelta::minutes(10),
            Self::TicketMissed => TimeDelta::hours(1),
            Self::ReminderTwoHours | Self::WaitlistOffer => TimeDelta::hours(2),
            Self::ReminderDayBefore => TimeDelta::hours(20),
            _ => TimeDelta::hours(72),
        }
    }

    /// The earlier texts about the same subject that this one makes pointless while they have not been sent.
    pub const fn supersedes(self) -> &'static [Self] {
        match self {
            Self::LoginCode => &[Self::LoginCode],
            Self::AppointmentRescheduled | Self::AppointmentCancelled | Self::HallClosed => &[
                Self::AppointmentConfirmed,
                Self::AppointmentRescheduled,
                Self::ReminderDayBefore,
                Self::ReminderTwoHours,
            ],
            Self::TicketCalled => &[Self::TicketNear, Self::TicketCalled, Self::TicketMissed],
            Self::TicketMissed => &[Self::TicketNear, Self::TicketCalled],
            Self::CaseProgress | Self::CaseClosed => &[Self::CaseProgress],
            Self::PropertyReturn => &[Self::PropertyFound],
            Self::SlipRedeemed => &[Self::SlipIssued, Self::SlipExpiring],
            _ => &[],
        }
    }
}

impl FromStr for Template {
    type Err = UnknownTemplate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .find(|template| template.key() == text)
            .copied()
            .ok_or_else(|| UnknownTemplate(text.to_owned()))
    }
}

/// Shortens a name to what a variable holds, with an ellipsis in the place of what is cut off.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= VARIABLE_LIMIT {
        return text.to_owned();
    }
    text.chars().take(VARIABLE_LIMIT - 1).chain(['…']).collect()
}

/// What an event is about: everything before its last slash, as `ticket/42` in `ticket/42/called`.
pub fn subject_of(event: &str) -> Option<&str> {
    event
        .rsplit_once('/')
        .map(|(subject, _)| subject)
        .filter(|subject| !subject.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn fitting(template: Template) -> Vec<(&'static str, String)> {
        template
            .variables()
            .iter()
            .map(|(name, _)| (*name, "20261122".to_owned()))
            .collect()
    }

    #[test]
    fn every_template_has_a_key_of_its_own_and_is_found_by_it() {
        let keys: HashSet<_> = Template::ALL.iter().map(|template| template.key()).collect();
        assert_eq!(keys.len(), Template::ALL.len());
        for template in Template::ALL {
            assert_eq!(template.key().parse(), Ok(*template));
        }
        assert!("login".parse::<Template>().is_err());
    }

    #[test]
    fn a_variable_that_is_missing_unknown_repeated_or_unfit_is_named() {
        let called = |variables: &[(&'static str, &str)]| {
            let variables: Vec<_> = variables
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            Template::TicketCalled.check(&variables)
        };
        assert_eq!(called(&[("number", "A012"), ("counter", "3号")]), Ok(()));
        assert_eq!(called(&[("number", "A012")]), Err(VariableError::Missing("counter")));
        assert_eq!(
            called(&[("number", "A012"), ("counter", "3"), ("hall", "x")]),
            Err(VariableError::Unknown("hall"))
        );
        assert_eq!(
            called(&[("number", "A012"), ("number", "A013"), ("counter", "3")]),
            Err(VariableError::Repeated("number"))
        );
        assert_eq!(
            called(&[("number", "A 012"), ("counter", "3")]),
            Err(VariableError::Unfit("number"))
        );
        assert_eq!(
            called(&[("number", "A012"), ("counter", "")]),
            Err(VariableError::Unfit("counter"))
        );
    }

    #[test]
    fn what_the_law_wants_told_can_neither_be_declined_nor_superseded() {
        for template in Template::ALL {
            for earlier in template.supersedes() {
                assert_ne!(earlier.class(), Class::Statutory, "{template:?}");
                assert_eq!(earlier.topic(), template.topic(), "{template:?}");
            }
        }
        assert!(!Class::Statutory.can_be_declined() && !Class::Code.can_be_declined());
        assert!(Class::Code.priority() < Class::Statutory.priority());
        assert!(Class::Statutory.priority() < Class::Notice.priority());
    }

    #[test]
    fn the_subject_of_an_event_is_what_stands_before_its_last_slash() {
        assert_eq!(subject_of("ticket/42/called"), Some("ticket/42"));
        assert_eq!(subject_of("called"), None);
        assert_eq!(subject_of("/called"), None);
    }

    proptest! {
        #[test]
        fn a_shortened_name_always_fits(name in "[a-zé·一-龥 ]{1,90}") {
            let short = shortened(&name);
            prop_assert!(Kind::Text.fits(&short));
            prop_assert!(name.chars().count() > VARIABLE_LIMIT || short == name);
        }

        #[test]
        fn a_value_fits_only_within_its_length(length in 0usize..80) {
            let value = "1".repeat(length);
            for kind in [Kind::Digits, Kind::Code, Kind::Money, Kind::Time, Kind::Text] {
                prop_assert_eq!(kind.fits(&value), (1..=VARIABLE_LIMIT).contains(&length));
            }
        }

        #[test]
        fn taking_any_variable_away_is_noticed(at in 0usize..Template::ALL.len(), which in 0usize..4) {
            let template = Template::ALL[at];
            let mut given = fitting(template);
            prop_assert_eq!(template.check(&given), Ok(()));
            let removed = given.remove(which % given.len());
            prop_assert_eq!(template.check(&given), Err(VariableError::Missing(removed.0)));
        }
    }
}
