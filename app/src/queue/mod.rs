//! The queue (排队): one's own ticket, the clerk's console and the hall's board.

mod board;
mod console;
mod counter;
mod desk;
mod dialogs;
mod keys;
mod leave;
mod line;
mod live;
mod rating;
mod ticket;
mod voice;
mod walk_in;
mod words;

pub use board::board;
pub use console::console;
pub use ticket::ticket;
