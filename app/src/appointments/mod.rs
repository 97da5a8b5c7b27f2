//! Appointments (预约): booking a seat or waiting for one, what happens next, moving, checking in, cancelling, and what was missed.

mod cancel;
mod card;
mod check_in;
mod choice;
mod collective;
mod collective_office;
mod collective_words;
mod confirm;
mod form;
mod halls;
mod list;
mod page;
mod persons;
mod reschedule;
mod strikes;
mod waitlist;
mod windows;
mod words;

pub use card::{card, next_of};
pub use collective_office::office as collective;
pub use form::form;
pub use list::list;
pub use page::page;
pub use reschedule::page as reschedule;
pub use strikes::section as strikes;
