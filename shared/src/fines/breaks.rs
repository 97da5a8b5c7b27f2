//! What can differ between our ledger and the three others of a day, and the table in which a day leaves the house.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    rules::{UnknownState, states},
    staff::{Day, DayStatus},
};
use crate::{
    language::{Language, Phrase},
    money::Fen,
    tables::{Cell, Table},
};

states! {
    /// A difference.
    BreakKind {
        /// The bill's digest does not hold.
        BillDigest = "bill_digest",
        /// A row of the bill cannot be read.
        BillUnreadable = "bill_unreadable",
        /// WeChat has not made the bill yet.
        BillNotReady = "bill_not_ready",
        /// WeChat cannot be asked for the bill.
        BillUnavailable = "bill_unavailable",
        /// WeChat charged a fee, which a treasury account is free of.
        NonzeroFee = "nonzero_fee",
        /// The bill has a payment twice.
        DuplicateRow = "duplicate_row",
        /// Only WeChat knows of the payment.
        OnlyWechat = "only_wechat",
        /// WeChat has another amount.
        AmountDiffers = "amount_differs",
        /// Only our ledger knows of the payment.
        OnlyOurs = "only_ours",
        /// Only WeChat knows of the refund.
        RefundOnlyWechat = "refund_only_wechat",
        /// WeChat refunded another amount.
        RefundAmountDiffers = "refund_amount_differs",
        /// Only our books know of the refund.
        RefundOnlyOurs = "refund_only_ours",
        /// The fiscal system's file cannot be had.
        FiscalUnavailable = "fiscal_unavailable",
        /// The fiscal system has a payment twice.
        FiscalDuplicate = "fiscal_duplicate",
        /// The fiscal system does not have the payment.
        FiscalMissing = "fiscal_missing",
        /// The fiscal system has another amount.
        FiscalAmountDiffers = "fiscal_amount_differs",
        /// Only the fiscal system knows of the payment.
        FiscalOnly = "fiscal_only",
        /// The police system's list cannot be had.
        PoliceUnavailable = "police_unavailable",
        /// The police system does not have the payment.
        PoliceMissing = "police_missing",
        /// The police system has another amount.
        PoliceAmountDiffers = "police_amount_differs",
        /// The police system has a payment twice.
        PoliceDuplicate = "police_duplicate",
        /// Only the police system knows of the payment.
        PoliceOnly = "police_only",
    }
}

impl BreakKind {
    /// What it is called.
    pub const fn name(self) -> Phrase {
        let (zh, en) = match self {
            Self::BillDigest => ("微信账单校验值不符", "The bill has another digest than announced"),
            Self::BillUnreadable => ("微信账单无法读取", "The bill cannot be read"),
            Self::BillNotReady => ("微信账单尚未生成", "The bill is not ready"),
            Self::BillUnavailable => ("微信账单无法下载", "The bill cannot be had"),
            Self::NonzeroFee => ("产生手续费", "A fee was charged"),
            Self::DuplicateRow => ("微信账单重复", "WeChat has it twice"),
            Self::OnlyWechat => ("仅微信有", "Only WeChat has it"),
            Self::AmountDiffers => ("与微信金额不一致", "WeChat has another amount"),
            Self::OnlyOurs => ("仅本系统有", "Only we have it"),
            Self::RefundOnlyWechat => ("退款仅微信有", "Only WeChat has the refund"),
            Self::RefundAmountDiffers => ("退款金额不一致", "The refund has another amount"),
            Self::RefundOnlyOurs => ("退款仅本系统有", "Only we have the refund"),
            Self::FiscalUnavailable => ("财政文件无法取得", "The fiscal file cannot be had"),
            Self::FiscalDuplicate => ("财政系统重复", "The fiscal system has it twice"),
            Self::FiscalMissing => ("财政系统缺少", "The fiscal system lacks it"),
            Self::FiscalAmountDiffers => ("与财政金额不一致", "The fiscal system has another amount"),
            Self::FiscalOnly => ("仅财政系统有", "Only the fiscal system has it"),
            Self::PoliceUnavailable => ("交管清单无法取得", "The police list cannot be had"),
            Self::PoliceMissing => ("交管系统缺少", "The police lack it"),
            Self::PoliceAmountDiffers => ("与交管金额不一致", "The police have another amount"),
            Self::PoliceDuplicate => ("交管系统重复", "The police have it twice"),
            Self::PoliceOnly => ("仅交管系统有", "Only the police have it"),
        };
        Phrase { zh, en }
    }
}

