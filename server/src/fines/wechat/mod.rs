//! WeChat Pay, API v3, for a direct merchant: only endpoints of the merchant itself, no partner, no profit sharing.
//!
//! The third-party SDK gives the request models, the decryption and the reading of certificates. The transport is ours, because nothing
//! here may go without a timeout, a status or a verified signature.

mod account;
mod bills;
mod client;
mod keys;
mod notice;
mod orders;
mod refunds;
mod sign;

pub use self::{
    account::Account,
    bills::{Bill, BillError, BillRow},
    client::{CallError, Client},
    notice::{Announced, open},
    orders::{Closed, Opened, Order, Prepaid},
    refunds::{RefundOrder, RefundState},
    sign::SignedHeaders,
};
