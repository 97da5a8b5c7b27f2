//! Lists of services that were asked for, ready to be sent again.

use std::sync::Arc;

use moka::sync::Cache;
use shared::{catalog::rules::Family, language::Language};

use crate::{platform::packed::Packed, problem::Failure};

/// How many lists are kept: every family in both languages, and what is searched for most.
const KEPT: u64 = 500;

/// What a list answers: its language, the family, and what people call the thing.
pub type Asked = (Language, Option<Family>, String);

/// The lists of one snapshot, which go with it.
#[derive(Debug)]
pub struct Lists(Cache<Asked, Arc<Packed>>);

impl Default for Lists {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Lists {
    /// The list that answers, made when it is first asked for.
    pub fn rendered(
        &self,
        asked: Asked,
        list: impl FnOnce() -> Result<Packed, Failure>,
    ) -> Result<Arc<Packed>, Failure> {
        if let Some(known) = self.0.get(&asked) {
            return Ok(known);
        }
        let made = Arc::new(list()?);
        self.0.insert(asked, Arc::clone(&made));
        Ok(made)
    }
}