const fn words(zh: &'static str, en: &'static str) -> Phrase {
    Phrase { zh, en }
}

impl DayStatus {
    /// What it is called.
    pub const fn name(self) -> Phrase {
        match self {
            Self::NotRun => words("未对账", "Not reconciled"),
            Self::Balanced => words("平账", "Balanced"),
            Self::Broken => words("有差异", "Does not balance"),
            Self::SignedOff => words("已签核", "Signed off"),
        }
    }
}

/// A day as tables: its sums, and what does not agree. Amounts are yuan, as accountants write them.
pub fn tables(day: &Day, language: Language) -> Vec<Table> {
    let t = |phrase: Phrase| phrase.in_language(language);
    let yuan = |amount: Option<Fen>| Cell::Text(amount.map(|fen| fen.to_string()).unwrap_or_default());
    let sum = |name: Phrase, value: String| vec![Cell::Text(t(name).to_owned()), Cell::Text(value)];
    let sums = Table {
        title: t(words("日结", "The day")),
        columns: vec![t(words("项目", "Figure")), t(words("数值", "Value"))],
        rows: vec![
            sum(words("日期", "Day"), day.date.to_string()),
            sum(words("状态", "State"), t(day.status.name()).to_owned()),
            sum(words("收款（元）", "Received (yuan)"), day.received_fen.to_string()),
            sum(words("退款（元）", "Refunded (yuan)"), day.refunded_fen.to_string()),
            sum(words("手续费（元）", "Fees (yuan)"), day.fee_fen.to_string()),
            sum(
                words("按账单补记（笔）", "Recovered by the bill"),
                day.recovered_by_bill.to_string(),
            ),
            sum(words("差异（笔）", "Differences"), day.breaks.len().to_string()),
            sum(words("签核说明", "Note"), day.note.clone().unwrap_or_default()),
        ],
    };
    let breaks = Table {
        title: t(words("差异", "Differences")),
        columns: vec![
            t(words("类型", "Kind")),
            t(words("编号", "Reference")),
            t(words("本系统（元）", "Ours (yuan)")),
            t(words("对方（元）", "Theirs (yuan)")),
        ],
        rows: day
            .breaks
            .iter()
            .map(|found| {
                vec![
                    Cell::Text(t(found.kind.name()).to_owned()),
                    Cell::Text(found.reference.clone()),
                    yuan(found.ours_fen),
                    yuan(found.theirs_fen),
                ]
            })
            .collect(),
    };
    vec![sums, breaks]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fines::staff::Break, tables::csv};

    #[test]
    fn a_day_leaves_the_house_in_yuan_with_its_differences() {
        let day = Day {
            date: "2026-11-23".parse().unwrap(),
            status: DayStatus::Broken,
            received_fen: Fen(15_050),
            refunded_fen: Fen::ZERO,
            fee_fen: Fen(1),
            breaks: vec![Break {
                kind: BreakKind::OnlyWechat,
                reference: "=1+1".into(),
                ours_fen: None,
                theirs_fen: Some(Fen(15_050)),
            }],
            recovered_by_bill: 0,
            run_at: None,
            note: None,
        };
        let text = csv(&tables(&day, Language::Chinese));
        assert!(
            text.contains("150.50") && text.contains("仅微信有") && text.contains("有差异"),
            "{text}"
        );
        assert!(
            !text.contains("\"=1+1"),
            "what a payer could have written is no formula: {text}"
        );
    }
}
