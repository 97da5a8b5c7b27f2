//! The token of a slip: 32 octets that say what may be collected where and until when, and 64 that sign them.
//!
//! | Octets | Meaning |
//! |---|---|
//! | 0 | version, 1 |
//! | 1 | algorithm of the signature: 1 is Ed25519, 2 is kept for SM2 with SM3 |
//! | 2 | key id |
//! | 3 | kind: 1 document, 2 property; plus 128 on paper |
//! | 4–19 | the token's id, random to everyone but the server |
//! | 20–23 | the site: the last four octets of its hall's id |
//! | 24–27 | not before, seconds since 1970 |
//! | 28–31 | expiry, seconds since 1970 |
//! | 32–95 | signature over the 32 octets before it |
//!
//! There is no personal data in it. As a QR code it is `ZP1:` with base45; where a general scanner reads it, it is an upper-case address
//! with base32.

use std::fmt;

use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use super::encoding::{from_base32, from_base45, to_base32, to_base45};
use crate::{ids::HallId, named, time::Instant};

/// What a token's text begins with.
pub const PREFIX: &str = "ZP1:";
/// The part of an address before a token.
pub const PATH: &str = "/R/";
/// The only version.
pub const VERSION: u8 = 1;
/// Ed25519 (RFC 8032).
pub const ED25519: u8 = 1;
/// The octets of the statement.
pub const BODY: usize = 32;
/// The octets of the signature.
pub const SIGNATURE: usize = 64;
/// By how much the clock of a console that is offline may be wrong.
pub const SKEW: TimeDelta = TimeDelta::minutes(2);

const PAPER: u8 = 128;
/// What is signed begins with this, so that a signature of this key over anything else is none for a slip.
const CONTEXT: &[u8; 16] = b"bianmin slip v1\0";

named! {
    /// What is collected.
    SlipKind {
        /// A finished document (证件、证明).
        Document = "document",
        /// Recovered property (涉案财物).
        Property = "property",
    }

    /// On what the slip is shown.
    Medium {
        /// On a screen, with the code of the half minute.
        Screen = "screen",
        /// On paper, with a printed code.
        Paper = "paper",
    }
}

/// The id of a token, 128 bits. It reveals nothing and is guessed by nobody, but alone it opens nothing either.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub [u8; 16]);

impl TokenId {
    /// The id in hexadecimal, as lists of revoked tokens name it.
    pub fn hex(self) -> String {
        Uuid::from_bytes(self.0).simple().to_string()
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenId(…)")
    }
}

/// How a token names its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SiteTag(pub [u8; 4]);

impl From<HallId> for SiteTag {
    fn from(hall: HallId) -> Self {
        let [.., a, b, c, d] = hall.0.into_bytes();
        Self([a, b, c, d])
    }
}

/// What a token states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The key that signs it.
    pub key: u8,
    /// Its id.
    pub id: TokenId,
    /// What is collected with it.
    pub kind: SlipKind,
    /// On what it is shown.
    pub medium: Medium,
    /// Where it is redeemed.
    pub site: SiteTag,
    /// From when on.
    pub not_before: Instant,
    /// Until when.
    pub expires_at: Instant,
}

/// Why a text is not read as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is something else: another QR code, or typed wrongly.
    #[error("this is no slip")]
    Unreadable,
    /// It is a slip of a version or with an algorithm that this program does not know.
    #[error("the slip is of a version that is not known here")]
    Version,
    /// It is a slip for something that is not known here.
    #[error("the slip is for a kind of thing that is not known here")]
    Kind,
}

/// Why a token that was read is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// No key with its id is known.
    #[error("the slip's key is not known")]
    Key,
    /// The signature is not the key's.
    #[error("the slip's signature does not hold")]
    Forged,
}

/// Why a trusted token is not accepted at a time and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHere {
    /// It belongs to another site.
    #[error("the slip is for another site")]
    Site,
    /// It is not valid yet.
    #[error("the slip is not valid yet")]
    Early {
        /// From when on it is.
        from: Instant,
    },
    /// It has expired.
    #[error("the slip has expired")]
    Expired {
        /// When it did.
        at: Instant,
    },
}

fn seconds(at: Instant) -> [u8; 4] {
    u32::try_from(at.timestamp().clamp(0, i64::from(u32::MAX)))
        .unwrap_or_default()
        .to_be_bytes()
}

fn instant(octets: [u8; 4]) -> Instant {
    DateTime::from_timestamp(i64::from(u32::from_be_bytes(octets)), 0).unwrap_or_default()
}

impl Claims {
    /// The statement's octets.
    pub fn body(&self) -> [u8; BODY] {
        let kind = match self.kind {
            SlipKind::Document => 1,
            SlipKind::Property => 2,
        };
        let medium = match self.medium {
            Medium::Screen => 0,
            Medium::Paper => PAPER,
        };
        let mut body = [0; BODY];
        let parts: [&[u8]; 5] = [
            &[VERSION, ED25519, self.key, kind | medium],
            &self.id.0,
            &self.site.0,
            &seconds(self.not_before),
            &seconds(self.expires_at),
        ];
        for (to, from) in body.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        body
    }

