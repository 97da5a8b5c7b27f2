//! The shape of every list on the wire.

use serde::{Deserialize, Serialize};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct List<T> {
    /// The entries, in the order that the operation documents.
    pub items: Vec<T>,
    /// Passed back as `cursor` to read on; absent at the end.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that fits one page.
    pub const fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}
