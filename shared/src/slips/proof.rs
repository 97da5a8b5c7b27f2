//! What a clerk asks for before handing something over: the code, the ID check, the signature.

use super::{
    code::Verdict,
    token::{Medium, SlipKind},
};

/// The largest picture of a letter of attorney (委托书), in octets.
pub const LARGEST_LETTER: usize = 512 << 10;
/// The largest picture of a signature, in octets.
pub const LARGEST_SIGNATURE: usize = 32 << 10;

/// The slip that is shown, as far as it decides what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What is collected.
    pub kind: SlipKind,
    /// On what it is shown.
    pub medium: Medium,
    /// Whether a proxy holds it.
    pub by_proxy: bool,
    /// Whether its code was wrong too often.
    pub locked: bool,
}

/// What was brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What the typed code is worth; nothing when none was typed.
    pub code: Option<Verdict>,
    /// Whether the ID card is the holder's; nothing when none was read.
    pub id_card: Option<bool>,
    /// Whether the recipient has signed.
    pub signed: bool,
}

/// What is missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ID card is another person's.
    #[error("the ID card is not the holder's")]
    IdMismatch,
    /// The code was wrong too often: the ID card has to be read.
    #[error("the slip is locked until an ID check")]
    Locked,
    /// The code is not the slip's.
    #[error("the code is wrong")]
    CodeWrong,
    /// The code was right some time ago.
    #[error("the code is stale")]
    CodeStale,
    /// The ID card has to be read.
    #[error("an ID check is needed")]
    IdNeeded,
    /// The code has to be typed.
    #[error("the code is needed")]
    CodeNeeded,
    /// The recipient has to sign.
    #[error("a signature is needed")]
    SignatureNeeded,
}

impl Shown {
    /// Whether the ID card has to be read: for paper, for property, and for a proxy, who is named.
    pub const fn needs_id(self) -> bool {
        matches!(self.medium, Medium::Paper) || matches!(self.kind, SlipKind::Property) || self.by_proxy || self.locked
    }

    /// Whether the code has to be typed although the ID card was read: only the one on paper.
    pub const fn needs_code(self) -> bool {
        matches!(self.medium, Medium::Paper)
    }

    /// Whether the recipient has to sign.
    pub const fn needs_signature(self) -> bool {
        matches!(self.kind, SlipKind::Property)
    }
}

/// Whether what was brought is enough.
///
/// The holder's own ID card is worth more than a code on a screen, so a phone without a connection does not matter. A code that was typed
/// must be right in any case.
pub const fn judge(shown: Shown, evidence: Evidence) -> Result<(), Refusal> {
    let id_is_right = match evidence.id_card {
        Some(false) => return Err(Refusal::IdMismatch),
        Some(true) => true,
        None => false,
    };
    if shown.locked && !id_is_right {
        return Err(Refusal::Locked);
    }
    match evidence.code {
        Some(Verdict::Wrong) => return Err(Refusal::CodeWrong),
        Some(Verdict::Stale) => return Err(Refusal::CodeStale),
        None if shown.needs_code() || !id_is_right && !shown.needs_id() => return Err(Refusal::CodeNeeded),
        Some(Verdict::Right) | None => {}
    }
    if shown.needs_id() && !id_is_right {
        return Err(Refusal::IdNeeded);
    }
    if shown.needs_signature() && !evidence.signed {
        return Err(Refusal::SignatureNeeded);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCREEN: Shown = Shown {
        kind: SlipKind::Document,
        medium: Medium::Screen,
        by_proxy: false,
        locked: false,
    };

    fn brought(code: Option<Verdict>, id_card: Option<bool>, signed: bool) -> Evidence {
        Evidence { code, id_card, signed }
    }

    #[test]
    fn on_a_screen_the_fresh_code_or_the_id_card_is_enough() {
        assert_eq!(judge(SCREEN, brought(Some(Verdict::Right), None, false)), Ok(()));
        assert_eq!(judge(SCREEN, brought(None, Some(true), false)), Ok(()));
        assert_eq!(judge(SCREEN, Evidence::default()), Err(Refusal::CodeNeeded));
        assert_eq!(
            judge(SCREEN, brought(Some(Verdict::Stale), Some(true), false)),
            Err(Refusal::CodeStale)
        );
        assert_eq!(
            judge(SCREEN, brought(Some(Verdict::Wrong), None, false)),
            Err(Refusal::CodeWrong)
        );
    }

    #[test]
    fn paper_needs_the_id_card_and_the_printed_code() {
        let paper = Shown {
            medium: Medium::Paper,
            ..SCREEN
        };
        let right = Some(Verdict::Right);
        assert_eq!(judge(paper, brought(right, Some(true), false)), Ok(()));
        assert_eq!(judge(paper, brought(right, None, false)), Err(Refusal::IdNeeded));
        assert_eq!(judge(paper, brought(None, Some(true), false)), Err(Refusal::CodeNeeded));
    }

    #[test]
    fn a_locked_slip_opens_with_the_id_card() {
        let locked = Shown { locked: true, ..SCREEN };
        let right = Some(Verdict::Right);
        assert_eq!(judge(locked, brought(right, None, false)), Err(Refusal::Locked));
        assert_eq!(judge(locked, brought(right, Some(true), false)), Ok(()));
        assert_eq!(judge(locked, brought(None, Some(true), false)), Ok(()));
        assert_eq!(
            judge(locked, brought(Some(Verdict::Wrong), Some(true), false)),
            Err(Refusal::CodeWrong)
        );
    }

    fn shown() -> impl Strategy<Value = Shown> {
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(property, paper, by_proxy, locked)| {
            Shown {
                kind: if property {
                    SlipKind::Property
                } else {
                    SlipKind::Document
                },
                medium: if paper { Medium::Paper } else { Medium::Screen },
                by_proxy,
                locked,
            }
        })
    }

    fn evidence() -> impl Strategy<Value = Evidence> {
        let verdict = prop::sample::select(vec![
            None,
            Some(Verdict::Right),
            Some(Verdict::Stale),
            Some(Verdict::Wrong),
        ]);
        (verdict, any::<Option<bool>>(), any::<bool>())
            .prop_map(|(code, id_card, signed)| brought(code, id_card, signed))
    }

    proptest! {
        #[test]
        fn nothing_is_handed_over_without_what_it_needs(shown in shown(), evidence in evidence()) {
            if judge(shown, evidence).is_ok() {
                prop_assert!(evidence.id_card != Some(false));
                prop_assert!(!matches!(evidence.code, Some(Verdict::Stale | Verdict::Wrong)));
                prop_assert!(evidence.code.is_some() || evidence.id_card.is_some());
                prop_assert!(!shown.needs_id() || evidence.id_card == Some(true));
                prop_assert!(!shown.needs_code() || evidence.code == Some(Verdict::Right));
                prop_assert!(!shown.needs_signature() || evidence.signed);
            }
        }

        #[test]
        fn bringing_everything_right_is_always_enough(shown in shown()) {
            prop_assert_eq!(judge(shown, brought(Some(Verdict::Right), Some(true), true)), Ok(()));
        }
    }
}
