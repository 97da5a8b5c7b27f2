//! Texts (通知), as whoever looks after the service sees them.

mod texts;
mod words;

pub use texts::texts;
