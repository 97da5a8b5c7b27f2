//! The domain language of Bianmin (便民): what things are called, which states they have, which rules hold,
//! and how they are written on the wire.
//!
//! This crate compiles to WebAssembly and natively. It performs no I/O and reads no clock: a rule is a function of
//! its values and of `now`, which its caller passes in. The client previews with the very functions by which the server decides.
//!
//! Every slice has the same three files: `mod.rs` names the slice's vocabulary, `rules.rs` holds newtypes, states
//! and transitions, `wire.rs` holds bodies, paths and the problems into which rejections turn.

pub mod appointments;
pub mod audit;
pub mod cases;
pub mod catalog;
pub mod fines;
pub mod identity;
pub mod ids;
pub mod image;
pub mod language;
pub mod list;
pub mod money;
pub mod named;
pub mod notify;
pub mod problem;
pub mod queue;
pub mod slips;
pub mod tables;
pub mod time;
pub mod upstream;
pub mod wechat;

/// The prefix of every path of the programming interface.
pub const API: &str = "/api/v1";
