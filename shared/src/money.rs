//! Money as whole fen (分), the hundredth of a yuan (元); nothing here is a floating-point number.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// Nothing to pay.
    pub const ZERO: Self = Self(0);

    /// The sum, or nothing when it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or nothing when it does not fit.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// So many per cent, cut off to whole fen in favour of whoever pays; nothing when it does not fit.
    pub const fn percent_rounded_down(self, percent: i64) -> Option<Self> {
        match self.0.checked_mul(percent) {
            Some(product) => Some(Self(product.div_euclid(100))),
            None => None,
        }
    }

    /// Reads yuan with at most two decimals, as bills write them: `150.00`.
    pub fn from_yuan(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if yuan.is_empty() || fen.len() > 2 || !is_digits(yuan) || !is_digits(fen) {
            return None;
        }
        let hundredths: i64 = format!("{fen:0<2}").parse().ok()?;
        let amount = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(hundredths)?;
        Some(Self(if negative { amount.checked_neg()? } else { amount }))
    }
}

impl fmt::Display for Fen {
    /// Yuan with two decimals, without a sign for the currency: `40.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_in_yuan() {
        assert_eq!(Fen(4000).to_string(), "40.00");
        assert_eq!(Fen(5).to_string(), "0.05");
        assert_eq!(Fen(-105).to_string(), "-1.05");
        assert_eq!(Fen(i64::MIN).to_string(), "-92233720368547758.08");
    }

    #[test]
    fn an_amount_in_yuan_is_read_back() {
        for amount in [Fen(0), Fen(5), Fen(15_000), Fen(-105)] {
            assert_eq!(Fen::from_yuan(&amount.to_string()), Some(amount));
        }
        assert_eq!(Fen::from_yuan("12"), Some(Fen(1200)));
        for text in [
            "",
            ".",
            "1.234",
            "1,000.00",
            "1e3",
            "一",
            "1.-1",
            "99999999999999999999",
        ] {
            assert_eq!(Fen::from_yuan(text), None, "{text}");
        }
    }

    #[test]
    fn a_part_of_a_fen_is_not_charged() {
        assert_eq!(Fen(5033).percent_rounded_down(3), Some(Fen(150)));
        assert_eq!(Fen(i64::MAX).percent_rounded_down(3), None);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        assert_eq!(Fen(1).checked_add(Fen(2)), Some(Fen(3)));
        assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
    }
}
