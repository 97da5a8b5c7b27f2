//! Accounts of staff (工作人员账号): how they begin and end, and what a password must be.
//!
//! Three roles keep the accounts, and none of them can do it alone (三员分立): the system administrator makes and ends accounts, the
//! security administrator lets a new one begin and gives forgotten ones back, the auditor sees that they did.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::rules::StaffRole;
use crate::{
    ids::{HallId, StaffId},
    named,
    time::wire_time,
};

/// How long the password works with which an account begins.
pub const INITIAL_PASSWORD_LIFE: TimeDelta = TimeDelta::days(7);

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most characters of a password; a longer one would only cost time to hash.
const LONGEST: usize = 128;

named! {
    /// How far an account has come.
    AccountState {
        /// It was made and has not been let begin.
        Pending = "pending",
        /// It can be signed in with.
        Active = "active",
        /// It has ended; what was done with it stays recorded under its name.
        Ended = "ended",
    }

    /// What of an account was changed.
    ChangedPart {
        /// Its owner chose another password.
        Password = "password",
        /// An authenticator was set up.
        Authenticator = "authenticator",
        /// The security administrator let it begin anew: another first password, and no authenticator.
        Reset = "reset",
    }
}

/// A change of an account, of which its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountChange {
    /// What was changed.
    pub what: ChangedPart,
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
}

/// A text is no password for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("a password has at least 12 characters")]
    Short,
    /// Too many characters.
    #[error("a password has at most 128 characters")]
    Long,
    /// It follows from the account's name or from the service's.
    #[error("a password does not hold the account's name or the service's")]
    Named,
    /// It is among those that are guessed first.
    #[error("this password is among those that are guessed first")]
    Guessed,
}

/// Whether a text may be an account's password. Length counts, not kinds of characters (NIST SP 800-63B, section 5.1.1.2).
pub fn check_password(text: &str, username: &str) -> Result<(), PasswordError> {
    let length = text.chars().count();
    if length < SHORTEST {
        return Err(PasswordError::Short);
    }
    if length > LONGEST {
        return Err(PasswordError::Long);
    }
    let folded = text.to_lowercase();
    if folded.contains(&username.to_lowercase()) || ["bianmin", "便民"].iter().any(|name| folded.contains(name)) {
        return Err(PasswordError::Named);
    }
    // A few characters again and again, or along the keyboard or the alphabet.
    let mut kinds: Vec<char> = folded.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let runs = [
        "01234567890123456789",
        "98765432109876543210",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
    ];
    let is_run = runs.iter().any(|run| run.contains(folded.as_str()));
    let begins = [
        "password",
        "qwerty123456",
        "1qaz2wsx",
        "iloveyou",
        "admin123",
        "woaini",
        "a123456",
        "123456789",
    ];
    if kinds.len() < 5 || is_run || begins.iter().any(|begin| folded.starts_with(begin)) {
        return Err(PasswordError::Guessed);
    }
    Ok(())
}

/// Whether a text may name an account: 3 to 32 small letters, digits, points and hyphens, a letter first.
pub fn is_username(text: &str) -> bool {
    let mut characters = text.chars();
    (3..=32).contains(&text.len())
        && characters.next().is_some_and(|first| first.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
}

/// Whether accounts with this role belong to a hall.
pub const fn belongs_to_a_hall(role: StaffRole) -> bool {
    matches!(role, StaffRole::Clerk | StaffRole::Manager)
}

/// An account as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffAccount {
    /// The account.
    pub id: StaffId,
    /// The account's name.
    pub username: String,
    /// The name that colleagues use.
    pub name: String,
    /// What the account is trusted with.
    pub role: StaffRole,
    /// The hall to which the account is bound.
    pub hall_id: Option<HallId>,
    /// How far it has come.
    pub state: AccountState,
    /// Until when the password works with which it begins; nothing once its owner has chosen one.
    #[serde(with = "wire_time::option")]
    pub initial_until: Option<DateTime<Utc>>,
    /// Until when it is locked after repeated errors.
    #[serde(with = "wire_time::option")]
    pub locked_until: Option<DateTime<Utc>>,
    /// When it was made.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
}

