//! The programming interface, tested from outside against the real server on a real database.
//!
//! Modules mirror the URLs. `BIANMIN_TEST_MODE` chooses the deployment: `embedded` (SQLite, in process) or `scaled`
//! (PostgreSQL and Redis, whose URLs stand in `BIANMIN_TEST_POSTGRES_URL` and `BIANMIN_TEST_REDIS_URL`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod access;
mod admin;
mod appointments;
mod audit;
mod auth;
mod backup;
mod canary;
mod cases;
mod collective_bookings;
mod counters;
mod csp_reports;
mod devices;
mod docs;
mod fines;
mod halls;
mod holdings;
mod holds;
mod keys;
mod kiosk;
mod me;
mod model;
mod notify;
mod pages;
mod problems;
mod reliability;
mod reschedule;
mod scalping;
mod services;
mod slips;
mod strikes;
mod support;
mod tickets;
mod upstream;
mod visits;
mod waitlist;
mod wechat;
