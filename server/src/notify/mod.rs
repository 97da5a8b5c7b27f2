//! Notify (通知): texts to residents, from the transaction that causes them to the receipt of the carrier.
//!
//! A slice calls [`enqueue`] in its own transaction and [`wake`] after the commit; the [`Dispatcher`] does the rest.
//!
//! Architecture invariants: a message is claimed with a lease and a fencing token; the row of an attempt is committed before the
//! provider is called; while the outcome of an attempt is unknown there is no other one, and the provider is asked first.

mod dispatch;
mod enqueue;
mod entity;
pub mod templates;

pub use dispatch::Dispatcher;
pub use enqueue::{Message, Recipient, enqueue, wake, withdraw};