/// `POST /admin/staff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffAccountRequest {
    /// The account's name: 3 to 32 small letters, digits, points and hyphens.
    #[cfg_attr(feature = "openapi", schema(example = "clerk-zhongxin-9"))]
    pub username: String,
    /// The name that colleagues use.
    #[cfg_attr(feature = "openapi", schema(example = "林小满"))]
    pub name: String,
    /// What the account is trusted with.
    pub role: StaffRole,
    /// The hall, for clerks and managers.
    #[serde(default)]
    pub hall_id: Option<HallId>,
    /// The numbers of the counters at which a clerk works; none for any counter of the hall.
    #[serde(default)]
    pub counters: Vec<i32>,
}

/// An account with the password with which it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BegunAccount {
    /// The account.
    #[serde(flatten)]
    pub account: StaffAccount,
    /// The password. It is kept nowhere and shown this once; its owner has to choose another.
    #[cfg_attr(feature = "openapi", schema(example = "QF7MW-3K9XA-HJ2NP"))]
    pub password: String,
}

/// `POST /auth/staff-enrolments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentRequest {
    /// The account's name.
    #[cfg_attr(feature = "openapi", schema(example = "clerk-1"))]
    pub username: String,
    /// The password with which the account begins.
    #[cfg_attr(feature = "openapi", schema(example = "7KQ2M-XW4RT-9PLHC"))]
    pub password: String,
}

/// What an authenticator is set up with. It is shown to the account's owner only, until a code of it was typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolment {
    /// The secret (RFC 6238), to be typed in.
    pub secret: String,
    /// The same as an address that authenticators read.
    pub url: String,
    /// The address as a QR code.
    pub qr_svg: String,
}

/// `POST /auth/staff-passwords`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordRequest {
    /// The account's name.
    #[cfg_attr(feature = "openapi", schema(example = "clerk-1"))]
    pub username: String,
    /// The password until now.
    #[cfg_attr(feature = "openapi", schema(example = "7KQ2M-XW4RT-9PLHC"))]
    pub password: String,
    /// The six digits that the authenticator shows.
    #[cfg_attr(feature = "openapi", schema(example = "492039"))]
    pub totp: String,
    /// The password from now on: 12 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(example = "四个不相干的词 2026"))]
    pub new_password: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_password_of_its_own_is_taken() {
        for password in ["正确的马电池订书钉今天下雨", "correct horse battery", "x7#Kp2!vQ9mZ"] {
            assert_eq!(check_password(password, "clerk-1"), Ok(()), "{password}");
        }
    }

    #[test]
    fn what_is_short_named_or_guessed_first_is_refused() {
        for (password, error) in [
            ("elf zeichen", PasswordError::Short),
            ("my clerk-1 password", PasswordError::Named),
            ("Bianmin-2026-xyz", PasswordError::Named),
            ("aaaaaaaaaaaaaaa", PasswordError::Guessed),
            ("123412341234", PasswordError::Guessed),
            ("0123456789012", PasswordError::Guessed),
            ("qwertyuiopasd", PasswordError::Guessed),
            ("Password12345!", PasswordError::Guessed),
        ] {
            assert_eq!(check_password(password, "clerk-1"), Err(error), "{password}");
        }
        assert_eq!(check_password(&"ab3-".repeat(33), "clerk-1"), Err(PasswordError::Long));
    }

    #[test]
    fn names_of_accounts_are_plain() {
        assert!(is_username("clerk-zhongxin-1") && is_username("a.b"));
        for wrong in ["ab", "1abc", "Clerk", "clerk 1", "张三丰", "-ab"] {
            assert!(!is_username(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(password: String, username: String) {
            let _judged = (check_password(&password, &username), is_username(&username));
        }
    }
}
