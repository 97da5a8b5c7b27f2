//! Cases (案件): what the case system tells, who reads which part of it, and what staff do with it.
//!
//! `intake.rs` takes cases and publications, `texts.rs` tells residents of them and `handover.rs` issues the slips for returned property in the
//! same transaction. The state of a case is nowhere stored: it
//! is the fold of the publications that stand ([`shared::cases::progress`]), so a correction needs no repair.
//!
//! Architecture invariants: what a resident reads has gone through [`shared::cases::policy`]; a sealed case is read by nobody; whoever has
//! no part in a case gets 404; a member of staff reads a case only with a reason, a row of `case_enquiries` and an audit entry.
//! Titles, details, names of property and everything that people write are sealed in the database.

mod entity;
mod explain;
mod found;
mod handover;
mod intake;
mod interferences;
mod list;
mod load_demo;
mod lookup;
mod page;
mod preview;
mod proxies;
mod return_list;
mod review;
mod store;
mod subscribe;
mod texts;
mod upstream;
mod view;
mod withdraw;

use std::sync::Arc;

use shared::time::WorkCalendar;

pub use self::{handover::on_collected, load_demo::load_demo};

/// The working calendar, as the server knows it now: periods end on days that are worked.
#[derive(Clone)]
pub struct WorkDays(pub Arc<dyn Fn() -> WorkCalendar + Send + Sync>);

/// Mounts the paths of this slice.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(upstream::push_case)
        .service(upstream::push_case_event)
        .service(explain::explain_steps)
        .service(found::list_found)
        .service(return_list::own_return_list)
        .service(return_list::filed_return_list)
        .service(list::list_cases)
        .service(page::read_case)
        .service(subscribe::subscribe)
        .service(review::request_review)
        .service(review::list_reviews)
        .service(proxies::add_proxy)
        .service(proxies::remove_proxy)
        .service(lookup::look_up)
        .service(lookup::list_enquiries)
        .service(preview::preview)
        .service(withdraw::withdraw)
        .service(interferences::record_interference)
        .service(interferences::list_interferences);
}
