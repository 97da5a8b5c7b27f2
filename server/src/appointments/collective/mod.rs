//! Collective bookings (集约办理): a clerk books for the people of an organisation, its contact has their appointments on the phone.

pub mod book;
pub mod cancel;
pub mod list;
pub mod members;
