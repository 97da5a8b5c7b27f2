//! What the case system pushes: cases with their parties, and publications.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rules::{CaseNo, CaseNoError, Details, Kind, PropertyState, Role, Step};
use crate::{time::wire_time, upstream::wire::Taken};

/// The longest title, item name, detail or reason, in characters.
pub const LONGEST_TEXT: usize = 500;
/// The most parties or items of one case, and the most details of one publication.
pub const MOST_ENTRIES: usize = 50;

/// Somebody's part in a case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamParty {
    /// What they are to the case; a proxy is named by residents and never from upstream.
    pub role: Role,
    /// The name.
    pub name: String,
    /// The ID number.
    pub id_number: String,
    /// Of which suspect, for a family member or a lawyer.
    #[serde(default)]
    pub suspect: Option<String>,
}

/// An item of property as the case begins.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamProperty {
    /// Its number in the case.
    pub item_no: String,
    /// What it is.
    pub name: String,
    /// What it is worth, in fen.
    #[serde(default)]
    pub value_fen: Option<i64>,
    /// Where it stands.
    pub state: PropertyState,
}

/// `POST /upstream/cases`: a case, or what is new about one. Parties and items that are known stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamCase {
    /// The case number.
    #[cfg_attr(feature = "openapi", schema(example = "A5399000000002026110042"))]
    pub case_no: String,
    /// By which procedure it is worked on.
    pub procedure: Kind,
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(example = "电动自行车被盗案"))]
    pub title: String,
    /// Who works on it.
    #[cfg_attr(feature = "openapi", schema(example = "云川市公安局刑事侦查支队"))]
    pub agency: String,
    /// When it was reported.
    #[serde(with = "wire_time")]
    pub accepted_at: DateTime<Utc>,
    /// Who has to do with it.
    #[serde(default)]
    pub parties: Vec<UpstreamParty>,
    /// The property in it.
    #[serde(default)]
    pub property: Vec<UpstreamProperty>,
    /// Whether its records are sealed (治安管理处罚法 art. 136). What was sealed stays sealed.
    #[serde(default)]
    pub sealed: bool,
}

/// `POST /upstream/case-events`: a publication. With `corrects` it stands in the place of an earlier one; with `withdraws` it only takes an
/// earlier one back, and `step` is that one's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamEvent {
    /// The publication's own id, at the case system.
    #[cfg_attr(feature = "openapi", schema(example = "EV-2026-000123"))]
    pub event_id: String,
    /// The case.
    #[cfg_attr(feature = "openapi", schema(example = "A5301001000002026110001"))]
    pub case_no: String,
    /// What happened.
    pub step: Step,
    /// When.
    #[serde(with = "wire_time")]
    pub occurred_at: DateTime<Utc>,
    /// What is told of it.
    #[serde(default)]
    pub details: Details,
    /// In place of which publication it stands.
    #[serde(default)]
    pub corrects: Option<String>,
    /// Which publication it takes back.
    #[serde(default)]
    pub withdraws: Option<String>,
}

/// What a publication does to earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Nothing.
    Adds,
    /// It stands in the place of this one.
    Corrects(&'a str),
    /// It takes this one back.
    Withdraws(&'a str),
}

/// Why an entry cannot be taken: the field, and what would do. It never repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Unfit {
    /// The field.
    pub field: &'static str,
    /// What would do.
    pub reason: &'static str,
}

const fn unfit(field: &'static str, reason: &'static str) -> Unfit {
    Unfit { field, reason }
}

impl From<CaseNoError> for Unfit {
    fn from(_: CaseNoError) -> Self {
        unfit("case_no", "a case number is A and 22 digits, of which two are a month")
    }
}

fn fits(text: &str) -> bool {
    (1..=LONGEST_TEXT).contains(&text.trim().chars().count())
}

impl UpstreamCase {
    /// The case number, when everything about the case can be taken.
    pub fn check(&self) -> Result<CaseNo, Unfit> {
        let case_no = self.case_no.parse()?;
        if !fits(&self.title) {
            return Err(unfit("title", "a title has one to 500 characters"));
        }
        if !fits(&self.agency) {
            return Err(unfit("agency", "an agency has one to 500 characters"));
        }
        if self.parties.len() > MOST_ENTRIES {
            return Err(unfit("parties", "a case has at most 50 parties"));
        }
        if self.parties.iter().any(|party| party.role == Role::Proxy) {
            return Err(unfit(
                "parties.role",
                "a proxy is named by the party that authorises it",
            ));
        }
        if self.property.len() > MOST_ENTRIES {
            return Err(unfit("property", "a case has at most 50 items"));
        }
        if self
            .property
            .iter()
            .any(|item| !fits(&item.name) || !fits(&item.item_no))
        {
            return Err(unfit(
                "property.name",
                "an item has a number and a name of one to 500 characters",
            ));
        }
        if self
            .property
            .iter()
            .any(|item| item.value_fen.is_some_and(|value| value < 0))
        {
            return Err(unfit("property.value_fen", "a value is not negative"));
        }
        Ok(case_no)
    }
}

impl UpstreamEvent {
    /// The case number and what the publication does to earlier ones, when everything about it can be taken.
    pub fn check(&self) -> Result<(CaseNo, Effect<'_>), Unfit> {
        let case_no = self.case_no.parse()?;
        if !(1..=100).contains(&self.event_id.chars().count()) {
            return Err(unfit("event_id", "an id has one to 100 characters"));
        }
        let details = &self.details.0;
        if details.len() > MOST_ENTRIES
            || details
                .iter()
                .any(|(name, value)| name.len() > 100 || value.chars().count() > LONGEST_TEXT)
        {
            return Err(unfit(
                "details",
                "there are at most 50 details of at most 500 characters",
            ));
        }
        let effect = match (&self.corrects, &self.withdraws) {
            (None, None) => Effect::Adds,
            (Some(earlier), None) => Effect::Corrects(earlier),
            (None, Some(earlier)) => Effect::Withdraws(earlier),
            (Some(_), Some(_)) => return Err(unfit("withdraws", "a publication corrects or withdraws, not both")),
        };
        Ok((case_no, effect))
    }
}

/// The answer to a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenAnswer {
    /// What became of it.
    pub result: Taken,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> UpstreamEvent {
        UpstreamEvent {
            event_id: "e1".into(),
            case_no: "A5399000000002026110042".into(),
            step: Step::Filed,
            occurred_at: DateTime::UNIX_EPOCH,
            details: Details::default(),
            corrects: None,
            withdraws: None,
        }
    }

    #[test]
    fn a_publication_adds_corrects_or_withdraws_and_never_two_of_them() {
        assert_eq!(event().check().map(|(_, effect)| effect), Ok(Effect::Adds));
        let mut corrected = event();
        corrected.corrects = Some("e0".into());
        assert_eq!(corrected.check().map(|(_, effect)| effect), Ok(Effect::Corrects("e0")));
        corrected.withdraws = Some("e0".into());
        assert_eq!(corrected.check().map_err(|unfit| unfit.field), Err("withdraws"));
    }

    #[test]
    fn what_cannot_be_taken_is_named_by_its_field() {
        let mut wrong = event();
        wrong.case_no = "42".into();
        assert_eq!(wrong.check().map_err(|unfit| unfit.field), Err("case_no"));
        let mut long = event();
        long.details.0.insert("reason".into(), "长".repeat(501));
        assert_eq!(long.check().map_err(|unfit| unfit.field), Err("details"));
    }
}