    fn read(body: [u8; BODY]) -> Result<Self, TokenError> {
        let mut rest = body.as_slice();
        let [version, algorithm, key, kind] = take(&mut rest)?;
        if (version, algorithm) != (VERSION, ED25519) {
            return Err(TokenError::Version);
        }
        let medium = if kind & PAPER == 0 {
            Medium::Screen
        } else {
            Medium::Paper
        };
        let kind = match kind & !PAPER {
            1 => SlipKind::Document,
            2 => SlipKind::Property,
            _ => return Err(TokenError::Kind),
        };
        Ok(Self {
            key,
            id: TokenId(take(&mut rest)?),
            kind,
            medium,
            site: SiteTag(take(&mut rest)?),
            not_before: instant(take(&mut rest)?),
            expires_at: instant(take(&mut rest)?),
        })
    }

    /// Whether the token is for this site and this time. A console's clock may differ by [`SKEW`] where it matters to the resident.
    pub fn accepted_at(&self, site: SiteTag, now: Instant) -> Result<(), NotHere> {
        if self.site != site {
            return Err(NotHere::Site);
        }
        if now + SKEW < self.not_before {
            return Err(NotHere::Early { from: self.not_before });
        }
        if now >= self.expires_at {
            return Err(NotHere::Expired { at: self.expires_at });
        }
        Ok(())
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], TokenError> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(TokenError::Unreadable)?;
    *rest = left;
    Ok(*taken)
}

/// What is signed for a statement.
fn message(body: [u8; BODY]) -> [u8; 48] {
    let mut message = [0; 48];
    for (to, from) in message.iter_mut().zip(CONTEXT.iter().chain(&body)) {
        *to = *from;
    }
    message
}

/// A token as it was read. Its claims are not believed before [`Signed::verified`] gives them out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    claims: Claims,
    signature: [u8; SIGNATURE],
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signed(…)")
    }
}

impl Signed {
    /// Signs claims; the function signs a message with the claims' key.
    pub fn new<E>(claims: Claims, sign: impl FnOnce(&[u8]) -> Result<[u8; SIGNATURE], E>) -> Result<Self, E> {
        let signature = sign(&message(claims.body()))?;
        Ok(Self { claims, signature })
    }

    /// Reads a scanned or typed text: the QR code's own form, or an address that contains the token. Letters may be of either case, and
    /// what a keyboard scanner adds at the end does not matter.
    pub fn read(text: &str) -> Result<Self, TokenError> {
        let text = text.trim_matches(['\r', '\n', '\t']).to_ascii_uppercase();
        let octets = match text.strip_prefix(PREFIX) {
            Some(token) => from_base45(token),
            None => text.rsplit_once(PATH).and_then(|(_, token)| from_base32(token)),
        };
        let octets = octets.ok_or(TokenError::Unreadable)?;
        if octets.len() != BODY + SIGNATURE {
            return Err(TokenError::Unreadable);
        }
        let mut rest = octets.as_slice();
        let body = take(&mut rest)?;
        let signature = take(&mut rest)?;
        Ok(Self {
            claims: Claims::read(body)?,
            signature,
        })
    }

    /// The claims, if their key signed them. The function verifies a signature over a message with the key of an id, or knows no such key.
    pub fn verified(
        &self,
        verify: impl FnOnce(u8, &[u8], &[u8; SIGNATURE]) -> Option<bool>,
    ) -> Result<Claims, Untrusted> {
        match verify(self.claims.key, &message(self.claims.body()), &self.signature) {
            None => Err(Untrusted::Key),
            Some(false) => Err(Untrusted::Forged),
            Some(true) => Ok(self.claims),
        }
    }

    fn octets(&self) -> Vec<u8> {
        [self.claims.body().as_slice(), &self.signature].concat()
    }

