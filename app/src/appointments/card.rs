//! An appointment in brief: where it stands and what happens next.

use crate::ui::{View, el, quoted};
use chrono::TimeDelta;
use shared::{
    appointments::{rules::AppointmentStatus, wire::Appointment},
    time::Instant,
};

use super::words::{
    NEXT_CHECK_IN, NEXT_COME, NEXT_DONE, NEXT_HALL_CANCELLED, NEXT_HELD, NEXT_LATE, NEXT_MISSED, NEXT_QUEUE,
    STATUS_CANCELLED, STATUS_CHECKED_IN, STATUS_CONFIRMED, STATUS_EXPIRED, STATUS_FULFILLED, STATUS_HALL_CANCELLED,
    STATUS_HELD, STATUS_NO_SHOW, STATUS_RESCHEDULED,
};
use crate::{
    browser, dates,
    language::{Phrase, filled, t},
};

/// The status in words.
pub const fn status(status: AppointmentStatus) -> Phrase {
    match status {
        AppointmentStatus::Held => STATUS_HELD,
        AppointmentStatus::Confirmed => STATUS_CONFIRMED,
        AppointmentStatus::CheckedIn => STATUS_CHECKED_IN,
        AppointmentStatus::Fulfilled => STATUS_FULFILLED,
        AppointmentStatus::Expired => STATUS_EXPIRED,
        AppointmentStatus::Cancelled => STATUS_CANCELLED,
        AppointmentStatus::Rescheduled => STATUS_RESCHEDULED,
        AppointmentStatus::NoShow => STATUS_NO_SHOW,
        AppointmentStatus::HallCancelled => STATUS_HALL_CANCELLED,
    }
}

/// The status as a tag.
pub fn tag(of: AppointmentStatus) -> View {
    let class = match of {
        AppointmentStatus::Confirmed | AppointmentStatus::CheckedIn => "tag good",
        AppointmentStatus::Held | AppointmentStatus::HallCancelled | AppointmentStatus::NoShow => "tag bad",
        _ => "tag",
    };
    el("span").class(class).child(t(status(of)))
}

/// Whether one can check in now.
pub fn can_check_in(appointment: &Appointment, now: Instant) -> bool {
    appointment.status == AppointmentStatus::Confirmed
        && now >= appointment.check_in_from
        && now < appointment.check_in_until
}

/// What happens next.
pub fn next_step(appointment: &Appointment, now: Instant) -> String {
    let words = match appointment.status {
        AppointmentStatus::Held => {
            let until = appointment.hold_expires_at.map(dates::clock).unwrap_or_default();
            return filled(NEXT_HELD, &[&until]);
        }
        AppointmentStatus::Confirmed if now < appointment.check_in_from => {
            let opens = appointment.check_in_from;
            let opens = if appointment.check_in_from - now < TimeDelta::hours(12) {
                dates::clock(opens)
            } else {
                dates::moment(opens)
            };
            return filled(NEXT_COME, &[&opens]);
        }
        AppointmentStatus::Confirmed if now < appointment.ends_at => NEXT_CHECK_IN,
        AppointmentStatus::Confirmed if now < appointment.check_in_until => NEXT_LATE,
        AppointmentStatus::Confirmed => NEXT_MISSED,
        AppointmentStatus::CheckedIn => NEXT_QUEUE,
        AppointmentStatus::HallCancelled => NEXT_HALL_CANCELLED,
        _ => NEXT_DONE,
    };
    t(words).to_owned()
}

/// Whether it is still to come or under way, or asks for another time because the hall called it off.
pub fn is_ahead(appointment: &Appointment, now: Instant) -> bool {
    match appointment.status {
        AppointmentStatus::Held => appointment.hold_expires_at.is_some_and(|until| now < until),
        AppointmentStatus::Confirmed => now < appointment.check_in_until,
        AppointmentStatus::CheckedIn => true,
        AppointmentStatus::HallCancelled => now < appointment.starts_at,
        _ => false,
    }
}

