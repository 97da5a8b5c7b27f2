//! The cases of the demonstration, taken the way upstream's are.

use anyhow::{Context, anyhow};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use shared::cases::{
    rules::{Details, Kind, Step},
    upstream::{UpstreamCase, UpstreamEvent, UpstreamParty, UpstreamProperty},
};

use super::{entity::case, intake};
use crate::platform::Platform;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    case: Vec<DemoCase>,
}

#[derive(Deserialize)]
struct DemoCase {
    /// The authority's twelve digits.
    authority: String,
    /// The last four digits of the number.
    sequence: String,
    procedure: Kind,
    title: String,
    agency: String,
    /// When it was reported, counted back from when the file is loaded first.
    hours_ago: i64,
    party: Vec<UpstreamParty>,
    #[serde(default)]
    property: Vec<UpstreamProperty>,
    #[serde(default)]
    event: Vec<DemoEvent>,
}

#[derive(Deserialize)]
struct DemoEvent {
    step: Step,
    hours_ago: i64,
    #[serde(default)]
    details: Details,
}

/// Loads the file; cases that are there already stay as they are.
pub async fn load_demo(db: &impl ConnectionTrait, platform: &Platform, file: &str) -> anyhow::Result<()> {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let file: File = toml::from_str(file).context("cases.toml cannot be read")?;
    let now = platform.clock.now();
    for entry in file.case {
        let ago = |hours| now - TimeDelta::hours(hours);
        // The number has the month of the report, so that a case loaded in another month is found by what does not change of it.
        let known = case::Entity::find()
            .filter(case::Column::CaseNo.starts_with(format!("A{}", entry.authority)))
            .filter(case::Column::CaseNo.ends_with(entry.sequence.as_str()))
            .one(db)
            .await?;
        if known.is_some() {
            continue;
        }
        let reported = ago(entry.hours_ago);
        let month = shared::time::local(reported).format("%Y%m").to_string();
        let case_no = format!("A{}{month}{}", entry.authority, entry.sequence);
        let fault = |failure| anyhow!("cases.toml: {case_no}: {failure}");
        let case = UpstreamCase {
            case_no: case_no.clone(),
            procedure: entry.procedure,
            title: entry.title,
            agency: entry.agency,
            accepted_at: reported,
            parties: entry.party,
            property: entry.property,
            sealed: false,
        };
        intake::take_case(db, platform, &case, now).await.map_err(fault)?;
        for (at, event) in entry.event.into_iter().enumerate() {
            let event = UpstreamEvent {
                event_id: format!("demo-{case_no}-{at}"),
                case_no: case_no.clone(),
                step: event.step,
                occurred_at: ago(event.hours_ago),
                details: event.details,
                corrects: None,
                withdraws: None,
            };
            // What happened before the demonstration began was told then.
            intake::record(db, platform, &event, now).await.map_err(fault)?;
        }
    }
    Ok(())
}
