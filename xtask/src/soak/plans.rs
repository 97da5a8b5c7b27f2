//! What residents do about their decisions, and what goes wrong meanwhile: both by a seed, which names a run.

use serde_json::{Value, json};

/// What goes wrong. Nothing here makes money differ: that is what the acceptance tests are for.
pub fn plan(seed: u64) -> Vec<Value> {
    let rate = |target: &str, kind: &str, rate: f64| json!({ "target": target, "kind": kind, "rate": rate });
    let slow = |target: &str, kind: &str, rate: f64, ms: u32| json!({ "target": target, "kind": kind, "rate": rate, "ms": ms });
    let mut faults = vec![
        slow("wechat-pay", "delay", 0.05, 400),
        slow("wechat-pay", "timeout-after-accept", 0.02, 6_000),
        slow("wechat-pay", "hang", 0.01, 6_000),
        rate("wechat-pay", "drop", 0.02),
        rate("wechat-pay", "5xx", 0.02),
        rate("wechat-pay", "html-502", 0.01),
        rate("wechat-pay", "429", 0.01),
        rate("wechat-pay", "corrupt", 0.01),
        rate("wechat-pay", "unsigned", 0.01),
        rate("wechat-notify", "drop", 0.1),
        rate("wechat-notify", "duplicate", 0.2),
        slow("wechat-notify", "delay", 0.1, 3_000),
        rate("wechat-notify", "corrupt", 0.03),
        rate("wechat-notify", "sign-test", 0.02),
    ];
    for target in ["fiscal", "police"] {
        faults.push(rate(target, "drop", 0.03));
        faults.push(rate(target, "5xx", 0.03));
        faults.push(slow(target, "timeout-after-accept", 0.01, 9_000));
    }
    for (fault, seed) in faults.iter_mut().zip(seed.wrapping_mul(1_000)..) {
        if let Some(fields) = fault.as_object_mut() {
            fields.insert("seed".into(), json!(seed));
        }
    }
    faults
}

/// A small generator, so that a seed names a run (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    /// A number below this.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

/// What is done about a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It is paid.
    Pay,
    /// It is cancelled at the cashier and paid then.
    CancelThenPay,
    /// It is begun in one way and paid in another, or in both.
    TwoWays,
    /// It is begun and left.
    Leave,
    /// It is withdrawn while its order is open.
    WithdrawBefore,
    /// It is paid and withdrawn then.
    WithdrawAfter,
}

impl Plan {
    /// A plan; most are simply paid.
    pub fn of(dice: &mut Dice) -> Self {
        match dice.roll(100) {
            0..72 => Self::Pay,
            72..82 => Self::CancelThenPay,
            82..88 => Self::TwoWays,
            88..91 => Self::Leave,
            91..94 => Self::WithdrawBefore,
            _ => Self::WithdrawAfter,
        }
    }

    /// Where the decision stands in the end.
    pub const fn end(self) -> &'static str {
        match self {
            Self::Pay | Self::CancelThenPay | Self::TwoWays => "paid",
            Self::Leave => "open",
            Self::WithdrawBefore | Self::WithdrawAfter => "withdrawn",
        }
    }
}
