//! Slips (领取凭证): the code that a resident shows, and the console at which it is redeemed.
//!
//! Residents load [`list()`] and [`page()`] with their forms; only the staff's program has the console, what
//! verifies signatures, and the shelf of a site.

mod code;
mod console;
mod desk;
mod desk_words;
mod list;
mod lit;
mod local;
mod mail;
mod page;
mod picture;
mod proxy;
mod shelf;
mod shelf_asks;
mod shelf_words;
mod sign;
mod verify;
mod words;

pub use console::console;
pub use list::list;
pub use page::page;
pub use shelf::shelf;
