//! Newtypes for what identifies people, the login code's life, and the roles.

use std::{fmt, str::FromStr};

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A citizen identity number (公民身份号码): 17 digits and a check character, GB 11643-1999.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber(String);

/// Why a text is not an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Not 18 characters, or one that is neither a digit nor a final X.
    #[error("an ID number has 17 digits and a digit or X")]
    Shape,
    /// The seventh to fourteenth digits are no date.
    #[error("the birth date inside is no date")]
    BirthDate,
    /// The last character does not follow from the others.
    #[error("the check character does not match")]
    CheckDigit,
}

impl IdNumber {
    /// The check character for the 17 digits before it (GB 11643-1999, annex A: ISO 7064 MOD 11-2).
    ///
    /// Nothing is returned unless the first 17 bytes are digits.
    pub fn check_character(digits: &str) -> Option<char> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let mut sum = 0;
        let mut seen = 0;
        for (digit, weight) in digits.chars().zip(WEIGHTS) {
            sum += digit.to_digit(10)? * weight;
            seen += 1;
        }
        if seen < WEIGHTS.len() {
            return None;
        }
        "10X98765432".chars().nth((sum % 11) as usize)
    }

    /// The number as it stands on the card.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The birth date inside the number.
    pub fn birth_date(&self) -> NaiveDate {
        birth_date(&self.0).unwrap_or_default()
    }

    /// Completed years of age on a day.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        day.years_since(self.birth_date()).unwrap_or(0)
    }

    /// What may be shown: the first three and the last four characters.
    pub fn masked(&self) -> String {
        mask(&self.0, 3, 4)
    }
}

fn birth_date(number: &str) -> Option<NaiveDate> {
    // Read digit by digit: a parser of date formats would weigh more in the client than all the rest of this file.
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(6..10)?)
        .ok()
        .filter(|year| (1850..=2200).contains(year))?;
    NaiveDate::from_ymd_opt(year, part(10..12)?, part(12..14)?)
}

impl FromStr for IdNumber {
    type Err = IdNumberError;

    /// Accepts surrounding and inner spaces, and a lower-case x.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let (body, check) = number.split_at_checked(17).ok_or(IdNumberError::Shape)?;
        let mut last = check.chars();
        let (Some(check), None) = (last.next(), last.next()) else {
            return Err(IdNumberError::Shape);
        };
        if !body.bytes().all(|b| b.is_ascii_digit()) || !(check.is_ascii_digit() || check == 'X') {
            return Err(IdNumberError::Shape);
        }
        birth_date(&number).ok_or(IdNumberError::BirthDate)?;
        if Self::check_character(body) != Some(check) {
            return Err(IdNumberError::CheckDigit);
        }
        Ok(Self(number))
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

/// A mainland mobile number (手机号码): 11 digits that begin with 13 to 19.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// A text is not a mainland mobile number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mobile number has 11 digits and begins with 13 to 19")]
pub struct PhoneError;

impl Phone {
    /// The eleven digits.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown: the first three and the last four digits.
    pub fn masked(&self) -> String {
        mask(&self.0, 3, 4)
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    /// Accepts spaces and hyphens between the digits and the country code +86 before them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text
            .trim()
            .trim_start_matches("+86")
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .collect();
        let mut bytes = digits.bytes();
        let well_formed = digits.len() == 11
            && bytes.next() == Some(b'1')
            && matches!(bytes.next(), Some(b'3'..=b'9'))
            && bytes.all(|b| b.is_ascii_digit());
        if well_formed { Ok(Self(digits)) } else { Err(PhoneError) }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// A person's name (姓名): 2 to 50 letters of any script, with spaces, middle dots, hyphens and apostrophes between them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

/// A text is not a person's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 2 to 50 letters")]
pub struct PersonNameError;

impl PersonName {
    /// The name as its bearer writes it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown on a hall's board: the first character, and a star for each other (张*, 欧**).
    pub fn masked(&self) -> String {
        mask(&self.0, 1, 0)
    }
}

impl FromStr for PersonName {
    type Err = PersonNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = name.chars().filter(|c| c.is_alphabetic()).count();
        let known = name
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '·' | '•' | '-' | '\'' | '.'));
        if known && letters >= 2 && name.chars().count() <= 50 {
            Ok(Self(name))
        } else {
            Err(PersonNameError)
        }
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

fn mask(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(i, c)| if i < head || i + tail >= length { c } else { '*' })
        .collect()
}

/// A login code (验证码) of six digits.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginCode(String);

impl LoginCode {
    /// The code for a random number below a million, zero-padded.
    pub fn from_number(number: u32) -> Self {
        Self(format!("{:06}", number % 1_000_000))
    }

    /// The six digits.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoginCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(())
        }
    }
}

impl fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginCode(******)")
    }
}

/// How long a login code can be used.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How often a login code can be tried.
pub const CODE_TRIES: u32 = 5;

/// What is remembered of a login code that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeChallenge {
    /// When the code was sent.
    pub issued_at: Instant,
    /// How often it has been tried.
    pub tries: u32,
}

/// Why a login code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It was sent too long ago.
    #[error("the code has expired")]
    Expired,
    /// It has been tried too often, so that not even the right one is taken any more.
    #[error("the code has been tried too often")]
    Exhausted,
    /// It is not the code that was sent.
    #[error("the code is not the one that was sent")]
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
}

/// By how much the clocks of two instances may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

