//! The office that answers for the money (财务): payments, exceptions, refunds, the books of the days, alerts.

mod alerts;
mod books;
mod exceptions;
mod payments;
mod refunds;
mod words;

pub use self::{alerts::alerts, books::books, exceptions::exceptions, payments::payments, refunds::refunds};
