//! Who holds sessions: many looked up at once, since a busy instance meets many residents for the first time together.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use shared::ids::{PersonId, SessionId};
use uuid::Uuid;

use super::{
    authenticate::{Resident, Signed, Staff},
    device::Device,
    entity::{device, resident, session, staff},
    names,
    sessions::SubjectKind,
    staff_sign_in,
    store::PersonFacts,
};
use crate::{platform::Platform, problem::Failure};

/// The holders of those of these sessions that go on.
pub async fn holders(platform: Platform, ids: Vec<SessionId>) -> Result<HashMap<SessionId, Arc<Signed>>, Failure> {
    let open = session::Entity::find()
        .filter(session::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(platform.clock.now()))
        .all(platform.db.reader())
        .await?;
    let accounts = |kind: SubjectKind| -> HashSet<Uuid> {
        let of_kind = open.iter().filter(|row| row.subject_kind == kind.as_str());
        of_kind.map(|row| row.subject_id).collect()
    };
    let residents = residents(&platform, accounts(SubjectKind::Resident)).await?;
    let staff = staff(&platform, accounts(SubjectKind::Staff)).await?;
    let devices = devices(&platform, accounts(SubjectKind::Device)).await?;
    let holder = |row: &session::Model| {
        let (id, account) = (SessionId(row.id), row.subject_id);
        let signed = Signed {
            resident: residents.get(&account).map(|person| Resident {
                id: account.into(),
                session: id,
                person: person.clone(),
            }),
            staff: staff
                .get(&account)
                .and_then(|found| Staff::from_row(found, id, row.active_at)),
            device: devices.get(&account).and_then(|row| Device::from_row(row, id)),
            ..Signed::default()
        };
        (!signed.is_nobody()).then(|| (id, Arc::new(signed)))
    };
    Ok(open.iter().filter_map(holder).collect())
}

/// Each of these residents, with the person whose identity is confirmed.
async fn residents(platform: &Platform, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, Option<PersonFacts>>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let db = platform.db.reader();
    let rows = resident::Entity::find()
        .filter(resident::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let bound = rows.iter().filter_map(|row| row.person_id.map(PersonId));
    let names = names::persons_names(db, platform, bound).await?;
    let facts = |id: PersonId| {
        names.get(&id).map(|name| PersonFacts {
            id,
            masked_name: name.clone(),
        })
    };
    Ok(rows
        .iter()
        .map(|row| (row.id, row.person_id.and_then(|person| facts(person.into()))))
        .collect())
}

/// Those of these accounts of staff that may be used.
async fn staff(platform: &Platform, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, staff::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = staff::Entity::find()
        .filter(staff::Column::Id.is_in(ids))
        .all(platform.db.reader())
        .await?;
    let usable = rows.into_iter().filter(staff_sign_in::is_usable);
    Ok(usable.map(|row| (row.id, row)).collect())
}

/// Those of these devices that are not revoked.
async fn devices(platform: &Platform, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, device::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = device::Entity::find()
        .filter(device::Column::Id.is_in(ids))
        .filter(device::Column::RevokedAt.is_null())
        .all(platform.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
