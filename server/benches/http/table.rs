//! The table that is printed: every figure beside what the same machine can do at most.

use crate::load::{Outcome, Times};

/// One line.
pub struct Row {
    pub what: String,
    /// The figure with its unit.
    pub figure: String,
    pub p50: Option<f64>,
    pub p99: Option<f64>,
    /// The ceiling's name, the share of it that was reached, and the share that is the goal.
    pub share: Option<(&'static str, f64, Option<f64>)>,
    /// A goal that is not a share, in words, and whether it is met.
    pub goal: Option<(String, bool)>,
}

impl Row {
    pub fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            figure: figure.into(),
            p50: None,
            p99: None,
            share: None,
            goal: None,
        }
    }

    pub fn rate(what: impl Into<String>, outcome: &Outcome) -> Self {
        Self::per_second(what, outcome.per_second(), &outcome.times)
    }

    pub fn per_second(what: impl Into<String>, rate: f64, times: &Times) -> Self {
        Self {
            p50: Some(times.percentile(50)),
            p99: Some(times.percentile(99)),
            ..Self::new(what, format!("{}/s", grouped(rate)))
        }
    }

    /// The share of a ceiling that the rate reaches.
    pub fn of(mut self, ceiling: &'static str, at_most: f64, rate: f64, goal: Option<f64>) -> Self {
        self.share = Some((ceiling, rate / at_most, goal));
        self
    }

    pub fn goal(mut self, words: impl Into<String>, met: bool) -> Self {
        self.goal = Some((words.into(), met));
        self
    }

    /// A goal for the slowest hundredth.
    pub fn p99_at_most(self, milliseconds: f64) -> Self {
        let met = self.p99.is_some_and(|p99| p99 <= milliseconds);
        self.goal(format!("p99 ≤ {milliseconds} ms"), met)
    }

    fn cells(&self) -> [String; 6] {
        let time = |value: Option<f64>| value.map(|value| format!("{value:.1}")).unwrap_or_default();
        let share = self
            .share
            .map(|(ceiling, share, _)| format!("{share:.2} × {ceiling}"))
            .unwrap_or_default();
        let mut goals = Vec::new();
        if let Some((_, share, Some(goal))) = self.share {
            goals.push(format!("≥ {goal} ×: {}", verdict(share >= goal)));
        }
        if let Some((words, met)) = &self.goal {
            goals.push(format!("{words}: {}", verdict(*met)));
        }
        [
            self.what.clone(),
            self.figure.clone(),
            time(self.p50),
            time(self.p99),
            share,
            goals.join("; "),
        ]
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// A rate with its thousands set apart.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prints a table in Markdown, with its columns in line.
pub fn print(title: &str, rows: &[Row]) {
    let header = ["What", "Figure", "p50 ms", "p99 ms", "Of its ceiling", "Goal"].map(ToOwned::to_owned);
    let cells: Vec<[String; 6]> = std::iter::once(header).chain(rows.iter().map(Row::cells)).collect();
    let widths: Vec<usize> = (0..6)
        .map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    println!("\n### {title}\n");
    for (at, row) in cells.iter().enumerate() {
        let padded: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("| {} |", padded.join(" | "));
        if at == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            println!("| {} |", rules.join(" | "));
        }
    }
}
