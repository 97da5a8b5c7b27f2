//! The sandbox over its real sockets, as a server would use it; modules mirror the URLs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod authenticator;
mod faults;
mod fiscal;
mod police;
mod sms;
mod support;
mod v3;
mod wechat;
