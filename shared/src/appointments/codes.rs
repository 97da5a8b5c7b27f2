//! Booking codes (预约码): six characters that a resident shows, types or has scanned.

/// How many characters a code has.
const LENGTH: usize = 6;

/// The code in what was typed or scanned: in any case, by itself or at the end of an address.
pub fn booking_code(scanned: &str) -> Option<String> {
    let last = scanned
        .trim()
        .rsplit(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .filter(|code| code.len() == LENGTH)?;
    Some(last.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_comes() {
        for scanned in ["7k3m9q", " 7K3M9Q\r\n", "https://bianmin.example/a?code=7K3M9Q"] {
            assert_eq!(booking_code(scanned).as_deref(), Some("7K3M9Q"), "{scanned:?}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        for scanned in ["", "7K3M9", "7K3M9QQ", "11010519491231002X", "预约码七三九"] {
            assert_eq!(booking_code(scanned), None, "{scanned:?}");
        }
    }
}
