//! The pages of a hall's manager (大厅管理), and of those who keep the accounts.

mod accounts;
mod closures;
mod counters;
mod devices;
mod holidays;
mod inputs;
mod overview;
mod plot;
mod priorities;
mod publication;
mod schedules;
mod shell;
mod statistics;
mod strikes;
mod words;

pub use shell::{AdminPage, admin};
