//! Identity (身份): who asks, how they prove it, and what may be shown of it.
//!
//! A *resident* (用户) is an account with a phone; a *person* (自然人) is a name with an ID number. A resident binds one
//! person to the account (实名认证) and may act for family members. *Staff* (工作人员) sign in with a password and a one-time code.
//!
//! Invariants: an ID number, a phone or a name inside these newtypes has been checked, is masked by `Debug`
//! and is written out only where its owner asks for it.

pub mod accounts;
pub mod devices;
pub mod passkeys;
pub mod privacy;
pub mod rules;
pub mod wechat;
pub mod wire;
