//! Cases (案件): what has happened in them, what is due, and what one can do about it; and what officers and auditors do with them.

mod interference;
mod list;
mod office;
mod office_words;
mod page;
mod preview;
mod subscription;
mod timeline;
mod words;

pub use interference::enquiries;
pub use list::{found, list, steps};
pub use office::{look_up, reviews};
pub use page::page;