    /// The text of the QR code.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", to_base45(&self.octets()))
    }

    /// The token as an address below this one, all in upper case, for scanners that only open addresses.
    pub fn address(&self, public_url: &str) -> String {
        format!("{}{PATH}{}", public_url.to_ascii_uppercase(), to_base32(&self.octets()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// No signature, but one that depends on every bit of the message and on the key.
    fn sign(key: u8, message: &[u8]) -> [u8; SIGNATURE] {
        let mut state = u64::from(key) ^ 0xcbf2_9ce4_8422_2325;
        for byte in message {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut signature = [0; SIGNATURE];
        for (at, byte) in signature.iter_mut().enumerate() {
            *byte = state.rotate_left(u32::try_from(at).unwrap()).to_be_bytes()[0];
        }
        signature
    }

    fn verify(key: u8, message: &[u8], signature: &[u8; SIGNATURE]) -> Option<bool> {
        (key < 3).then(|| sign(key, message) == *signature)
    }

    fn signed(claims: Claims) -> Signed {
        Signed::new::<()>(claims, |message| Ok(sign(claims.key, message))).unwrap()
    }

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn claims() -> impl Strategy<Value = Claims> {
        let times = (0i64..4_000_000_000, 0i64..100_000_000);
        (
            any::<[u8; 16]>(),
            any::<bool>(),
            any::<bool>(),
            any::<[u8; 4]>(),
            times,
            0u8..3,
        )
            .prop_map(|(id, property, paper, site, (from, life), key)| Claims {
                key,
                id: TokenId(id),
                kind: if property {
                    SlipKind::Property
                } else {
                    SlipKind::Document
                },
                medium: if paper { Medium::Paper } else { Medium::Screen },
                site: SiteTag(site),
                not_before: at(from),
                expires_at: at(from + life),
            })
    }

    fn example() -> Claims {
        Claims {
            key: 1,
            id: TokenId([7; 16]),
            kind: SlipKind::Document,
            medium: Medium::Screen,
            site: SiteTag([1, 2, 3, 4]),
            not_before: at(1_000_000),
            expires_at: at(2_000_000),
        }
    }

    #[test]
    fn the_text_fits_the_smallest_qr_code_that_was_planned() {
        let text = signed(example()).text();
        assert_eq!(text.len(), PREFIX.len() + 144);
        assert!(
            text.chars()
                .all(|c| "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(c))
        );
    }

    #[test]
    fn a_token_is_accepted_at_its_site_within_its_time() {
        let claims = example();
        let here = claims.site;
        assert_eq!(claims.accepted_at(here, at(1_500_000)), Ok(()));
        assert_eq!(claims.accepted_at(SiteTag([0; 4]), at(1_500_000)), Err(NotHere::Site));
        assert_eq!(
            claims.accepted_at(here, at(1_000_000) - SKEW - TimeDelta::seconds(1)),
            Err(NotHere::Early { from: at(1_000_000) })
        );
        assert_eq!(claims.accepted_at(here, at(1_000_000) - SKEW), Ok(()));
        assert_eq!(claims.accepted_at(here, at(1_999_999)), Ok(()));
        assert_eq!(
            claims.accepted_at(here, at(2_000_000)),
            Err(NotHere::Expired { at: at(2_000_000) })
        );
    }

    #[test]
    fn other_versions_algorithms_and_kinds_are_told_apart() {
        let read = |change: fn(&mut [u8; BODY])| {
            let mut body = example().body();
            change(&mut body);
            Signed::read(&format!(
                "{PREFIX}{}",
                to_base45(&[body.as_slice(), &[0; SIGNATURE]].concat())
            ))
        };
        assert!(read(|_| ()).is_ok());
        assert_eq!(read(|body| body[0] = 2), Err(TokenError::Version));
        assert_eq!(read(|body| body[1] = 2), Err(TokenError::Version));
        assert_eq!(read(|body| body[3] = 3), Err(TokenError::Kind));
        assert_eq!(read(|body| body[3] = PAPER), Err(TokenError::Kind));
        for other in ["", "ZP1:", "ZP1", "https://example.org/R/", "583920", "/R/", "微信"] {
            assert_eq!(Signed::read(other), Err(TokenError::Unreadable), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_is_read_and_verified_in_both_forms(claims in claims()) {
            let token = signed(claims);
            for text in [
                token.text(),
                token.text().to_lowercase() + "\r\n",
                token.address("https://bianmin.example"),
                token.address("http://127.0.0.1:8080/x"),
            ] {
                prop_assert_eq!(Signed::read(&text).map(|token| token.verified(verify)), Ok(Ok(claims)));
            }
        }

        #[test]
        fn a_single_flipped_bit_is_never_accepted(claims in claims(), bit in 0usize..(BODY + SIGNATURE) * 8) {
            let mut octets = signed(claims).octets();
            octets[bit / 8] ^= 1 << (bit % 8);
            let text = format!("{PREFIX}{}", to_base45(&octets));
            let accepted = Signed::read(&text).is_ok_and(|token| token.verified(verify).is_ok());
            prop_assert!(!accepted);
        }

        #[test]
        fn a_truncated_or_lengthened_token_is_unreadable(claims in claims(), at in 0usize..148, more in "[A-Z0-9]{1,5}") {
            let text = signed(claims).text();
            prop_assert_eq!(Signed::read(&text[..at]), Err(TokenError::Unreadable));
            prop_assert_eq!(Signed::read(&(text + &more)), Err(TokenError::Unreadable));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>(), tail in "[ -~]{0,200}") {
            let _any = (Signed::read(&text), Signed::read(&format!("{PREFIX}{tail}")), Signed::read(&format!("{PATH}{tail}")));
        }
    }
}
