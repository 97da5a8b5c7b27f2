//! Calls that carry one entry, or many.

use serde::de::DeserializeOwned;
use shared::{
    problem,
    upstream::wire::{BATCH_LIMIT, Batch, Taken, TakenBatch},
};

use super::receive::Call;
use crate::problem::{Failure, invalid_field};

impl Call {
    /// The entries of the body, and whether one came alone.
    pub fn entries<T: DeserializeOwned>(&self) -> Result<(Vec<T>, bool), Failure> {
        match self.json::<Batch<T>>()? {
            Batch::One(entry) => Ok((vec![*entry], true)),
            Batch::Many { items } if items.len() > BATCH_LIMIT => Err(Failure::from(&problem::TOO_LARGE)),
            Batch::Many { items } => Ok((items, false)),
        }
    }
}

/// The answer to a call. An entry that came alone and cannot be taken refuses the call, which then counts as not accepted.
///
/// The reason of a refused entry begins with its field and a colon.
pub fn answer(taken: TakenBatch, alone: bool) -> Result<TakenBatch, Failure> {
    match taken.items.first() {
        Some(item) if alone && item.result == Taken::Refused => {
            let reason = item.reason.clone().unwrap_or_default();
            let field = reason.split_once(':').map_or("number", |(field, _)| field).to_owned();
            Err(invalid_field(&field, reason))
        }
        _ => Ok(taken),
    }
}
