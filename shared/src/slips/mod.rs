//! Pickup slips (领取凭证): with one QR code a resident, or one named proxy (受托人), collects a finished document or recovered property.
//!
//! A *token* ([`token`]) is what the QR code says: a signed statement without personal data. A slip belongs to one *site* (领取点) and is
//! redeemed there, once. Beside the QR code a screen shows a *code* ([`code`]) that changes every half minute; a paper slip has a printed one.
//!
//! Invariants: whoever collects shows a token that was signed, not revoked, for this site and within its time, and the proof that
//! [`proof::judge`] asks for; whoever comes later is told when, where and at which counter it was redeemed.

pub mod code;
pub mod encoding;
pub mod locker;
pub mod problems;
pub mod proof;
pub mod rules;
pub mod token;
pub mod upstream;
pub mod wire;
