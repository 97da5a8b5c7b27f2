//! The texts about appointments, and the reminders that go with a booking.

use shared::{
    appointments::{reminders::reminders, rules::Span, wire::Appointment},
    ids::{AppointmentId, ResidentId},
    notify::rules::{Template, shortened},
    time::{Instant, local},
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

fn message(
    event: String,
    resident: ResidentId,
    template: Template,
    appointment: &Appointment,
    due_at: Option<Instant>,
) -> Message {
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
        due_at,
    }
}

fn reminder_event(id: AppointmentId, template: Template) -> String {
    format!("appointment/{id}/{}", template.key())
}

/// The events of an appointment's reminders, to call them off.
pub fn reminder_events(id: AppointmentId) -> [String; 2] {
    [Template::ReminderDayBefore, Template::ReminderTwoHours].map(|template| reminder_event(id, template))
}

fn with_reminders(first: Message, resident: ResidentId, appointment: &Appointment, now: Instant) -> Vec<Message> {
    let later = reminders(span(appointment), now).into_iter().map(|(template, due)| {
        let event = reminder_event(appointment.id, template);
        message(event, resident, template, appointment, Some(due))
    });
    std::iter::once(first).chain(later).collect()
}

/// What a resident is told of a booking, now and later.
pub fn booked(resident: ResidentId, appointment: &Appointment, now: Instant) -> Vec<Message> {
    let event = format!("appointment/{}/confirmed", appointment.id);
    let first = message(event, resident, Template::AppointmentConfirmed, appointment, None);
    with_reminders(first, resident, appointment, now)
}

/// What a resident is told when an appointment was moved. The event belongs to the earlier one, whose unsent texts it replaces.
pub fn moved(resident: ResidentId, earlier: AppointmentId, appointment: &Appointment, now: Instant) -> Vec<Message> {
    let event = format!("appointment/{earlier}/rescheduled");
    let first = message(event, resident, Template::AppointmentRescheduled, appointment, None);
    with_reminders(first, resident, appointment, now)
}

/// What a resident is told of a cancellation.
pub fn cancelled(resident: ResidentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/cancelled", appointment.id);
    message(event, resident, Template::AppointmentCancelled, appointment, None)
}

/// What a resident is told when the hall does not open.
pub fn hall_closed(resident: ResidentId, appointment: &Appointment) -> Message {
    let event = format!("appointment/{}/hall-closed", appointment.id);
    message(event, resident, Template::HallClosed, appointment, None)
}
