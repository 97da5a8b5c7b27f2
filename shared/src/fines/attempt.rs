//! An attempt to pay: its states, and what a message that money came makes of it.

use crate::{fines::rules::states, money::Fen, time::Instant};

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::rules::UnknownState;

states! {
    /// How the payer reaches the cashier.
    Channel {
        /// Inside WeChat.
        Jsapi = "jsapi",
        /// In another browser on the phone.
        H5 = "h5",
        /// By scanning a code.
        Native = "native",
    }
}

states! {
    /// Where an attempt stands.
    PaymentStatus {
        /// Its order is being made.
        Preparing = "preparing",
        /// Its order can be paid (待支付).
        AwaitingPayment = "awaiting_payment",
        /// Nobody knows what became of its order; WeChat is asked (确认中).
        Unknown = "unknown",
        /// Paid (已缴款).
        Paid = "paid",
        /// Closed without a payment (已关闭).
        Closed = "closed",
        /// What WeChat says does not fit; an officer decides (异常).
        Exception = "exception",
        /// The money goes back (退款中).
        RefundPending = "refund_pending",
        /// The money is back (已退款).
        Refunded = "refunded",
        /// The treasury is asked to give the money back (财政退付中).
        TreasuryRefundRequested = "treasury_refund_requested",
        /// The money could not go back by itself; an officer sees to it.
        RefundFailed = "refund_failed",
    }
}

impl PaymentStatus {
    /// The states in which money may still come, and of which a decision has at most one attempt.
    pub const OPEN: [Self; 3] = [Self::Preparing, Self::AwaitingPayment, Self::Unknown];

    /// Whether money may still come.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// The states from which a payment is settled: a closed order was perhaps paid before it was closed.
    pub const SETTLEABLE: [Self; 4] = [Self::Preparing, Self::AwaitingPayment, Self::Unknown, Self::Closed];

    /// Whether a message that money came can still change it.
    pub fn can_settle(self) -> bool {
        Self::SETTLEABLE.contains(&self)
    }
}

states! {
    /// How we learned that money came.
    Source {
        /// WeChat told us.
        Notice = "notice",
        /// We asked WeChat.
        Query = "query",
        /// It stood in the bill of the day (按账单补记).
        Bill = "bill",
    }
}

/// What an attempt's money has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Our number of the order.
    pub out_trade_no: String,
    /// The amount.
    pub amount: Fen,
    /// The merchant.
    pub mchid: String,
    /// The official account.
    pub appid: String,
}

/// A message that money came, already known to be WeChat's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Our number of the order.
    pub out_trade_no: String,
    /// WeChat's number of the payment.
    pub transaction_id: String,
    /// The amount.
    pub amount: Fen,
    /// The currency.
    pub currency: String,
    /// The merchant.
    pub mchid: String,
    /// The official account.
    pub appid: String,
    /// When it was paid.
    pub paid_at: Instant,
}

states! {
    /// What about a message does not fit.
    Mismatch {
        /// Another amount.
        Amount = "wrong_amount",
        /// Another currency than yuan.
        Currency = "wrong_currency",
        /// Another merchant.
        Merchant = "wrong_mchid",
        /// Another official account.
        App = "wrong_appid",
        /// Another order.
        Order = "wrong_order",
    }
}

/// What becomes of an attempt when money came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It is the payment of the decision.
    Pays {
        /// WeChat's number.
        transaction_id: String,
        /// When.
        paid_at: Instant,
    },
    /// The decision needs no money any more, so it goes back.
    GoesBack {
        /// WeChat's number.
        transaction_id: String,
        /// When.
        paid_at: Instant,
    },
    /// It does not fit; nothing is paid by it, and an officer decides.
    Exception(Mismatch),
}

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attempt that is {from:?} cannot {attempted}")]
pub struct NotAllowed {
    /// Where it stood.
    pub from: PaymentStatus,
    /// What was tried.
    pub attempted: &'static str,
}

