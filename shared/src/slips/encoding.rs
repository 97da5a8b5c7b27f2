//! How a token's octets are written: base45 (RFC 9285) for the QR code, base32 (RFC 4648, without padding) inside an address.
//!
//! Both use upper-case letters and signs that the alphanumeric mode of QR codes packs tightly. Reading never fails otherwise than with
//! nothing, whatever the text is.

const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn letter(alphabet: &[u8], value: u32) -> char {
    let at = usize::try_from(value).unwrap_or_default();
    alphabet.get(at).map_or('0', |byte| char::from(*byte))
}

fn value(alphabet: &[u8], letter: u8) -> Option<u32> {
    let at = alphabet.iter().position(|known| *known == letter)?;
    u32::try_from(at).ok()
}

/// Writes octets as base45: three letters for two octets, two for a last one.
pub fn to_base45(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(2) * 3);
    for pair in octets.chunks(2) {
        let number = pair.iter().fold(0, |number, octet| number * 256 + u32::from(*octet));
        text.push(letter(BASE45, number % 45));
        text.push(letter(BASE45, number / 45 % 45));
        if pair.len() == 2 {
            text.push(letter(BASE45, number / 2025));
        }
    }
    text
}

/// Reads base45; nothing when the text is none.
pub fn from_base45(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let mut number = 0;
        for letter in group.iter().rev() {
            number = number * 45 + value(BASE45, *letter)?;
        }
        match group.len() {
            3 => octets.extend_from_slice(&u16::try_from(number).ok()?.to_be_bytes()),
            2 => octets.push(u8::try_from(number).ok()?),
            _ => return None,
        }
    }
    Some(octets)
}

/// Writes octets as base32 without padding.
pub fn to_base32(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(5) * 8);
    for group in octets.chunks(5) {
        let mut bits = [0; 8];
        for (to, from) in bits.iter_mut().skip(3).zip(group) {
            *to = *from;
        }
        let bits = u64::from_be_bytes(bits);
        let letters = (group.len() * 8).div_ceil(5);
        for at in 0..letters {
            let five = u32::try_from((bits >> (35 - 5 * at)) & 31).unwrap_or_default();
            text.push(letter(BASE32, five));
        }
    }
    text
}

/// Reads base32 without padding; nothing when the text is none or its last bits are not zero.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0u32, 0u32);
    for letter in text.bytes() {
        bits = (bits << 5) | value(BASE32, letter)?;
        held += 5;
        if held >= 8 {
            held -= 8;
            octets.push(u8::try_from((bits >> held) & 255).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    (held < 5 && bits == 0).then_some(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standards_are_written_as_they_say() {
        assert_eq!(to_base45(b"AB"), "BB8");
        assert_eq!(to_base45(b"Hello!!"), "%69 VD92EX0");
        assert_eq!(to_base45(b"base-45"), "UJCLQE7W581");
        assert_eq!(from_base45("QED8WEX0").as_deref(), Some(b"ietf!".as_slice()));
        assert_eq!(from_base45("GGW"), None, "65536 is more than two octets");
        assert_eq!(from_base45("::"), None, "2024 is more than an octet");
        assert_eq!(from_base45("A"), None);
        for (plain, written) in [
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
        ] {
            assert_eq!(to_base32(plain.as_bytes()), written);
        }
        assert_eq!(from_base32("MZ"), None, "the last bits are not zero");
        assert_eq!(from_base32("M"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(octets in prop::collection::vec(any::<u8>(), 0..120)) {
            prop_assert_eq!(from_base45(&to_base45(&octets)), Some(octets.clone()));
            prop_assert_eq!(from_base32(&to_base32(&octets)), Some(octets));
        }

        #[test]
        fn one_text_stands_for_one_sequence_of_octets(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Some(octets) = from_base45(&text) {
                prop_assert_eq!(to_base45(&octets), text.clone());
            }
            if let Some(octets) = from_base32(&text) {
                prop_assert_eq!(to_base32(&octets), text);
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _any = (from_base45(&text), from_base32(&text));
        }
    }
}
