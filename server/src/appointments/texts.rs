//! The texts about appointments.

use shared::{
    appointments::{collective::CollectiveBooking, rules::Span, wire::Appointment},
    ids::{AppointmentId, ResidentId},
    notify::rules::{Template, shortened},
    time::local,
};

use crate::notify::{Message, Recipient};

/// A window as a text message tells it: 11月23日 09:00-09:30.
pub fn spoken(span: Span) -> String {
    format!(
        "{}-{}",
        local(span.starts_at).format("%-m月%-d日 %H:%M"),
        local(span.ends_at).format("%H:%M")
    )
}

const fn span(appointment: &Appointment) -> Span {
    Span {
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
    }
}

fn message(event: String, resident: ResidentId, template: Template, appointment: &Appointment) -> Message {
    let variables = template
        .variables()
        .iter()
        .map(|(name, _)| {
            let value = match *name {
                "service" => shortened(&appointment.service),
                "hall" => shortened(&appointment.hall),
                "time" => spoken(span(appointment)),
                _ => appointment.code.clone(),
            };
            (*name, value)
        })
        .collect();
    Message {
        event,
        to: Recipient::Resident(resident),
        template,
        variables,
        due_at: None,
    }
}

/// What a resident is told of a booking.
pub fn booked(resident: ResidentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/confirmed", appointment.id);
    message(event, resident, Template::AppointmentConfirmed, appointment)
}

/// What a resident is reminded with.
pub fn reminder(resident: ResidentId, template: Template, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/{}", appointment.id, template.key());
    message(event, resident, template, appointment)
}

/// What a resident is told when an appointment was moved. The event belongs to the earlier one, whose unsent texts it replaces.
pub fn moved(resident: ResidentId, earlier: AppointmentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{earlier}/rescheduled");
    message(event, resident, Template::AppointmentRescheduled, appointment)
}

/// What a resident is told of a cancellation.
pub fn cancelled(resident: ResidentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/cancelled", appointment.id);
    message(event, resident, Template::AppointmentCancelled, appointment)
}

/// What a resident is told when the hall does not open.
pub fn hall_closed(resident: ResidentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/hall-closed", appointment.id);
    message(event, resident, Template::HallClosed, appointment)
}

fn collective(
    event: &str,
    contact: ResidentId,
    template: Template,
    booking: &CollectiveBooking,
    count: u32,
) -> Option<Message> {
    let first = booking.seats.iter().min_by_key(|seat| seat.starts_at)?;
    let variables = template.variables().iter().map(|(name, _)| {
        let value = match *name {
            "service" => shortened(&booking.summary.service),
            "hall" => shortened(&booking.summary.hall),
            "count" => count.to_string(),
            _ => spoken(Span {
                starts_at: first.starts_at,
                ends_at: first.ends_at,
            }),
        };
        (*name, value)
    });
    Some(Message {
        event: format!("collective/{}/{event}", booking.summary.id),
        to: Recipient::Resident(contact),
        template,
        variables: variables.collect(),
        due_at: None,
    })
}

/// What the contact is told of seats for the people of an organisation.
pub fn collective_booked(contact: ResidentId, booking: &CollectiveBooking) -> Option<Message> {
    let template = Template::CollectiveConfirmed;
    collective("confirmed", contact, template, booking, booking.summary.people)
}

/// What the contact is told when the hall has cancelled so many of them.
pub fn collective_cancelled(contact: ResidentId, booking: &CollectiveBooking, count: u32) -> Option<Message> {
    collective("cancelled", contact, Template::CollectiveCancelled, booking, count)
}
