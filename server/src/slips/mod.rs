//! Slips (领取凭证): what a resident collects, shown as a signed QR code, handed over once.
//!
//! `service.rs` issues, `upstream.rs` takes what the document system pushes, `ready.rs` lays ready and gives out tokens, `scan.rs` judges what a scanner was shown, `collect.rs` is the one write by
//! which something is handed over. Slips know the catalogue and the counters through [`Places`] only, which `app.rs` gives them.
//!
//! Whatever is changed about a slip gives it another serial, and only tokens of the present serial count: what was revoked can never be redeemed
//! by a write that read too early.

mod code;
mod collect;
mod desk;
mod done;
mod entity;
mod list;
mod locker;
mod offline;
mod own;
mod paper;
mod pictures;
mod places;
mod property;
mod proxy;
mod ready;
mod redeem;
mod ring;
mod scan;
mod sealed;
mod service;
mod shelf;
mod statistics;
mod store;
mod texts;
mod tokens;
mod upkeep;
mod upstream;
mod view;

pub use self::{
    places::{Collected, OnCollected, Places},
    property::{lock_slips_for, slips_for},
    service::{NewSlip, Slips},
};

/// Mounts the paths of slips.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(upstream::push_documents_ready)
        .service(list::list_slips)
        .service(list::show_slip)
        .service(list::show_code)
        .service(pictures::qr_svg)
        .service(pictures::qr_png)
        .service(paper::slip_pdf)
        .service(own::reissue)
        .service(own::choose_mail)
        .service(own::choose_pickup)
        .service(proxy::name_proxy)
        .service(proxy::end_proxy)
        .service(desk::prepared)
        .service(desk::posted)
        .service(desk::move_slip)
        .service(desk::withdraw)
        .service(locker::store_in_locker)
        .service(locker::take_from_locker)
        .service(redeem::look_up)
        .service(redeem::redeem)
        .service(offline::slip_keys)
        .service(offline::sync)
        .service(shelf::list_shelf)
        .service(shelf::mail_label)
        .service(statistics::slip_statistics);
}
