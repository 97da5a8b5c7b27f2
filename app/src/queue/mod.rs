//! The queue (排队): one's own ticket, the clerk's console and the hall's board.

mod board;
mod console;
mod counter;
mod kiosk;
mod line;
mod live;
mod ticket;
mod voice;
mod words;

pub use board::board;
pub use console::console;
pub use kiosk::kiosk;
pub use ticket::ticket;
