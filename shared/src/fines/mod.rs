//! Fines (罚款): camera records that a driver handles, decisions that are paid, and the payments.
//!
//! Only a decision (处罚决定书) is payable; a camera record (非现场违法记录) is handled first. The money goes to the treasury's
//! collection account without anybody between: the agency that decides must not collect (行政处罚法 art. 67, 74).
//!
//! Invariants: at most one effective payment per decision; amounts are whole fen and sums are checked; the amount due is what the
//! police system says, and a surcharge that this program computes is only ever a preview.

pub mod attempt;
pub mod breaks;
pub mod leniency;
pub mod office;
pub mod points;
pub mod rules;
pub mod staff;
pub mod surcharge;
pub mod upstream;
pub mod wire;
