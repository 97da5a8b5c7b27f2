//! A person whom a police system names.
//!
//! What a resident says of somebody, themselves or a relative, is a claim: the first to claim an ID number gives it a name. What a police system
//! says counts more. Else one wrong letter in a claim would keep what the police send from the person whom it is about.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    identity::{
        rules::{IdNumber, PersonName},
        wire::IDENTITY_MISMATCH,
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{family_member, person, resident},
    store::{self, NAME, Person},
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
    },
    problem::Failure,
};

/// The person with this ID number, added when there is none. A name that only residents have claimed gives way, and whoever claimed the number
/// under it has it no longer. A name for which a police system has vouched is another's: that is refused.
pub async fn vouched_person(
    db: &impl ConnectionTrait,
    platform: &Platform,
    name: &PersonName,
    id_number: &IdNumber,
    now: Instant,
) -> Result<Person, Failure> {
    let row = store::found_or_added(db, platform, name, id_number, now).await?;
    let claimed = store::opened(platform, &row)?;
    if row.vouched_at.is_some() {
        return agreed(claimed, name);
    }
    let sealed = platform.keys.seal(NAME, row.id, name.expose())?;
    let vouched = person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(sealed))
        .col_expr(person::Column::VouchedAt, Expr::value(now))
        .filter(person::Column::Id.eq(row.id))
        .filter(person::Column::VouchedAt.is_null())
        .exec(db)
        .await?;
    if vouched.rows_affected == 1 && claimed.name != *name {
        end_claims(db, row.id, now).await?;
    }
    // Another push may have been faster, with this name or with another.
    let row = store::found_or_added(db, platform, name, id_number, now).await?;
    agreed(store::opened(platform, &row)?, name)
}

fn agreed(person: Person, name: &PersonName) -> Result<Person, Failure> {
    if person.name == *name {
        Ok(person)
    } else {
        Err(Failure::from(&IDENTITY_MISMATCH))
    }
}

/// Takes the person from every account that has claimed to be them or to be their family.
async fn end_claims(db: &impl ConnectionTrait, person: Uuid, now: Instant) -> Result<(), Failure> {
    let claimed = resident::Entity::find()
        .filter(resident::Column::PersonId.eq(person))
        .all(db)
        .await?;
    let families = family_member::Entity::find()
        .filter(family_member::Column::PersonId.eq(person))
        .all(db)
        .await?;
    resident::Entity::update_many()
        .col_expr(resident::Column::PersonId, Expr::value(None::<Uuid>))
        .filter(resident::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    family_member::Entity::delete_many()
        .filter(family_member::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    let accounts: Vec<Uuid> = claimed
        .iter()
        .map(|row| row.id)
        .chain(families.iter().map(|row| row.resident_id))
        .collect();
    let deed = Deed {
        actor: None,
        action: "identity.claims_end",
        subject_kind: "person",
        subject_id: Some(person),
        reason: Some("a police system vouches for another name"),
        detail: json!({"accounts": accounts}),
    };
    audit::record(db, now, deed).await?;
    Ok(())
}