/// The appointment that needs its resident first: a seat that is only held, then a ticket in a queue, then whatever comes soonest.
pub fn next_of(mine: &[Appointment], now: Instant) -> Option<&Appointment> {
    mine.iter()
        .filter(|appointment| is_ahead(appointment, now))
        .min_by_key(|appointment| {
            let urgency = match appointment.status {
                AppointmentStatus::Held => 0,
                AppointmentStatus::CheckedIn => 1,
                _ => 2,
            };
            (urgency, appointment.starts_at)
        })
}

/// The page that says more about it: the ticket while one waits, the appointment otherwise.
pub fn address(appointment: &Appointment) -> String {
    match (appointment.status, appointment.ticket_id) {
        (AppointmentStatus::CheckedIn, Some(ticket)) => format!("/tickets/{ticket}"),
        _ => format!("/appointments/{}", appointment.id),
    }
}

/// The appointment in brief.
pub fn card(appointment: &Appointment) -> View {
    let time = dates::day_span(appointment.starts_at, appointment.ends_at);
    let now = browser::now();
    let next = is_ahead(appointment, now).then(|| el("span").class("booking-next").child(next_step(appointment, now)));
    el("a")
        .class("booking")
        .attr("href", address(appointment))
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(appointment.service.clone()))
                .child(tag(appointment.status)),
        )
        .child(el("span").class("booking-time").child(time))
        .child(
            el("span")
                .class("booking-place")
                .child(appointment.hall.clone())
                .child(" · ")
                .child(quoted(appointment.person.clone())),
        )
        .child(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::default() + TimeDelta::minutes(minutes)
    }

    fn appointment(status: AppointmentStatus, starts: i64) -> Appointment {
        Appointment {
            id: uuid::Uuid::nil().into(),
            status,
            code: String::new(),
            window_id: uuid::Uuid::nil().into(),
            service_id: uuid::Uuid::nil().into(),
            service: String::new(),
            hall_id: uuid::Uuid::nil().into(),
            hall: String::new(),
            address: String::new(),
            person_id: uuid::Uuid::nil().into(),
            person: String::new(),
            starts_at: at(starts),
            ends_at: at(starts + 30),
            check_in_from: at(starts - 30),
            check_in_until: at(starts + 60),
            cancel_until: at(starts - 120),
            ticket_id: None,
            hold_expires_at: (status == AppointmentStatus::Held).then(|| at(5)),
        }
    }

    #[test]
    fn one_can_check_in_from_the_opening_until_the_grace_has_passed() {
        let booked = appointment(AppointmentStatus::Confirmed, 100);
        assert!(!can_check_in(&booked, at(69)));
        assert!(can_check_in(&booked, at(70)));
        assert!(can_check_in(&booked, at(159)));
        assert!(!can_check_in(&booked, at(160)));
        assert!(!can_check_in(&appointment(AppointmentStatus::CheckedIn, 100), at(100)));
    }

    #[test]
    fn whoever_waits_in_a_hall_comes_before_whoever_goes_there() {
        let mine = [
            appointment(AppointmentStatus::Cancelled, 1),
            appointment(AppointmentStatus::Confirmed, 10),
            appointment(AppointmentStatus::CheckedIn, 40),
        ];
        assert_eq!(
            next_of(&mine, at(0)).map(|next| next.status),
            Some(AppointmentStatus::CheckedIn)
        );
        assert_eq!(next_of(&mine[..2], at(0)).map(|next| next.starts_at), Some(at(10)));
        assert_eq!(next_of(&mine[..2], at(70)), None);

        let offered = [mine[2].clone(), appointment(AppointmentStatus::Held, 60)];
        assert_eq!(
            next_of(&offered, at(4)).map(|next| next.status),
            Some(AppointmentStatus::Held)
        );
        assert_eq!(
            next_of(&offered, at(5)).map(|next| next.status),
            Some(AppointmentStatus::CheckedIn),
            "the hold ran out"
        );
    }
}
