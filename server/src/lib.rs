//! The server of Bianmin (便民).
//!
//! `app.rs` mounts the slices; each slice is a folder with one file a use case; the slices stand on `platform`, and all on `shared`.
//! `ARCHITECTURE.md` has the map and the invariants; `tests/architecture.rs` enforces them.

pub mod config;
pub mod notify;
pub mod platform;
pub mod problem;
