//! The codes beside slips: on the screen for half a minute, on paper for good.

use chrono::TimeDelta;
use shared::{
    problem::Problem,
    slips::{
        code::{Verdict, digits, judge, judge_printed, message, printed_message, seconds_left, step},
        problems::SLIP_STATE,
        rules::SlipStatus,
        token::{Claims, Medium},
        wire::ScreenCode,
    },
    time::Instant,
};

use super::{entity::slip, service::Slips, tokens};
use crate::problem::Failure;

/// Refuses unless the thing lies ready: before and after that there is nothing to show at a counter.
pub fn require_ready(row: &slip::Model) -> Result<(), Failure> {
    let status = row.status()?;
    if status == SlipStatus::Ready {
        Ok(())
    } else {
        Err(Problem::new(&SLIP_STATE).with("status", status.as_str()).into())
    }
}

/// The code that the screen shows now.
pub fn on_screen(slips: &Slips, row: &slip::Model, now: Instant) -> Result<ScreenCode, Failure> {
    require_ready(row)?;
    let keys = &slips.platform.keys;
    let id = tokens::id_of(keys, row.id, row.serial, Medium::Screen);
    Ok(ScreenCode {
        code: digits(&keys.slip_hash(&message(id, step(now)))),
        until: now + TimeDelta::seconds(seconds_left(now)),
    })
}

/// The code that is printed on the slip's paper.
pub fn on_paper(slips: &Slips, row: &slip::Model) -> String {
    let keys = &slips.platform.keys;
    let id = tokens::id_of(keys, row.id, row.serial, Medium::Paper);
    digits(&keys.slip_hash(&printed_message(id)))
}

/// What a typed code is worth beside a token.
pub fn verdict(slips: &Slips, typed: &str, claims: &Claims, now: Instant) -> Verdict {
    let hash = |message: &[u8]| slips.platform.keys.slip_hash(message);
    match claims.medium {
        Medium::Screen => judge(typed, claims.id, now, hash),
        Medium::Paper => judge_printed(typed, claims.id, hash),
    }
}
