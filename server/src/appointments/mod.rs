//! Appointments (预约): windows, holds, bookings and check-in.
//!
//! Every seat is taken by the [`Seats`] writer, which gathers what arrives while a commit is under way and commits it as one group.
//! The group is only how bookings travel; that none is sold twice follows from the row locks, the checks and the unique keys.

mod availability;
mod book;
mod cancel;
mod check_in;
mod entity;
mod hold;
mod list;
mod publish;
mod seats;
mod store;
mod view;
mod windows;

pub use self::{
    availability::Availability,
    publish::publish_windows,
    seats::{Seats, reclaim},
    store::fulfil,
};

/// Mounts the paths of appointments.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(windows::list_windows)
        .service(hold::hold)
        .service(hold::release)
        .service(book::book)
        .service(list::list_appointments)
        .service(list::show_appointment)
        .service(cancel::cancel)
        .service(check_in::check_in);
}
