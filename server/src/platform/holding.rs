//! What can be said of a table: whose its rows are, what is sealed in it, how long it is kept.

use std::fmt;

/// Whose the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The account in this column.
    Resident(&'static str),
    /// The person in this column.
    Person(&'static str),
    /// Nobody's in particular, or of what stands in another table.
    Nobody,
}

/// How long rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Until so many days after the instant in a column; the job removes them then.
    Days {
        /// How many.
        days: i64,
        /// The column.
        after: &'static str,
        /// Why so long.
        why: &'static str,
    },
    /// As long as this says; where it ends, the slice itself removes the row.
    While(&'static str),
    /// As long as the law asks for.
    ByLaw(&'static str),
}

/// What becomes of rows when the account that they belong to is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// They go with it.
    Removed,
    /// They stay, for the reason given in [`Holding::kept`].
    Stays,
}

/// A table and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// The table.
    pub table: &'static str,
    /// The column of its key, to which sealed fields are bound.
    pub key: &'static str,
    /// The sealed columns.
    pub sealed: &'static [&'static str],
    /// The columns of keyed indexes, by which a sealed value is found; they change keys too.
    pub indexed: &'static [&'static str],
    /// Whose the rows are.
    pub of: Of,
    /// The columns that their owner is given besides the sealed ones.
    pub shown: &'static [&'static str],
    /// A condition under which a row is still under way, so that its account cannot be closed.
    pub under_way: Option<&'static str>,
    /// How long rows are kept.
    pub kept: Kept,
    /// What becomes of them when the account is closed.
    pub closing: Closing,
}

impl Holding {
    /// A table whose rows are nobody's in particular.
    pub const fn of_nobody(table: &'static str, kept: Kept) -> Self {
        Self {
            table,
            key: "id",
            sealed: &[],
            indexed: &[],
            of: Of::Nobody,
            shown: &[],
            under_way: None,
            kept,
            closing: Closing::Stays,
        }
    }

    /// A table whose rows are an account's or a person's.
    pub const fn owned(
        table: &'static str,
        of: Of,
        shown: &'static [&'static str],
        kept: Kept,
        closing: Closing,
    ) -> Self {
        Self {
            of,
            shown,
            closing,
            ..Self::of_nobody(table, kept)
        }
    }

    /// The same, with a key of another name.
    #[must_use]
    pub const fn by(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// The same, with these columns sealed.
    #[must_use]
    pub const fn sealing(self, sealed: &'static [&'static str]) -> Self {
        Self { sealed, ..self }
    }

    /// The same, with these columns of keyed indexes.
    #[must_use]
    pub const fn indexing(self, indexed: &'static [&'static str]) -> Self {
        Self { indexed, ..self }
    }

    /// The same; a row under this condition keeps its account from being closed.
    #[must_use]
    pub const fn under_way_if(self, condition: &'static str) -> Self {
        Self {
            under_way: Some(condition),
            ..self
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days { days, after, why } => write!(f, "{days} days after `{after}`: {why}"),
            Self::While(what) => write!(f, "{what}"),
            Self::ByLaw(law) => write!(f, "by law: {law}"),
        }
    }
}
