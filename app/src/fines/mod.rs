//! Fines (罚款): camera records to answer, decisions to pay, and what became of a payment.

mod decision;
mod handle;
mod list;
mod lookup;
mod pay;
mod payment;
mod words;

pub use decision::page;
pub use list::list;
pub use payment::payment;
