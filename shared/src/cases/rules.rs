//! Case numbers, and the names of kinds, roles, steps, fields and states.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{named, notify::rules::Template};

/// A case number (案件编号): A, the authority's twelve digits, year and month, and four digits of sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseNo(String);

/// A text is not a case number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case number is A and 22 digits, of which two are a month")]
pub struct CaseNoError;

impl CaseNo {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What texts tell of it: the sequence at its end.
    pub fn tail(&self) -> &str {
        self.0.get(19..).unwrap_or_default()
    }
}

impl FromStr for CaseNo {
    type Err = CaseNoError;

    /// Accepts surrounding spaces and a lower-case a.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim().to_ascii_uppercase();
        let digits = number.strip_prefix('A').ok_or(CaseNoError)?;
        let month = digits.get(16..18).and_then(|month| month.parse::<u8>().ok());
        let well_formed = digits.len() == 22
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && month.is_some_and(|month| (1..=12).contains(&month));
        if well_formed {
            Ok(Self(number))
        } else {
            Err(CaseNoError)
        }
    }
}

impl fmt::Display for CaseNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

named! {
    /// By which procedure a case is worked on. 刑 is 公安机关办理刑事案件程序规定, 行 is 公安机关办理行政案件程序规定.
    Kind {
        /// A criminal case (刑事案件).
        Criminal = "criminal",
        /// A public-order case (治安案件).
        Administrative = "administrative",
    }

    /// What somebody is to a case; it decides what is read.
    Role {
        /// Who reported it (报案人).
        Reporter = "reporter",
        /// Who was harmed (被害人).
        Victim = "victim",
        /// A close relative of a suspect (嫌疑人家属).
        Family = "family",
        /// A suspect's lawyer (辩护律师).
        Lawyer = "lawyer",
        /// Whom a reporter or victim has authorised to follow the case (受托人).
        Proxy = "proxy",
    }

    /// What happens in a case.
    Step {
        /// The report is taken as a case (受案).
        Accepted = "accepted",
        /// Deciding on filing takes longer (延长立案审查).
        ReviewExtended = "review-extended",
        /// It is investigated (立案).
        Filed = "filed",
        /// It is not investigated (不予立案).
        NotFiled = "not-filed",
        /// Another agency is competent (移送管辖).
        Transferred = "transferred",
        /// An expert opinion becomes evidence (鉴定意见告知).
        Opinion = "opinion",
        /// A measure against a suspect (强制措施).
        Measure = "measure",
        /// Technical investigation (技术侦查); published to nobody.
        TechnicalMeasure = "technical-measure",
        /// The case is dropped (撤销案件).
        Dropped = "dropped",
        /// It goes to the prosecutor (移送审查起诉).
        Prosecution = "prosecution",
        /// A public-order case takes longer (延长办案期限).
        Extended = "extended",
        /// A public-order case is decided (作出处理决定).
        Decided = "decided",
        /// Property is found (财物已找到).
        PropertyFound = "property-found",
        /// The owner of property is looked for (公告认领).
        PropertyNotice = "property-notice",
        /// Property can be collected (发还).
        PropertyReturn = "property-return",
        /// Property was collected (已领取).
        PropertyReturned = "property-returned",
        /// The case is finished (办结).
        Closed = "closed",
    }

    /// A detail of a publication, under the name that the case system gives it.
    Field {
        /// That the step was taken, and when; not among the details.
        Date = "occurred_at",
        /// The receipt's number (受案回执).
        Receipt = "receipt_no",
        /// The document's number (文书).
        Document = "document_no",
        /// Why.
        Reason = "reason",
        /// Another agency.
        Agency = "agency",
        /// How it ended.
        Result = "result",
        /// Until when.
        Until = "until",
        /// Which item of property.
        ItemNo = "item_no",
        /// The item's name.
        Item = "item",
        /// The item's state.
        State = "state",
        /// Where.
        Place = "place",
        /// At which collecting site, by its code; the item then has a slip.
        Site = "site",
        /// Whose the item is, by ID number, where several were harmed.
        Owner = "owner_id_number",
        /// Until when an item can be collected.
        CollectBy = "collect_by",
        /// Where the item's photo is.
        Photo = "photo_url",
        /// Which suspect.
        Suspect = "suspect",
        /// Which measure.
        Measure = "measure",
        /// What the expert found.
        Opinion = "opinion",
        /// On what ground deciding on filing takes longer.
        Ground = "ground",
        /// Days that do not count, such as those of an expert opinion.
        ExcludedDays = "excluded_days",
        /// Who reported the case (刑173: kept secret).
        ReporterIdentity = "reporter",
        /// How technical investigation was done (刑270: kept secret).
        Technique = "technique",
    }

    /// The state of an item of property.
    PropertyState {
        /// It has not been found (未找到).
        Missing = "missing",
        /// It was found (已找到).
        Found = "found",
        /// The police keep it (已扣押保管).
        Held = "held",
        /// Its owner is looked for (公告认领).
        Announced = "announced",
        /// It can be collected (可领取).
        Returnable = "returnable",
        /// It was collected (已发还).
        Returned = "returned",
    }

    /// A measure against a suspect.
    MeasureKind {
        /// Summoned for questioning (传唤).
        Summoned = "summoned",
        /// Detained (刑事拘留).
        Detained = "detained",
        /// Arrested (逮捕).
        Arrested = "arrested",
        /// On bail (取保候审).
        Bailed = "bailed",
        /// Under residential surveillance (监视居住).
        Surveilled = "surveilled",
        /// Released (释放).
        Released = "released",
    }

    /// On what ground deciding on filing may take longer than three days.
    ReviewGround {
        /// Leads need checking (线索需要查证).
        Checking = "checking",
        /// The county's chief of police has approved it (县级以上公安机关负责人批准).
        Approved = "approved",
    }

    /// Whether a publication stands.
    Standing {
        /// It stands.
        Current = "current",
        /// A later one stands in its place.
        Corrected = "corrected",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

impl Step {
    /// The text that tells of the step, to those whom the policy lets know of it.
    pub const fn template(self) -> Template {
        match self {
            Self::Accepted => Template::CaseAccepted,
            Self::Filed => Template::CaseFiled,
            Self::NotFiled => Template::CaseNotFiled,
            Self::Transferred => Template::CaseTransferred,
            Self::PropertyFound => Template::PropertyFound,
            Self::PropertyReturn => Template::PropertyReturn,
            Self::Closed => Template::CaseClosed,
            Self::ReviewExtended
            | Self::Opinion
            | Self::Measure
            | Self::TechnicalMeasure
            | Self::Dropped
            | Self::Prosecution
            | Self::Extended
            | Self::Decided
            | Self::PropertyNotice
            | Self::PropertyReturned => Template::CaseProgress,
        }
    }

    /// The state in which the step leaves its item of property; nothing when it is about none.
    pub const fn leaves_property(self) -> Option<PropertyState> {
        match self {
            Self::PropertyFound => Some(PropertyState::Found),
            Self::PropertyNotice => Some(PropertyState::Announced),
            Self::PropertyReturn => Some(PropertyState::Returnable),
            Self::PropertyReturned => Some(PropertyState::Returned),
            _ => None,
        }
    }
}

/// What the case system tells of a publication, by the names of [`Field`]; names that are not known are kept and shown to nobody.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Details(pub std::collections::BTreeMap<String, String>);

impl Details {
    /// A detail, when it is told.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0
            .get(field.as_str())
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The details that are told, without those whose names are not known.
    pub fn known(&self) -> impl Iterator<Item = (Field, &str)> {
        Field::ALL.iter().filter_map(|field| Some((*field, self.get(*field)?)))
    }
}

impl fmt::Debug for Details {
    /// Details are facts about people; only their names are written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_case_number_has_an_authority_a_month_and_a_sequence() {
        let number: CaseNo = " a5399000000002026110042 ".parse().unwrap();
        assert_eq!(number.as_str(), "A5399000000002026110042");
        assert_eq!(number.tail(), "0042");
        for wrong in [
            "",
            "5399000000002026110042",
            "A5399000000002026130042",
            "A5399000000002026000042",
            "A539900000000202611004",
            "A53990000000020261100421",
            "A539900000000202611004x",
        ] {
            assert_eq!(wrong.parse::<CaseNo>(), Err(CaseNoError), "{wrong}");
        }
    }

    #[test]
    fn details_are_never_printed() {
        let details = Details([("reporter".to_owned(), "张三".to_owned())].into());
        assert_eq!(format!("{details:?}"), "{\"reporter\"}");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_of_case_numbers_panic(text in "\\PC{0,30}") {
            let _ = text.parse::<CaseNo>();
        }
    }
}
