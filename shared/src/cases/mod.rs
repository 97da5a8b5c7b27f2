//! Cases (案件): what a resident whose case the police work on is told, when, and by which article.
//!
//! A case moves along three axes that do not follow from each other: the *procedure* (办案程序), the *measures* against each suspect
//! (强制措施) and the state of each *item of property* (涉案财物). 破案, 抓获 and 结案 are words of people, not states. A *publication*
//! is an event that the case system tells; a later one can correct it or take it back.
//!
//! Invariants: the state of a case is the fold of its publications that stand, so a correction needs no repair; nobody reads a field that
//! [`policy`] does not give to the reader's role; a sealed case is read by nobody.

pub mod enquiries;
pub mod measures;
pub mod periods;
pub mod policy;
pub mod progress;
pub mod property;
pub mod rules;
pub mod upstream;
pub mod wire;
pub mod words;
