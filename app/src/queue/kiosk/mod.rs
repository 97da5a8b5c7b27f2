//! The ticket machine of a hall (取号机): walk-in tickets and check-in, with nothing kept of whoever stood before it.

mod keypad;
mod page;
mod paper;
mod steps;
mod words;

pub use page::kiosk;
