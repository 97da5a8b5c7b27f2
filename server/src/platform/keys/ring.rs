//! The keys of one purpose: a new one is known before it is used, and older ones are known for as long as anything needs them.

use std::{collections::BTreeMap, sync::Arc};

use shared::time::Instant;

/// The key that follows from the root; those that are added have higher numbers.
pub const FIRST: u8 = 1;

/// Keys by their number.
pub struct Ring<K: ?Sized> {
    using: u8,
    newest: Arc<K>,
    all: BTreeMap<u8, Known<K>>,
}

struct Known<K: ?Sized> {
    key: Arc<K>,
    from: Instant,
}

impl<K: ?Sized> Ring<K> {
    /// A ring of the first key alone, which was used from ever.
    pub fn new(first: Box<K>) -> Self {
        let key = Arc::from(first);
        let known = Known {
            key: Arc::clone(&key),
            from: Instant::MIN_UTC,
        };
        Self {
            using: FIRST,
            newest: key,
            all: BTreeMap::from([(FIRST, known)]),
        }
    }

    /// Whether a key is known.
    pub fn has(&self, number: u8) -> bool {
        self.all.contains_key(&number)
    }

    /// The highest number that is known.
    pub fn highest(&self) -> u8 {
        self.all.keys().next_back().copied().unwrap_or(FIRST)
    }

    /// Takes a key in; from when on it is used is the same for every instance.
    pub fn add(&mut self, number: u8, key: Box<K>, from: Instant) {
        let key = Arc::from(key);
        self.all.entry(number).or_insert(Known { key, from });
    }

    /// Uses the newest key whose time has come.
    pub fn turn(&mut self, now: Instant) {
        if let Some((number, known)) = self.all.iter().rev().find(|(_, known)| known.from <= now)
            && *number > self.using
        {
            (self.using, self.newest) = (*number, Arc::clone(&known.key));
        }
    }

    /// The key in use and its number.
    pub fn using(&self) -> (u8, Arc<K>) {
        (self.using, Arc::clone(&self.newest))
    }

    /// The key with a number.
    pub fn get(&self, number: u8) -> Option<Arc<K>> {
        self.all.get(&number).map(|known| Arc::clone(&known.key))
    }

    /// Every key and when another came into use in its place.
    pub fn with_ends(&self) -> Vec<(u8, Arc<K>, Option<Instant>)> {
        let mut until = None;
        let mut all = Vec::with_capacity(self.all.len());
        for (number, known) in self.all.iter().rev() {
            all.push((*number, Arc::clone(&known.key), until));
            until = Some(known.from);
        }
        all
    }
}
