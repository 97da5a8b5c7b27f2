//! Identity (身份): signing in, the bound person, the family, and how the pages speak.

mod account;
mod begin_account;
mod binding;
mod changes;
mod consents;
mod family;
mod login;
mod page;
mod pairing;
mod passkeys;
mod proof;
mod session;
mod staff_login;
mod webauthn;
mod wechat;
mod words;

pub use account::account;
pub use login::login;
pub use page::{page, sign_in_first};
pub use pairing::{device_gate, pairing};
pub use passkeys::passkey_sign_in;
pub use proof::Prover;
pub use session::{elder_mode, forget_sign_in, is_signed_in, toggle_elder_mode};
pub use staff_login::{gate, sign_out_staff};
pub use words::language_name;
