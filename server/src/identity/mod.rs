//! Identity (身份): signing in, sessions, and who may do what.
//!
//! Authority stands in the signature of a handler: [`Resident`], [`IdentifiedResident`] and [`Staff`] with a role are extractors that exist
//! only for a request that has the right. The middleware [`authenticate`] looks at the tokens once; the extractors only read what it found.

mod authenticate;
mod bind_identity;
mod cookies;
pub mod demo;
mod entity;
mod family;
mod me;
mod origin;
mod refresh;
mod request_code;
mod sessions;
mod sign_in;
mod sign_out;
mod staff_sign_in;
mod store;
mod token;

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::{
    identity::rules::Phone,
    ids::{PersonId, ResidentId},
};

pub use self::{
    authenticate::{Auditor, Clerk, Director, Finance, IdentifiedResident, Resident, Signed, Staff, authenticate},
    origin::refuse_foreign_origins,
    sessions::Sessions,
    store::{Person, PersonFacts, find_or_add_person, person, persons_names},
};
use crate::{platform::Platform, problem::Failure};

/// Mounts the paths of identity.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(request_code::request_code)
        .service(sign_in::sign_in)
        .service(refresh::refresh)
        .service(sign_out::sign_out)
        .service(staff_sign_in::staff_sign_in)
        .service(me::me)
        .service(bind_identity::bind_identity)
        .service(family::list_family)
        .service(family::add_family)
        .service(family::remove_family);
}

/// What the slice keeps in memory; built once for a server.
pub fn sessions(platform: &Platform) -> anyhow::Result<Arc<Sessions>> {
    Sessions::new(platform).map(Arc::new)
}

/// A resident's phone, decrypted to send a text to it.
pub async fn phone_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: ResidentId,
) -> Result<Option<Phone>, Failure> {
    let Some(row) = entity::resident::Entity::find_by_id(resident.0).one(db).await? else {
        return Ok(None);
    };
    let phone = platform.keys.open(store::PHONE, row.id, &row.phone)?;
    Ok(phone.parse().ok())
}

/// The account with this phone, if there is one.
pub async fn resident_of_phone(
    db: &impl ConnectionTrait,
    platform: &Platform,
    phone: &Phone,
) -> Result<Option<ResidentId>, Failure> {
    let row = entity::resident::Entity::find()
        .filter(entity::resident::Column::PhoneIndex.eq(store::phone_index(platform, phone)))
        .one(db)
        .await?;
    Ok(row.map(|row| row.id.into()))
}

/// Whether a resident may act for a person: for oneself, or for a family member.
pub async fn may_act_for(
    db: &impl ConnectionTrait,
    resident: &IdentifiedResident,
    person: PersonId,
) -> Result<bool, Failure> {
    if resident.person.id == person {
        return Ok(true);
    }
    let member = entity::family_member::Entity::find_by_id((resident.id.0, person.0))
        .one(db)
        .await?;
    Ok(member.is_some())
}