/// Settles an attempt with money that came.
pub fn settle(
    from: PaymentStatus,
    expected: &Expected,
    money: Money,
    decision_is_payable: bool,
) -> Result<Settlement, NotAllowed> {
    if !from.can_settle() {
        return Err(NotAllowed {
            from,
            attempted: "be settled",
        });
    }
    let mismatch = [
        (money.out_trade_no != expected.out_trade_no, Mismatch::Order),
        (money.mchid != expected.mchid, Mismatch::Merchant),
        (money.appid != expected.appid, Mismatch::App),
        (money.currency != "CNY", Mismatch::Currency),
        (money.amount != expected.amount, Mismatch::Amount),
    ]
    .into_iter()
    .find_map(|(differs, mismatch)| differs.then_some(mismatch));
    let Money {
        transaction_id,
        paid_at,
        ..
    } = money;
    Ok(match mismatch {
        Some(mismatch) => Settlement::Exception(mismatch),
        None if decision_is_payable => Settlement::Pays {
            transaction_id,
            paid_at,
        },
        None => Settlement::GoesBack {
            transaction_id,
            paid_at,
        },
    })
}

/// How the money of a withdrawn decision goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By WeChat, while the money is in the collection account.
    Wechat,
    /// By the treasury, once the money was settled to it (财政退付).
    Treasury,
}

impl Route {
    /// The route of money that was, or was not, settled to the treasury.
    pub const fn of(settled: bool) -> Self {
        if settled { Self::Treasury } else { Self::Wechat }
    }

    /// The route as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Treasury => "treasury",
        }
    }

    /// Where the payment stands meanwhile.
    pub const fn meanwhile(self) -> PaymentStatus {
        match self {
            Self::Wechat => PaymentStatus::RefundPending,
            Self::Treasury => PaymentStatus::TreasuryRefundRequested,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expected() -> Expected {
        Expected {
            out_trade_no: "F1".into(),
            amount: Fen(15_000),
            mchid: "1900000109".into(),
            appid: "wx1".into(),
        }
    }

    fn money() -> Money {
        Money {
            out_trade_no: "F1".into(),
            transaction_id: "4200".into(),
            amount: Fen(15_000),
            currency: "CNY".into(),
            mchid: "1900000109".into(),
            appid: "wx1".into(),
            paid_at: Instant::default(),
        }
    }

    #[test]
    fn money_that_fits_pays_and_money_that_is_not_needed_goes_back() {
        let pays = settle(PaymentStatus::AwaitingPayment, &expected(), money(), true);
        assert!(matches!(pays, Ok(Settlement::Pays { .. })));
        let late = settle(PaymentStatus::Closed, &expected(), money(), false);
        assert!(matches!(late, Ok(Settlement::GoesBack { .. })));
    }

    #[test]
    fn each_thing_that_does_not_fit_is_named() {
        type Change = fn(&mut Money);
        let cases: [(Change, Mismatch); 5] = [
            (|money| money.amount = Fen(15_001), Mismatch::Amount),
            (|money| money.currency = "USD".into(), Mismatch::Currency),
            (|money| money.mchid = "1".into(), Mismatch::Merchant),
            (|money| money.appid = "wx2".into(), Mismatch::App),
            (|money| money.out_trade_no = "F2".into(), Mismatch::Order),
        ];
        for (change, mismatch) in cases {
            let mut told = money();
            change(&mut told);
            let settled = settle(PaymentStatus::Unknown, &expected(), told, true);
            assert_eq!(settled, Ok(Settlement::Exception(mismatch)));
        }
    }

    proptest! {
        #[test]
        fn of_any_number_of_messages_one_settles(states in prop::collection::vec(0usize..10, 1..40)) {
            let mut status = PaymentStatus::AwaitingPayment;
            let mut settled = 0;
            for _ in states {
                if let Ok(Settlement::Pays { .. }) = settle(status, &expected(), money(), true) {
                    status = PaymentStatus::Paid;
                    settled += 1;
                }
            }
            prop_assert_eq!(settled, 1);
        }

        #[test]
        fn another_amount_never_pays(amount in any::<i64>()) {
            let told = Money { amount: Fen(amount), ..money() };
            let pays = matches!(settle(PaymentStatus::Unknown, &expected(), told, true), Ok(Settlement::Pays { .. }));
            prop_assert_eq!(pays, amount == 15_000);
        }
    }
}
