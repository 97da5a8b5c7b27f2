//! Upstream (上游系统): signed calls of the police systems, each accepted exactly once.
//!
//! A slice that takes something from upstream reads the request with [`receive()`], which verifies it, and calls [`Call::accept`] in the
//! transaction of the effect: either both are there or neither. A call that is repeated, late or out of order changes nothing.

mod batch;
mod entity;
mod receive;
mod systems;

pub use self::{
    batch::answer,
    receive::{Call, receive},
    systems::{System, Systems},
};
