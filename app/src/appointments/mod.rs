//! Appointments (预约): booking a seat, what happens next, checking in and cancelling.

mod cancel;
mod card;
mod check_in;
mod confirm;
mod form;
mod list;
mod page;
mod persons;
mod windows;
mod words;

pub use card::{card, next_of};
pub use form::form;
pub use list::list;
pub use page::page;
