//! What follows from the answer of a provider, from a receipt and from a reply: pure functions of values.

use chrono::TimeDelta;

/// After this many attempts that came to nothing somebody has to look at the text.
pub const ATTEMPT_LIMIT: u32 = 40;

const FIRST_PAUSE_MS: i64 = 5_000;
const LONGEST_PAUSE_MS: i64 = 6 * 3_600_000;
/// Providers take the same words for one number once in thirty seconds.
const LIMITED_PAUSE_MS: i64 = 35_000;

/// How long to wait after the given number of attempts that came to nothing; nothing once they are enough.
///
/// When another provider is at hand, every second attempt follows at once, on that one. `limited` means that a provider's limit for this
/// recipient was met; `jitter` is any number, and moves the pause by up to a fifth, so that texts that failed together do not return
/// together.
pub fn retry_after(attempts: u32, another_provider: bool, limited: bool, jitter: u32) -> Option<TimeDelta> {
    if attempts >= ATTEMPT_LIMIT {
        return None;
    }
    if another_provider && attempts % 2 == 1 {
        return Some(TimeDelta::zero());
    }
    let doublings = attempts.saturating_sub(1).min(24);
    // Two attempts make a round, and each round waits three times as long; the root of three is near enough to 26/15.
    let mut pause = FIRST_PAUSE_MS;
    for _ in 0..doublings {
        pause = (pause * 26 / 15).min(LONGEST_PAUSE_MS);
    }
    // A provider's limit ends when it ends: before that, another attempt would only meet it again.
    let shortest = if limited {
        pause = pause.max(LIMITED_PAUSE_MS);
        1_000
    } else {
        800
    };
    let share = i64::from(jitter % 401) * (1_200 - shortest) / 400;
    Some(TimeDelta::milliseconds(pause * (shortest + share) / 1_000))
}

/// When to ask a provider again what became of an attempt that began so long ago.
///
/// A lease that a dead worker held is part of that time: a larger share of it would let a few questions without an answer hold a text
/// up for minutes after a crash.
pub fn ask_after(since_start: TimeDelta) -> TimeDelta {
    (since_start / 6).clamp(TimeDelta::seconds(1), TimeDelta::seconds(60))
}

/// How long to wait for a receipt before asking for it, after so many questions; nothing once asking is pointless.
pub const fn receipt_after(checks: u32) -> Option<TimeDelta> {
    match checks {
        0 => Some(TimeDelta::minutes(2)),
        1 => Some(TimeDelta::minutes(10)),
        2 => Some(TimeDelta::hours(1)),
        3 => Some(TimeDelta::hours(6)),
        4 | 5 => Some(TimeDelta::hours(24)),
        _ => None,
    }
}

/// What the carrier is known to have done with a text; a later report can only raise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// Nothing was reported.
    Unreported,
    /// It was reported as not delivered.
    Failed,
    /// The phone has it, which nothing can undo.
    Delivered,
}

impl Delivery {
    /// What is known after one more report, in whatever order and however often reports come.
    #[must_use]
    pub fn merge(self, report: Self) -> Self {
        self.max(report)
    }

    /// The word under which a receipt is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreported => "unreported",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }
}

/// Whether a reply asks for no more texts: R, T, TD or 退订, however it is typed.
pub fn wants_no_texts(reply: &str) -> bool {
    let word: String = reply
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            // Full-width letters, as Chinese keyboards type them.
            'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_uppercase)
        .collect();
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation() || matches!(c, '。' | '！' | '，' | '、'));
    matches!(word, "R" | "T" | "TD" | "退订" | "退訂")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [Delivery; 3] = [Delivery::Unreported, Delivery::Failed, Delivery::Delivered];

    #[test]
    fn a_text_is_retried_at_once_elsewhere_and_then_less_and_less_often() {
        assert_eq!(retry_after(1, true, false, 200), Some(TimeDelta::zero()));
        assert_eq!(retry_after(1, false, false, 200), Some(TimeDelta::seconds(5)));
        let pauses: Vec<_> = (1..ATTEMPT_LIMIT)
            .filter_map(|attempts| retry_after(attempts, false, false, 200))
            .collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&TimeDelta::hours(6)));
        assert_eq!(retry_after(ATTEMPT_LIMIT, true, false, 0), None);
    }

    #[test]
    fn a_text_is_tried_for_about_three_days() {
        let spent: TimeDelta = (1..ATTEMPT_LIMIT)
            .filter_map(|attempts| retry_after(attempts, true, false, 200))
            .sum();
        assert!(
            (TimeDelta::hours(60)..TimeDelta::hours(90)).contains(&spent),
            "{} h",
            spent.num_hours()
        );
    }

    #[test]
    fn the_words_for_no_more_texts_are_understood_as_people_type_them() {
        for reply in ["R", "t", " td ", "ＴＤ", "退订", "退 订。", "TD!", "r."] {
            assert!(wants_no_texts(reply), "{reply}");
        }
        for reply in ["", "好的", "T恤到了吗", "订", "TDD", "谢谢", "不要退订"] {
            assert!(!wants_no_texts(reply), "{reply}");
        }
    }

    #[test]
    fn receipts_are_asked_for_less_and_less_often_and_then_no_more() {
        let pauses: Vec<_> = (0..10).map_while(receipt_after).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.len(), 6);
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_a_fifth_of_its_length(attempts in 1u32..ATTEMPT_LIMIT, limited: bool, jitter: u32) {
            let middle = retry_after(attempts, false, limited, 200).unwrap();
            let pause = retry_after(attempts, false, limited, jitter).unwrap();
            prop_assert!(pause >= middle * 4 / 5 - TimeDelta::milliseconds(1));
            prop_assert!(pause <= middle * 6 / 5 + TimeDelta::milliseconds(1));
            prop_assert!(!limited || pause >= TimeDelta::milliseconds(LIMITED_PAUSE_MS));
        }

        #[test]
        fn reports_come_to_the_same_in_any_order_and_number(
            reports in prop::collection::vec(prop::sample::select(KNOWN.to_vec()), 0..12), seed: u64,
        ) {
            let merged = reports.iter().fold(Delivery::Unreported, |known, report| known.merge(*report));
            let mut shuffled = reports.clone();
            let length = shuffled.len().max(1);
            for at in 0..shuffled.len() {
                shuffled.swap(at, usize::try_from(seed).unwrap_or(usize::MAX).wrapping_mul(at + 1) % length);
            }
            shuffled.extend(reports.clone());
            prop_assert_eq!(shuffled.iter().fold(Delivery::Unreported, |known, report| known.merge(*report)), merged);
            prop_assert!(reports.iter().all(|report| *report <= merged));
        }

        #[test]
        fn asking_again_never_waits_longer_than_a_minute(seconds in 0i64..400_000) {
            let pause = ask_after(TimeDelta::seconds(seconds));
            prop_assert!(pause >= TimeDelta::seconds(1) && pause <= TimeDelta::seconds(60));
        }

        #[test]
        fn no_reply_makes_the_reader_panic(reply in "\\PC{0,40}") {
            let _ = wants_no_texts(&reply);
        }
    }
}
