//! The server of Bianmin (便民).
//!
//! `app.rs` mounts the slices; each slice is a folder with one file a use case; the slices stand on `platform`, and all on `shared`.
//! `ARCHITECTURE.md` has the map and the invariants; `tests/architecture.rs` enforces them.

pub mod access;
mod access_table;
pub mod app;
pub mod appointments;
pub mod bureau;
pub mod cases;
pub mod catalog;
pub mod config;
pub mod content;
pub mod doctor;
pub mod fines;
mod fines_settings;
pub mod holdings;
pub mod identity;
pub mod jobs;
pub mod mount;
pub mod notify;
pub mod operations;
pub mod platform;
pub mod problem;
pub mod queue;
pub mod refusals;
pub mod rekey;
pub mod retention;
pub mod slips;
mod sms_settings;
pub mod upstream;
