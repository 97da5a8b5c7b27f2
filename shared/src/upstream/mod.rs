//! Upstream (上游系统): what the systems of the police push to us, call by call.
//!
//! Each system numbers its calls and signs them with a key of its own. A call is accepted once, and only forward: what was accepted before
//! and what is overtaken by a later call changes nothing.

pub mod wire;
