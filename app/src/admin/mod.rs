//! The pages of a hall's manager (大厅管理), and the frame around the pages of others who work in an office: case officers, auditors, and
//! whoever looks after the service.

mod accounts;
mod closures;
mod counters;
mod devices;
mod editors;
mod groups;
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

pub use inputs::{area, filled_with, form, input, row, select, table, words as text};
pub use overview::figure;
pub use shell::{AdminPage, admin};
