//! The client of Bianmin (便民): what residents see inside WeChat, and what staff see at counters and in halls.
//!
//! Five programs share this library, so that nobody loads at first what is needed later or by others: `main.rs` starts
//! [`finding()`], `bin/affairs.rs` [`affairs()`], `bin/papers.rs` [`papers()`], `bin/account.rs` [`account()`], and `bin/staff.rs`
//! [`staff()`]. Each slice has a folder
//! with the same name as in `shared` and in the server, with one file per page or form; its `words.rs` holds what it says, in both
//! languages.
//!
//! Words are read once, when a page is built, and the page is built anew when the language changes: texts need no
//! signals of their own, which keeps the program small.

mod admin;
mod api;
mod appointments;
mod browser;
mod cases;
mod catalog;
mod dates;
mod fines;
mod home;
mod identity;
mod language;
mod notify;
mod presence;
mod queue;
mod resident;
mod routes;
mod scanning;
mod slips;
mod staff;
mod ui;
mod wechat;

pub use resident::{account, affairs, finding, papers};
pub use staff::staff;
