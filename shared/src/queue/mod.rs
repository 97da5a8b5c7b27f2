//! The queue (排队): tickets, the order in which they are called, and how long that will take.
//!
//! A *ticket* (号票) belongs to a hall, a group and a day; its number is the group's letter and a gapless sequence.
//! A *counter session* (窗口值守) is a clerk's time at a counter; it has at most one open ticket.
//!
//! Invariants: the order is a pure function of the waiting tickets and the time ([`order::next`]), and every call can say
//! why this ticket is next; a ticket keeps its number through transfer, parking and a missed call.

pub mod estimate;
pub mod order;
pub mod rating;
pub mod rules;
pub mod score;
pub mod statistics;
pub mod tide;
pub mod wire;
