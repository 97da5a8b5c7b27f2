//! Upstream (上游系统): signed calls of the police systems, each accepted exactly once.
//!
//! A slice that takes something from upstream reads the request with [`receive()`], which verifies it, and calls [`Call::accept`] in the
//! transaction of the effect: either both are there or neither. A call that is repeated, late or out of order changes nothing.
//!
//! What a police system is to be told in turn stands in `upstream_write_backs`, written in the transaction of the change, and is told until it
//! is heard ([`write_back()`]).

mod batch;
mod entity;
pub mod government;
mod receive;
mod systems;
mod write_backs;

pub use self::{
    batch::answer,
    receive::{Call, receive},
    systems::{System, Systems},
    write_backs::{WriteBack, run_due, write_back},
};
