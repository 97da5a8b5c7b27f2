//! Persons and residents in the database: sealed on the way in, opened on the way out.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use shared::{
    identity::{
        privacy::REPRESENTATION_LIFE,
        rules::{IdNumber, PersonName, Phone},
        wire::{IDENTITY_MISMATCH, PersonView},
    },
    ids::{PersonId, ResidentId},
    language::Language,
    time::Instant,
};
use uuid::Uuid;

use super::{
    authenticate::IdentifiedResident,
    entity::{family_member, person, resident, staff},
};
use crate::{
    platform::{Platform, db::locked, keys::Field},
    problem::Failure,
};

/// The phone of a resident.
pub const PHONE: Field = Field::new("residents", "phone");
/// The name of a person.
pub const NAME: Field = Field::new("persons", "name");
/// The ID number of a person.
pub const ID_NUMBER: Field = Field::new("persons", "id_number");

/// A person's name and ID number, opened.
#[derive(Clone, Debug)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// The name.
    pub name: PersonName,
    /// The ID number.
    pub id_number: IdNumber,
}

/// What requests need to know of a person, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFacts {
    /// The person.
    pub id: PersonId,
    /// The name, masked.
    pub masked_name: String,
}

impl Person {
    /// What requests need to know.
    pub fn facts(&self) -> PersonFacts {
        PersonFacts {
            id: self.id,
            masked_name: self.name.masked(),
        }
    }

    /// What may be shown.
    pub fn view(&self) -> PersonView {
        PersonView {
            id: self.id,
            name: self.name.masked(),
            id_number: self.id_number.masked(),
        }
    }
}

pub(super) fn opened(platform: &Platform, row: &person::Model) -> Result<Person, Failure> {
    let name = platform.keys.open(NAME, row.id, &row.name)?;
    let id_number = platform.keys.open(ID_NUMBER, row.id, &row.id_number)?;
    Ok(Person {
        id: row.id.into(),
        name: name
            .parse()
            .map_err(|error| anyhow::anyhow!("a stored name is no name: {error}"))?,
        id_number: id_number
            .parse()
            .map_err(|error| anyhow::anyhow!("a stored ID number is none: {error}"))?,
    })
}

/// A person by id.
pub async fn person(db: &impl ConnectionTrait, platform: &Platform, id: PersonId) -> Result<Option<Person>, Failure> {
    person::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(|row| opened(platform, &row))
        .transpose()
}

/// The index by which an ID number will be found.
pub fn id_number_index(platform: &Platform, id_number: &IdNumber) -> Vec<u8> {
    platform.keys.index("id-number", id_number.expose())
}

/// The indexes by which an ID number is found, while keys change.
pub fn id_number_indexes(platform: &Platform, id_number: &IdNumber) -> Vec<Vec<u8>> {
    platform.keys.indexes("id-number", id_number.expose())
}

/// The person with this ID number, if the bureau knows one.
pub async fn person_with(
    db: &impl ConnectionTrait,
    platform: &Platform,
    id_number: &IdNumber,
) -> Result<Option<PersonId>, DbErr> {
    let row = person::Entity::find()
        .filter(person::Column::IdNumberIndex.is_in(id_number_indexes(platform, id_number)))
        .one(db)
        .await?;
    Ok(row.map(|row| row.id.into()))
}

/// The person with this ID number, added when there is none. A known person under another name is refused.
pub async fn find_or_add_person(
    db: &impl ConnectionTrait,
    platform: &Platform,
    name: &PersonName,
    id_number: &IdNumber,
    now: Instant,
) -> Result<Person, Failure> {
    let person = opened(platform, &found_or_added(db, platform, name, id_number, now).await?)?;
    if person.name == *name {
        Ok(person)
    } else {
        Err(Failure::from(&IDENTITY_MISMATCH))
    }
}

