//! What the document system pushes: documents that are made and wait in a hall.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{language::Text, time::wire_time};

/// The longest number, name or code, in characters.
const LONGEST: usize = 60;

/// To whom a document belongs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamHolder {
    /// The name.
    pub name: String,
    /// The ID number.
    pub id_number: String,
}

/// `POST /upstream/documents-ready`: a document that is made and lies in a hall.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamDocument {
    /// The document's number at the document system; it has one slip.
    pub document_no: String,
    /// What kind of document it is, such as `identity-card` or `passport`.
    pub kind: String,
    /// What it is called, in Chinese.
    pub name: String,
    /// What it is called in English; otherwise its kind is named.
    #[serde(default)]
    pub name_en: Option<String>,
    /// To whom it belongs.
    pub person: UpstreamHolder,
    /// The hall in which it lies, by its code.
    #[cfg_attr(feature = "openapi", schema(example = "zhongxin"))]
    pub hall: String,
    /// Since when it lies there.
    #[serde(with = "wire_time")]
    pub ready_at: DateTime<Utc>,
    /// The last day on which it can be collected; otherwise it is kept 90 days.
    #[serde(default)]
    pub collect_by: Option<NaiveDate>,
}

impl UpstreamDocument {
    /// The name of the first field that cannot be taken, and what would do.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let fits = |text: &str| (1..=LONGEST).contains(&text.trim().chars().count());
        if !fits(&self.document_no) {
            return Err(("document_no", "a number has one to 60 characters"));
        }
        if !fits(&self.name) || self.name_en.as_deref().is_some_and(|name| !fits(name)) {
            return Err(("name", "a name has one to 60 characters"));
        }
        Ok(())
    }

    /// What is collected.
    pub fn item(&self) -> Text {
        let en = match self.kind.as_str() {
            "identity-card" => "Resident ID card",
            "household-register" => "Household register",
            "residence-permit" => "Residence permit",
            "passport" => "Passport",
            "travel-permit" => "Travel permit",
            "driving-licence" => "Driving licence",
            "vehicle-licence" => "Vehicle licence",
            "certificate" => "Certificate",
            _ => "Document",
        };
        Text {
            zh: self.name.trim().to_owned(),
            en: self.name_en.as_deref().map_or(en, str::trim).to_owned(),
        }
    }
}
