//! Notify (通知): what residents are told by text (短信), or in WeChat where they chose so, and what becomes of each text.
//!
//! A *template* (模板) is a text that the bureau has filed with its providers; nothing else can be sent. A *text* is a template with
//! its variables on its way to one recipient. An *attempt* is one call to one provider, whose outcome may be unknown; a *receipt*
//! (状态报告) is what the carrier says afterwards.
//!
//! Invariants: a text has at most one attempt whose outcome is not known, so it is never sent twice for want of an answer;
//! *delivered* is final, whatever is reported later.

pub mod delivery;
pub mod quiet;
pub mod rules;
pub mod way;
pub mod wire;
