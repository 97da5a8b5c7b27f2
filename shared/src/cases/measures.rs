//! The measures against suspects (强制措施).

use super::{
    progress::{NotAllowed, Publication, needed},
    rules::{Field, MeasureKind},
};
use crate::time::Instant;

/// The latest measure against a suspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The suspect, as the case system calls them.
    pub suspect: String,
    /// The measure.
    pub kind: MeasureKind,
    /// Since when.
    pub since: Instant,
    /// Where.
    pub place: Option<String>,
}

/// Takes the measure that a publication names in place of the suspect's earlier one.
pub(super) fn take_measure(measures: &mut Vec<Measure>, publication: &Publication) -> Result<(), NotAllowed> {
    let suspect = needed(publication, Field::Suspect)?;
    let kind = needed(publication, Field::Measure)?
        .parse()
        .map_err(|_unknown| NotAllowed::Detail {
            attempted: publication.step,
            field: Field::Measure,
        })?;
    measures.retain(|measure| measure.suspect != suspect);
    measures.push(Measure {
        suspect: suspect.to_owned(),
        kind,
        since: publication.at,
        place: publication.details.get(Field::Place).map(ToOwned::to_owned),
    });
    Ok(())
}
