//! The row of a new appointment.

use shared::{
    appointments::{reminders, rules::AppointmentStatus},
    time::Instant,
};
use uuid::Uuid;

use super::{entity::appointment, store::WindowFacts};
use crate::{platform::Platform, problem::Failure};

/// Characters of a booking code: none that is taken for another when read aloud or from a small screen.
const CODE_LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// For whom a seat is taken, and for what.
pub struct Visit {
    /// What is to be done at the counter.
    pub service: Uuid,
    /// Who comes.
    pub person: Uuid,
    /// Whose account it is in.
    pub resident: Uuid,
}

/// A seat of a window as a hold that does not run out, with a code of its own; whoever books changes the status.
pub fn held(
    platform: &Platform,
    window: &WindowFacts,
    visit: &Visit,
    now: Instant,
) -> Result<appointment::Model, Failure> {
    Ok(appointment::Model {
        id: Uuid::now_v7(),
        window_id: window.id.0,
        hall_id: window.hall.0,
        service_id: visit.service,
        person_id: visit.person,
        resident_id: visit.resident,
        day: window.day,
        code: new_code(platform)?,
        status: AppointmentStatus::Held.as_str().to_owned(),
        hold_expires_at: None,
        created_at: now,
        changed_at: now,
        ticket_id: None,
        remind_at: reminders::next_after(window.span, now),
    })
}

fn new_code(platform: &Platform) -> Result<String, Failure> {
    let mut random = [0; 6];
    platform.keys.fill_random(&mut random)?;
    // Thirty letters out of 256 values: the slight preference for some does no harm to a code that is no secret.
    Ok(random
        .iter()
        .filter_map(|byte| CODE_LETTERS.get(usize::from(*byte) % CODE_LETTERS.len()))
        .map(|b| char::from(*b))
        .collect())
}
