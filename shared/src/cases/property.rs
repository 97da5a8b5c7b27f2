//! The property in a case (涉案财物): each item with what is known of its state.

use chrono::NaiveDate;

use super::{
    progress::{NotAllowed, Publication, needed},
    rules::{Field, PropertyState, Step},
};
use crate::time::day_of;

/// An item of property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number in the case.
    pub item_no: String,
    /// What it is.
    pub name: String,
    /// What it is worth, in fen.
    pub value_fen: Option<i64>,
    /// Where it stands.
    pub state: ItemState,
}

/// Where an item of property stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// Not found.
    Missing,
    /// Found.
    Found {
        /// Where its photo is.
        photo: Option<String>,
    },
    /// Kept by the police.
    Held {
        /// Where its photo is.
        photo: Option<String>,
    },
    /// Its owner is looked for by public notice.
    Announced {
        /// Since when.
        on: NaiveDate,
    },
    /// To be collected.
    Returnable {
        /// Where.
        place: Option<String>,
        /// Until when.
        collect_by: Option<NaiveDate>,
    },
    /// Collected.
    Returned {
        /// When.
        on: NaiveDate,
    },
}

impl ItemState {
    /// The state's name.
    pub const fn name(&self) -> PropertyState {
        match self {
            Self::Missing => PropertyState::Missing,
            Self::Found { .. } => PropertyState::Found,
            Self::Held { .. } => PropertyState::Held,
            Self::Announced { .. } => PropertyState::Announced,
            Self::Returnable { .. } => PropertyState::Returnable,
            Self::Returned { .. } => PropertyState::Returned,
        }
    }

    /// The state that a case begins with, before anything is published of the item.
    pub const fn at_first(state: PropertyState, on: NaiveDate) -> Self {
        match state {
            PropertyState::Missing => Self::Missing,
            PropertyState::Found => Self::Found { photo: None },
            PropertyState::Held => Self::Held { photo: None },
            PropertyState::Announced => Self::Announced { on },
            PropertyState::Returnable => Self::Returnable {
                place: None,
                collect_by: None,
            },
            PropertyState::Returned => Self::Returned { on },
        }
    }
}

/// Moves the item that a publication names.
pub(super) fn move_item(items: &mut Vec<Item>, publication: &Publication) -> Result<(), NotAllowed> {
    let item_no = needed(publication, Field::ItemNo)?;
    let name = publication.details.get(Field::Item);
    let text = |field| publication.details.get(field).map(ToOwned::to_owned);
    let on = day_of(publication.at);
    let state = match publication.step {
        Step::PropertyNotice => ItemState::Announced { on },
        Step::PropertyReturn => ItemState::Returnable {
            place: text(Field::Place),
            collect_by: publication
                .details
                .get(Field::CollectBy)
                .and_then(|day| day.parse().ok()),
        },
        Step::PropertyReturned => ItemState::Returned { on },
        _ => match publication.details.get(Field::State) {
            Some("held") => ItemState::Held {
                photo: text(Field::Photo),
            },
            _ => ItemState::Found {
                photo: text(Field::Photo),
            },
        },
    };
    if let Some(item) = items.iter_mut().find(|item| item.item_no == item_no) {
        if matches!(item.state, ItemState::Returned { .. }) {
            return Err(NotAllowed::Property {
                item_no: item.item_no.clone(),
                from: item.state.name(),
                attempted: publication.step,
            });
        }
        if let Some(name) = name {
            name.clone_into(&mut item.name);
        }
        item.state = state;
    } else {
        // Property that nobody had missed is found as well.
        items.push(Item {
            item_no: item_no.to_owned(),
            name: name.unwrap_or(item_no).to_owned(),
            value_fen: None,
            state,
        });
    }
    Ok(())
}
