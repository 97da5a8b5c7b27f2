//! The catalogue (事项目录): what can be done, where, with which papers, by when and for how much.
//!
//! A *service* (事项) belongs to a *family* (业务大类) and to a *group* (业务分组); services of a group share windows, counters and a queue.
//! A *hall* (大厅) has *counters* (窗口), each of which serves some groups.
//!
//! Invariant: content comes from the bureau's files, is checked when it is imported and is the same for everyone.

pub mod arrangements;
pub mod rules;
pub mod wire;
