//! The catalogue (事项目录): finding a service, and what one has to bring.

mod checklist;
mod list;
mod page;
mod words;

pub use checklist::checklist;
pub use list::list;
pub use page::page;
