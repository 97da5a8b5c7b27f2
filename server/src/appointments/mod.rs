//! Appointments (预约): windows, holds, bookings and check-in.
//!
//! Every seat is taken by the [`Seats`] writer, which gathers what arrives while a commit is under way and commits it as one group.
//! A seat that is given back is first offered to the waiting list and otherwise stays away for a random time (`returns.rs`).
//! The group is only how bookings travel; that none is sold twice follows from the row locks, the checks and the unique keys.

mod admit;
mod affected;
mod apply_quota;
mod availability;
mod book;
mod booking_qr;
mod calendar_file;
mod cancel;
mod check_in;
mod closures;
mod collective;
mod decide_strike;
mod entity;
mod export;
mod groups;
mod hold;
mod holidays;
mod kiosk_check_in;
mod lift_closure;
mod list;
mod my_strikes;
mod nearest;
mod no_shows;
mod preview;
mod publish;
mod quota;
mod reclaim;
mod remind;
mod reschedule;
mod returns;
mod row;
mod seats;
mod statistics;
mod store;
mod strikes;
mod texts;
mod view;
mod waitlist;
mod windows;

pub use self::{
    availability::Availability,
    holidays::rest_on_holidays,
    no_shows::mark_no_shows,
    publish::publish_windows,
    reclaim::reclaim,
    remind::remind,
    returns::return_seats,
    seats::Seats,
    store::{Fulfilled, fulfil},
};

/// Mounts the paths of appointments.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(windows::list_windows)
        .service(nearest::nearest_windows)
        .service(hold::hold)
        .service(hold::release)
        .service(book::book)
        .service(list::list_appointments)
        .service(calendar_file::calendar_file)
        .service(booking_qr::booking_qr)
        .service(list::show_appointment)
        .service(cancel::cancel)
        .service(reschedule::reschedule)
        .service(check_in::check_in)
        .service(kiosk_check_in::kiosk_check_in)
        .service(my_strikes::list_my_strikes)
        .service(my_strikes::appeal)
        .service(decide_strike::list_appeals)
        .service(decide_strike::decide_strike)
        .service(waitlist::join_waitlist)
        .service(waitlist::list_waitlist)
        .service(waitlist::leave_waitlist)
        .service(collective::book::book_collectively)
        .service(collective::list::list_collective)
        .service(collective::list::show_collective)
        .service(collective::list::list_my_collective)
        .service(collective::cancel::cancel_collective)
        .service(closures::close_hall)
        .service(closures::list_closures)
        .service(lift_closure::closure_effect)
        .service(lift_closure::lift_closure)
        .service(affected::list_affected)
        .service(holidays::list_declared)
        .service(holidays::list_hit_by_holiday)
        .service(quota::change_quota)
        .service(apply_quota::quota_effect)
        .service(apply_quota::apply_quota)
        .service(groups::add_group)
        .service(groups::change_group)
        .service(preview::preview)
        .service(statistics::show_statistics)
        .service(export::export_statistics);
}
