//! Cases (案件): what has happened in them, what is due, and what one can do about it.

mod list;
mod page;
mod subscription;
mod timeline;
mod words;

pub use list::{found, list, steps};
pub use page::page;