/// The row of a person, under whatever name it is known, added under this one when there is none.
pub(super) async fn found_or_added(
    db: &impl ConnectionTrait,
    platform: &Platform,
    name: &PersonName,
    id_number: &IdNumber,
    now: Instant,
) -> Result<person::Model, Failure> {
    let known =
        person::Entity::find().filter(person::Column::IdNumberIndex.is_in(id_number_indexes(platform, id_number)));
    if let Some(row) = known.clone().one(db).await? {
        return Ok(row);
    }
    add_person(db, platform, name, id_number, now).await?;
    let row = known.one(db).await?;
    row.ok_or_else(|| anyhow::anyhow!("a person vanished while being added").into())
}

async fn add_person(
    db: &impl ConnectionTrait,
    platform: &Platform,
    name: &PersonName,
    id_number: &IdNumber,
    now: Instant,
) -> Result<(), Failure> {
    let id = Uuid::now_v7();
    let row = person::ActiveModel {
        id: Set(id),
        name: Set(platform.keys.seal(NAME, id, name.expose())?),
        id_number: Set(platform.keys.seal(ID_NUMBER, id, id_number.expose())?),
        id_number_index: Set(id_number_index(platform, id_number)),
        created_at: Set(now),
        vouched_at: Set(None),
    };
    person::Entity::insert(row)
        .on_conflict(
            OnConflict::column(person::Column::IdNumberIndex)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The account with this phone, added when there is none.
pub async fn find_or_add_resident(
    db: &impl ConnectionTrait,
    platform: &Platform,
    phone: &Phone,
    language: Language,
    now: Instant,
) -> Result<resident::Model, Failure> {
    let known = resident::Entity::find().filter(resident::Column::PhoneIndex.is_in(phone_indexes(platform, phone)));
    if let Some(row) = known.clone().one(db).await? {
        return Ok(row);
    }
    let id = Uuid::now_v7();
    let row = resident::ActiveModel {
        id: Set(id),
        phone: Set(platform.keys.seal(PHONE, id, phone.expose())?),
        phone_index: Set(phone_index(platform, phone)),
        person_id: Set(None),
        language: Set(language.tag().to_owned()),
        created_at: Set(now),
    };
    resident::Entity::insert(row)
        .on_conflict(OnConflict::column(resident::Column::PhoneIndex).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    known
        .one(db)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a resident vanished while being added").into())
}

/// The index by which a phone will be found.
pub fn phone_index(platform: &Platform, phone: &Phone) -> Vec<u8> {
    platform.keys.index("phone", phone.expose())
}

/// The indexes by which a phone is found, while keys change.
pub fn phone_indexes(platform: &Platform, phone: &Phone) -> Vec<Vec<u8>> {
    platform.keys.indexes("phone", phone.expose())
}

/// The index of a phone that asks for a code, which is looked for within minutes.
pub fn code_index(platform: &Platform, phone: &Phone) -> Vec<u8> {
    platform.keys.blind_index("phone", phone.expose())
}

/// A resident's account as its owner sees it.
pub async fn resident_view(
    db: &impl ConnectionTrait,
    platform: &Platform,
    id: ResidentId,
) -> Result<Option<shared::identity::wire::ResidentView>, Failure> {
    let Some(row) = resident::Entity::find_by_id(id.0).one(db).await? else {
        return Ok(None);
    };
    let phone: Phone = platform
        .keys
        .open(PHONE, row.id, &row.phone)?
        .parse()
        .map_err(|error| anyhow::anyhow!("a stored phone is none: {error}"))?;
    let person = match row.person_id {
        Some(id) => person(db, platform, id.into()).await?.map(|person| person.view()),
        None => None,
    };
    Ok(Some(shared::identity::wire::ResidentView {
        id,
        phone: phone.masked(),
        person,
    }))
}

/// A resident's phone, decrypted to send a text to it.
pub async fn phone_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: ResidentId,
) -> Result<Option<Phone>, Failure> {
    let Some(row) = resident::Entity::find_by_id(resident.0).one(db).await? else {
        return Ok(None);
    };
    let phone = platform.keys.open(PHONE, row.id, &row.phone)?;
    Ok(phone.parse().ok())
}

/// Takes from a closed account what tells whose it was: its phone and its person. What refers to the account goes on to refer to it.
pub async fn anonymise(db: &impl ConnectionTrait, platform: &Platform, id: ResidentId) -> Result<(), Failure> {
    let mut nobodys = [0; 32];
    platform.keys.fill_random(&mut nobodys)?;
    resident::Entity::update_many()
        .col_expr(
            resident::Column::Phone,
            Expr::value(platform.keys.seal(PHONE, id.0, "")?),
        )
        .col_expr(resident::Column::PhoneIndex, Expr::value(nobodys.to_vec()))
        .col_expr(resident::Column::PersonId, Expr::value(None::<Uuid>))
        .filter(resident::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(())
}

/// The account with this phone, if there is one.
pub async fn resident_of_phone(
    db: &impl ConnectionTrait,
    platform: &Platform,
    phone: &Phone,
) -> Result<Option<ResidentId>, Failure> {
    let row = resident::Entity::find()
        .filter(resident::Column::PhoneIndex.is_in(phone_indexes(platform, phone)))
        .one(db)
        .await?;
    Ok(row.map(|row| row.id.into()))
}

/// The person who is bound to the account with this phone, if there is one.
pub async fn person_of_phone(
    db: &impl ConnectionTrait,
    platform: &Platform,
    phone: &Phone,
) -> Result<Option<PersonId>, Failure> {
    let row = resident::Entity::find()
        .filter(resident::Column::PhoneIndex.is_in(phone_indexes(platform, phone)))
        .one(db)
        .await?;
    Ok(row.and_then(|row| row.person_id).map(Into::into))
}

/// Whether somebody with this ID number is a member of the police staff.
pub async fn is_staff(db: &impl ConnectionTrait, platform: &Platform, number: &IdNumber) -> Result<bool, DbErr> {
    let found = staff::Entity::find()
        .filter(staff::Column::IdNumberIndex.is_in(id_number_indexes(platform, number)))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Those of some members of staff whose accounts have ended.
pub async fn ended_staff(
    db: &impl ConnectionTrait,
    some: impl IntoIterator<Item = Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let rows = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::Id.is_in(some))
        .filter(staff::Column::EndedAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Whether a resident may act for a person: for oneself, or for a family member who was added within the year.
pub async fn may_act_for(
    db: &impl ConnectionTrait,
    resident: &IdentifiedResident,
    person: PersonId,
    now: Instant,
) -> Result<bool, Failure> {
    if resident.person.id == person {
        return Ok(true);
    }
    let member = family_member::Entity::find_by_id((resident.id.0, person.0))
        .filter(family_member::Column::CreatedAt.gt(now - REPRESENTATION_LIFE))
        .one(db)
        .await?;
    Ok(member.is_some())
}

/// Locks persons in the order of their ids, so that what is counted of them stays true until the transaction ends.
pub async fn lock_persons(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let select = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(ids))
        .order_by_asc(person::Column::Id);
    let _locked: Vec<Uuid> = locked(select).into_tuple().all(db).await?;
    Ok(())
}

/// Locks an account, so that what is counted of it is counted by one at a time.
pub async fn lock_resident(db: &impl ConnectionTrait, id: ResidentId) -> Result<(), DbErr> {
    let select = resident::Entity::find()
        .select_only()
        .column(resident::Column::Id)
        .filter(resident::Column::Id.eq(id.0));
    let _locked: Vec<Uuid> = locked(select).into_tuple().all(db).await?;
    Ok(())
}

/// The accounts to which these persons are bound; a person without an account has none.
pub async fn residents_of(
    db: &impl ConnectionTrait,
    persons: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<ResidentId>, DbErr> {
    let found: Vec<Uuid> = resident::Entity::find()
        .select_only()
        .column(resident::Column::Id)
        .filter(resident::Column::PersonId.is_in(persons.into_iter().map(Uuid::from)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(ResidentId).collect())
}
