//! The decisions and camera records of the demonstration, taken the way upstream's are.

use anyhow::{Context, anyhow};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use shared::{
    fines::{
        rules::{DecisionStatus, Procedure},
        upstream::{UpstreamDecision, UpstreamPerson, UpstreamViolation},
    },
    identity::rules::Phone,
    money::Fen,
    time::{day_of, instant},
    upstream::wire::Taken,
};

use super::{intake, pay};
use crate::{identity, platform::Platform};

#[derive(Deserialize)]
struct File {
    agency: String,
    person: UpstreamPerson,
    /// The phones of residents who have a WeChat account in the demonstration.
    wechat: Vec<String>,
    #[serde(default)]
    decision: Vec<DemoDecision>,
    #[serde(default)]
    violation: Vec<DemoViolation>,
}

#[derive(Deserialize)]
struct DemoDecision {
    decision_no: String,
    facts: String,
    legal_basis: String,
    fine_fen: Fen,
    points: i32,
    /// The day, counted back from the day on which the file is loaded first.
    days_ago: u64,
    #[serde(default)]
    surcharge_fen: Fen,
}

#[derive(Deserialize)]
struct DemoViolation {
    violation_no: String,
    plate_no: String,
    days_ago: u64,
    place: String,
    conduct: String,
    #[serde(default)]
    conduct_code: Option<String>,
    legal_basis: String,
    fine_fen: Fen,
    points: i32,
    procedure: Procedure,
    /// The path of its photo at the police system.
    #[serde(default)]
    photo: Option<String>,
}

/// Loads the file; what is there already stays as it is.
pub async fn load(db: &impl ConnectionTrait, platform: &Platform, file: &str) -> anyhow::Result<()> {
    let file: File = toml::from_str(file).context("decisions.toml cannot be read")?;
    let now = platform.clock.now();
    let today = day_of(now);
    let ago = |days: u64| -> anyhow::Result<NaiveDate> {
        today
            .checked_sub_days(Days::new(days))
            .context("a day of decisions.toml is too long ago")
    };
    let mut decisions = Vec::new();
    for entry in file.decision {
        let day = ago(entry.days_ago)?;
        decisions.push(UpstreamDecision {
            decision_no: entry.decision_no,
            violation_no: None,
            person: file.person.clone(),
            facts: entry.facts,
            legal_basis: entry.legal_basis,
            fine_fen: entry.fine_fen,
            points: entry.points,
            decided_on: day,
            received_on: day,
            due_on: day + TimeDelta::days(15),
            surcharge_fen: entry.surcharge_fen,
            suspensions: Vec::new(),
            status: DecisionStatus::Open,
            withdrawn_on: None,
            agency: file.agency.clone(),
        });
    }
    let mut violations = Vec::new();
    for entry in file.violation {
        violations.push(UpstreamViolation {
            violation_no: entry.violation_no,
            person: file.person.clone(),
            plate_no: entry.plate_no,
            occurred_at: instant(ago(entry.days_ago)?, NaiveTime::MIN) + TimeDelta::hours(20),
            place: entry.place,
            conduct: entry.conduct,
            conduct_code: entry.conduct_code,
            legal_basis: entry.legal_basis,
            fine_fen: entry.fine_fen,
            points: entry.points,
            procedure: entry.procedure,
            status: None,
            photo_url: entry.photo,
        });
    }
    let fault = |failure| anyhow!("decisions.toml: {failure}");
    let mut taken = intake::take_decisions(db, platform, decisions, now)
        .await
        .map_err(fault)?;
    taken.extend(
        intake::take_violations(db, platform, violations, now)
            .await
            .map_err(fault)?,
    );
    if let Some(refused) = taken.iter().find(|item| item.result == Taken::Refused) {
        return Err(anyhow!(
            "decisions.toml: {}: {}",
            refused.number,
            refused.reason.clone().unwrap_or_default()
        ));
    }
    for phone in &file.wechat {
        let phone: Phone = phone.parse()?;
        if let Some(resident) = identity::resident_of_phone(db, platform, &phone).await.map_err(fault)? {
            // The sandbox gives every phone this openid; it belongs to no real account.
            let openid = format!("oBianminSandbox_{}_", phone.expose());
            pay::remember_payer(db, platform, resident.0, &openid)
                .await
                .map_err(fault)?;
        }
    }
    Ok(())
}