impl CodeChallenge {
    /// Judges one more try. The caller has counted it, guarded in the write, before it compares codes.
    pub fn judge(self, matches: bool, now: Instant) -> Result<(), CodeError> {
        // A clock that is set back must not lengthen a code's life.
        if now >= self.issued_at + CODE_LIFE || now < self.issued_at - CLOCKS_DIFFER {
            Err(CodeError::Expired)
        } else if self.tries >= CODE_TRIES {
            Err(CodeError::Exhausted)
        } else if matches {
            Ok(())
        } else {
            Err(CodeError::Wrong {
                tries_left: CODE_TRIES - self.tries - 1,
            })
        }
    }
}

/// What a member of staff is trusted with; duties are kept apart, so nobody has two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StaffRole {
    /// Serves at a counter (窗口人员).
    Clerk,
    /// Runs a hall: counters, schedules, quotas (大厅管理员).
    Manager,
    /// Reads the audit log and nothing else (审计员).
    Auditor,
    /// Reconciles and approves refunds (财务人员).
    Finance,
    /// Publishes case steps and looks cases up (办案民警).
    CaseOfficer,
    /// Makes and ends accounts, looks after the service (系统管理员).
    SystemAdmin,
    /// Lets accounts begin, and gives forgotten ones back (安全管理员).
    SecurityAdmin,
}

impl StaffRole {
    /// The role as it is stored and written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Finance => "finance",
            Self::CaseOfficer => "case-officer",
            Self::SystemAdmin => "system-admin",
            Self::SecurityAdmin => "security-admin",
        }
    }
}

/// A text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no staff role")]
pub struct UnknownRole(pub String);

impl FromStr for StaffRole {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Clerk,
            Self::Manager,
            Self::Auditor,
            Self::Finance,
            Self::CaseOfficer,
            Self::SystemAdmin,
            Self::SecurityAdmin,
        ]
        .into_iter()
        .find(|role| role.as_str() == text)
        .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VALID: &str = "11010519491231002X";

    #[test]
    fn the_standards_own_example_is_an_id_number() {
        let id: IdNumber = VALID.parse().unwrap();
        assert_eq!(id.birth_date(), NaiveDate::from_ymd_opt(1949, 12, 31).unwrap());
        assert_eq!(id.masked(), "110***********002X");
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(2026, 12, 30).unwrap()), 76);
        assert_eq!(id.age_on(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()), 77);
        assert_eq!("1101 0519 4912 3100 2x".parse(), Ok(id));
    }

    #[test]
    fn an_id_number_is_refused_for_the_reason_that_is_wrong_with_it() {
        assert_eq!("110105194912310021".parse::<IdNumber>(), Err(IdNumberError::CheckDigit));
        assert_eq!("11010519491331002X".parse::<IdNumber>(), Err(IdNumberError::BirthDate));
        assert_eq!("110105491231002".parse::<IdNumber>(), Err(IdNumberError::Shape));
        assert_eq!("1101051949123100２X".parse::<IdNumber>(), Err(IdNumberError::Shape));
        assert_eq!("".parse::<IdNumber>(), Err(IdNumberError::Shape));
    }

    proptest! {
        #[test]
        fn changing_one_digit_or_swapping_two_is_always_noticed(
            day in 0i64..40_000, area in 110_000u32..660_000, serial in 0u32..1000, at in 0usize..17, other in 0u32..10,
        ) {
            let date = NaiveDate::from_ymd_opt(1930, 1, 1).unwrap() + TimeDelta::days(day);
            let body = format!("{area:06}{}{serial:03}", date.format("%Y%m%d"));
            let number = format!("{body}{}", IdNumber::check_character(&body).unwrap());
            prop_assert!(number.parse::<IdNumber>().is_ok());

            let mut digits: Vec<char> = number.chars().collect();
            let replacement = char::from_digit(other, 10).unwrap();
            if digits[at] != replacement {
                digits[at] = replacement;
                prop_assert!(digits.iter().collect::<String>().parse::<IdNumber>().is_err());
            }
            let mut swapped: Vec<char> = number.chars().collect();
            if at < 16 && swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                prop_assert!(swapped.iter().collect::<String>().parse::<IdNumber>().is_err());
            }
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in ".{0,40}") {
            let _ = text.parse::<IdNumber>();
            let _ = text.parse::<Phone>();
            let _ = text.parse::<PersonName>();
            let _ = text.parse::<LoginCode>();
        }
    }

    #[test]
    fn a_phone_is_read_as_people_write_it_and_never_printed_whole() {
        let phone: Phone = "+86 138-0000-0001".parse().unwrap();
        assert_eq!(phone.expose(), "13800000001");
        assert_eq!(format!("{phone:?}"), "Phone(138****0001)");
        assert!("12800000001".parse::<Phone>().is_err());
        assert!("1380000000".parse::<Phone>().is_err());
    }

    #[test]
    fn a_name_keeps_its_dot_and_shows_its_first_character() {
        assert_eq!("张 三".parse::<PersonName>().unwrap().masked(), "张**");
        assert_eq!("阿卜杜拉·买买提".parse::<PersonName>().unwrap().masked(), "阿*******");
        assert!("张".parse::<PersonName>().is_err());
        assert!("<b>张三</b>".parse::<PersonName>().is_err());
    }

    #[test]
    fn the_sixth_try_is_refused_even_with_the_right_code() {
        let at = Instant::UNIX_EPOCH;
        let tried = |tries| CodeChallenge { issued_at: at, tries };
        assert_eq!(tried(0).judge(false, at), Err(CodeError::Wrong { tries_left: 4 }));
        assert_eq!(tried(4).judge(true, at), Ok(()));
        assert_eq!(tried(5).judge(true, at), Err(CodeError::Exhausted));
        assert_eq!(tried(0).judge(true, at + CODE_LIFE), Err(CodeError::Expired));
    }
}
