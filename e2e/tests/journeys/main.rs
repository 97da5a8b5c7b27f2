//! Journeys of residents and staff through the real build, in a real browser.
//!
//! They need a running bureau that never rests (see `src/main.rs`), its sandbox and a chromedriver: `cargo xtask test
//! --only e2e` starts them all and says in `E2E_…` where they are. Each test has a resident and counters of its own,
//! so they run beside each other; a bureau is used for one run, since what is booked stays booked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod accessibility;
mod arrangements;
mod away;
mod case_office;
mod cases;
mod changes;
mod collective;
mod counter;
mod elder;
mod english;
mod failures;
mod fines;
mod hall;
mod holiday;
mod keyboard;
mod office;
mod offline;
mod passkey;
mod pull;
mod sheet;
mod slips;
mod slow;
mod strikes;
mod support;
mod visit;
mod wechat;
mod widths;
