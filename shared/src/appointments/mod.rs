//! Appointments (预约): a seat in a window, first held, then confirmed, then checked in.
//!
//! A *window* (号段) has a *quota* (名额) split between residents who book online and walk-ins. A *hold* (占号) is an appointment
//! whose seat is kept for some minutes; it becomes the appointment in place, so its seat is never given back in between.
//!
//! Invariants: the seats taken of a window are its live holds and appointments, never more than its quota;
//! a person has at most one active appointment per service and day, and at most three in all; a seat that is given back goes to
//! whoever has waited longest, or can be booked again after a random time ([`returns`]).

pub mod booking_rules;
pub mod calendar;
pub mod closures;
pub mod codes;
pub mod collective;
pub mod problems;
pub mod reminders;
pub mod returns;
pub mod rules;
pub mod strikes;
pub mod tables;
pub mod wire;
