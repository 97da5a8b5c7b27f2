//! The queue (排队叫号): tickets, counters, calls and the live board.
//!
//! Every change is one short transaction with its guard in the write; then the bus says that the hall has changed, and each instance reads
//! the hall once for all its listeners ([`Halls`]).

mod act;
mod alerts;
mod board;
mod call_chosen;
mod call_next;
mod counter;
mod entity;
mod figures;
mod forgotten;
mod hall_state;
mod halls;
mod issue;
mod kiosk;
mod pause;
pub mod presence;
mod store;
mod ticket;
mod uses;
mod visit;
mod walk_in;

pub use self::{
    figures::figures,
    forgotten::close_forgotten,
    halls::{Halls, OnServed},
    issue::{Entrant, issue},
    kiosk::count_kiosk_use,
    store::counter_of,
    uses::{letter_used, unserved_of_group, unserved_of_service},
    visit::record_estimate,
};

/// Mounts the paths of the queue.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(walk_in::walk_in)
        .service(ticket::show_ticket)
        .service(ticket::ticket_events)
        .service(kiosk::ticket_qr)
        .service(board::show_board)
        .service(board::board_events)
        .service(presence::presence_svg)
        .service(counter::current_session)
        .service(counter::open_session)
        .service(counter::close_session)
        .service(counter::counter_queue)
        .service(call_next::call_next)
        .service(call_chosen::call_chosen)
        .service(pause::pause_session)
        .service(pause::resume_session)
        .service(alerts::list_alerts)
        .service(visit::rate)
        .service(act::act);
}
