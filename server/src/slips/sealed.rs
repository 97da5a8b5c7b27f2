//! What is sealed in the rows of slips, and how it is opened.

use shared::identity::rules::{IdNumber, PersonName, Phone};

use super::entity::proxy;
use crate::{
    platform::keys::{Field, Keys},
    problem::Failure,
};

/// A proxy's name.
pub const PROXY_NAME: Field = Field::new("slip_proxies", "name");
/// A proxy's ID number.
pub const PROXY_ID_NUMBER: Field = Field::new("slip_proxies", "id_number");
/// A proxy's phone.
pub const PROXY_PHONE: Field = Field::new("slip_proxies", "phone");
/// A letter of attorney, in base64.
pub const LETTER: Field = Field::new("slip_proxies", "letter");
/// Who takes a letter.
pub const MAIL_RECIPIENT: Field = Field::new("slips", "mail_recipient");
/// The phone of who takes a letter.
pub const MAIL_PHONE: Field = Field::new("slips", "mail_phone");
/// Where a letter goes.
pub const MAIL_ADDRESS: Field = Field::new("slips", "mail_address");
/// A recipient's signature, in base64.
pub const SIGNATURE: Field = Field::new("slip_redemptions", "signature");

fn unreadable(what: &str, error: impl std::fmt::Display) -> Failure {
    anyhow::anyhow!("a stored {what} is none: {error}").into()
}

impl proxy::Model {
    /// The name, opened.
    pub fn opened_name(&self, keys: &Keys) -> Result<PersonName, Failure> {
        let name = keys.open(PROXY_NAME, self.id, &self.name)?;
        name.parse().map_err(|error| unreadable("name", error))
    }

    /// The ID number, opened.
    pub fn opened_number(&self, keys: &Keys) -> Result<IdNumber, Failure> {
        let number = keys.open(PROXY_ID_NUMBER, self.id, &self.id_number)?;
        number.parse().map_err(|error| unreadable("ID number", error))
    }

    /// The phone, opened.
    pub fn opened_phone(&self, keys: &Keys) -> Result<Phone, Failure> {
        let phone = keys.open(PROXY_PHONE, self.id, &self.phone)?;
        phone.parse().map_err(|error| unreadable("phone", error))
    }
}
