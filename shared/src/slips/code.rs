//! The six-digit code beside a slip on a screen, which changes every half minute, so that a forwarded picture is soon stale.
//!
//! A code follows from the token's id and the half minute by a keyed hash (as RFC 6238 does it); the key stays in the server. The hash
//! function and the time are arguments.

use super::token::TokenId;
use crate::time::Instant;

/// How long a code is shown, in seconds.
pub const SHOWN: i64 = 30;
/// Codes of this many half minutes before the present one are still taken: typing takes time.
const GRACE: i64 = 1;
/// So far back a code is recognised as one that was right once: two hours.
const REMEMBERED: i64 = 240;
/// A slip's code can be wrong this often until an ID check is needed.
pub const TRIES: i32 = 5;

/// What a code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the present one, or for paper the printed one.
    Right,
    /// It was right once: the slip that was shown is a picture, or was not refreshed.
    Stale,
    /// It never was this slip's, as far as is remembered.
    Wrong,
}

/// The half minute of an instant.
pub const fn step(now: Instant) -> i64 {
    now.timestamp().div_euclid(SHOWN)
}

/// How many seconds the present code is still shown.
pub const fn seconds_left(now: Instant) -> i64 {
    SHOWN - now.timestamp().rem_euclid(SHOWN)
}

/// What is hashed for a token's code in a half minute.
pub fn message(id: TokenId, step: i64) -> [u8; 24] {
    let mut message = [0; 24];
    for (to, from) in message.iter_mut().zip(id.0.iter().chain(&step.to_be_bytes())) {
        *to = *from;
    }
    message
}

/// What is hashed for the code that is printed on a token's paper: a step that no clock shows.
pub fn printed_message(id: TokenId) -> [u8; 24] {
    message(id, i64::MIN)
}

/// Six digits of a keyed hash.
pub fn digits(hash: &[u8]) -> String {
    let number = hash
        .iter()
        .take(8)
        .fold(0u64, |number, octet| (number << 8) | u64::from(*octet));
    format!("{:06}", number % 1_000_000)
}

/// What a code that was typed is worth beside this token now.
pub fn judge<H: AsRef<[u8]>>(typed: &str, id: TokenId, now: Instant, hash: impl Fn(&[u8]) -> H) -> Verdict {
    let typed = typed.trim();
    let age = (0..=REMEMBERED).find(|age| digits(hash(&message(id, step(now) - age)).as_ref()) == typed);
    match age {
        Some(0..=GRACE) => Verdict::Right,
        Some(_) => Verdict::Stale,
        None => Verdict::Wrong,
    }
}

/// What a code that was typed is worth beside the paper of this token.
pub fn judge_printed<H: AsRef<[u8]>>(typed: &str, id: TokenId, hash: impl Fn(&[u8]) -> H) -> Verdict {
    if digits(hash(&printed_message(id)).as_ref()) == typed.trim() {
        Verdict::Right
    } else {
        Verdict::Wrong
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;

    fn hash(message: &[u8]) -> [u8; 8] {
        let mut state = 0xcbf2_9ce4_8422_2325u64;
        for byte in message {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state.to_be_bytes()
    }

    fn shown(id: TokenId, at: Instant) -> String {
        digits(&hash(&message(id, step(at))))
    }

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    const ID: TokenId = TokenId([7; 16]);

    #[test]
    fn a_code_is_taken_while_it_is_shown_and_half_a_minute_longer() {
        let code = shown(ID, at(600));
        assert_eq!(judge(&code, ID, at(600), hash), Verdict::Right);
        assert_eq!(judge(&format!(" {code} "), ID, at(659), hash), Verdict::Right);
        assert_eq!(judge(&code, ID, at(660), hash), Verdict::Stale);
        assert_eq!(judge(&code, ID, at(600 + 7200), hash), Verdict::Stale);
        assert_eq!(judge(&code, ID, at(600 + 7260), hash), Verdict::Wrong);
        assert_eq!(judge("", ID, at(600), hash), Verdict::Wrong);
        assert_eq!((seconds_left(at(600)), seconds_left(at(629))), (30, 1));
    }

    #[test]
    fn a_printed_code_is_right_at_any_time_and_only_on_paper() {
        let printed = digits(&hash(&printed_message(ID)));
        assert_eq!(judge_printed(&printed, ID, hash), Verdict::Right);
        assert_eq!(judge_printed(&shown(ID, at(600)), ID, hash), Verdict::Wrong);
        assert_eq!(judge(&printed, ID, at(600), hash), Verdict::Wrong);
    }

    proptest! {
        #[test]
        fn codes_have_six_digits_and_tomorrows_is_not_right_today(id in any::<[u8; 16]>(), now in 0i64..4_000_000_000) {
            let code = shown(TokenId(id), at(now));
            prop_assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
            let future = shown(TokenId(id), at(now) + TimeDelta::minutes(10));
            if future != code && future != shown(TokenId(id), at(now) - TimeDelta::seconds(30)) {
                prop_assert_ne!(judge(&future, TokenId(id), at(now), hash), Verdict::Right);
            }
        }
    }
}
