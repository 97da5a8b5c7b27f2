//! The machines of a hall (设备): its screens, its ticket kiosks and its lockers, and the keys with which they are paired.

use std::{fmt, str::FromStr};

use crate::named;

named! {
    /// What a machine is there for.
    DeviceKind {
        /// The big screen (叫号大屏).
        Board = "board",
        /// The ticket machine (取号机).
        Kiosk = "kiosk",
        /// The self-service locker (自助取件柜). It runs a program of its own and speaks to the API.
        Locker = "locker",
    }
}

/// How many characters a key has; each says five bits, so a key says 125.
const LENGTH: usize = 25;
/// How many characters stand together when a key is shown.
const TOGETHER: usize = 5;
/// Letters and digits of which none is taken for another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The key of a device: whoever has it is the device. It is shown once, and kept only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceKey(String);

/// A text is no device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a device key has five groups of five letters and digits")]
pub struct NoDeviceKey;

impl DeviceKey {
    /// The key that random bytes make: each chooses one character, none more often than another.
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        let character = |byte: u8| {
            ALPHABET
                .get(usize::from(byte) % ALPHABET.len())
                .copied()
                .map(char::from)
        };
        Self(bytes.into_iter().filter_map(character).collect())
    }

    /// The key as its hash is made of it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key as people read it, in groups of five.
    pub fn grouped(&self) -> String {
        let mut text = String::with_capacity(LENGTH + LENGTH / TOGETHER);
        for (at, character) in self.0.chars().enumerate() {
            if at > 0 && at % TOGETHER == 0 {
                text.push('-');
            }
            text.push(character);
        }
        text
    }
}

impl FromStr for DeviceKey {
    type Err = NoDeviceKey;

    /// Reads a key as it was typed: in any case, with or without the strokes between the groups.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if key.len() == LENGTH && key.bytes().all(|byte| ALPHABET.contains(&byte)) {
            Ok(Self(key))
        } else {
            Err(NoDeviceKey)
        }
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_read_as_it_is_shown_or_typed(bytes: [u8; LENGTH]) {
            let key = DeviceKey::from_random(bytes);
            prop_assert_eq!(key.grouped().parse(), Ok(key.clone()));
            prop_assert_eq!(key.expose().to_lowercase().parse(), Ok(key.clone()));
            let printed = format!("{key:?}");
            prop_assert!(!printed.contains(key.expose()));
        }
    }

    #[test]
    fn what_is_too_short_or_has_other_letters_is_no_key() {
        for text in ["", "QF7MW", "QF7MW-QF7MW-QF7MW-QF7MW-QF7M0", "钥匙钥匙钥匙钥匙钥"] {
            assert_eq!(text.parse::<DeviceKey>(), Err(NoDeviceKey), "{text}");
        }
    }
}
