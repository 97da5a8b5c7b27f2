//! Fines (罚款): camera records to answer, decisions to pay, what became of a payment, and the office that answers for the money.

mod decision;
mod handle;
mod list;
mod lookup;
mod office;
mod pay;
mod payment;
mod words;

pub use decision::page;
pub use list::list;
pub use office::{alerts, books, exceptions, payments, refunds};
pub use payment::payment;
