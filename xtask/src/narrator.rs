//! Says what is being done, how far it is, and how long it took.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Counts the steps of one command.
pub struct Narrator {
    total: usize,
    reached: usize,
}

impl Narrator {
    pub fn new(total: usize) -> Self {
        Self { total, reached: 0 }
    }

    /// Does one step; its name is in the present, as in "building the client".
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.reached += 1;
        let head = format!("[{}/{}] {name}", self.reached, self.total);
        println!("{head} …");
        let begun = Instant::now();
        let done = work();
        let outcome = if done.is_ok() { "done" } else { "FAILED" };
        println!("{head} … {outcome}, {}", Took(begun.elapsed()));
        done
    }
}

/// A duration as one would say it: `0.4 s`, `12 s`, `1 min 12 s`.
pub struct Took(pub Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds >= 60 {
            write!(f, "{} min {} s", seconds / 60, seconds % 60)
        } else if seconds >= 10 {
            write!(f, "{seconds} s")
        } else {
            write!(f, "{seconds}.{} s", self.0.subsec_millis() / 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_the_unit_that_fits() {
        let said = |millis| Took(Duration::from_millis(millis)).to_string();
        assert_eq!(said(420), "0.4 s");
        assert_eq!(said(12_900), "12 s");
        assert_eq!(said(72_000), "1 min 12 s");
    }
}
