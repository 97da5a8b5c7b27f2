//! Takes cases and publications, from upstream and from the demonstration's file alike.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use shared::{
    cases::{
        progress::{Progress, Publication},
        rules::{CaseNo, Standing},
        upstream::{Effect, Unfit, UpstreamCase, UpstreamEvent},
        wire::{CASE_EVENT_CONFLICT, CASE_EVENT_GONE, CASE_UNKNOWN},
    },
    identity::rules::{IdNumber, PersonName},
    problem::Problem,
    time::Instant,
    upstream::wire::Taken,
};
use uuid::Uuid;

use super::{
    entity::{case, effect, item, party, publication},
    handover,
    store::{self, Opened, Told},
    texts,
};
use crate::{
    identity,
    platform::{Platform, db},
    problem::{Failure, invalid_field},
    slips::Slips,
};

fn refused(unfit: Unfit) -> Failure {
    invalid_field(unfit.field, unfit.reason)
}

/// Takes a case, or what is new about one. The caller commits.
pub async fn take_case(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamCase,
    now: Instant,
) -> Result<Taken, Failure> {
    let case_no = entry.check().map_err(refused)?;
    let known = db::locked(case::Entity::find())
        .filter(case::Column::CaseNo.eq(case_no.as_str()))
        .one(db)
        .await?;
    let (id, mut taken) = match known {
        None => (add_case(db, platform, entry, &case_no, now).await?, Taken::Created),
        Some(known) if entry.sealed && !known.sealed => {
            case::Entity::update_many()
                .col_expr(case::Column::Sealed, Expr::value(true))
                .col_expr(case::Column::ChangedAt, Expr::value(now))
                .filter(case::Column::Id.eq(known.id))
                .exec(db)
                .await?;
            texts::withdraw_all(db, known.id, now).await?;
            (known.id, Taken::Updated)
        }
        Some(known) => (known.id, Taken::Unchanged),
    };
    if add_parties(db, platform, entry, id, now).await? + add_items(db, platform, entry, id).await? > 0
        && taken == Taken::Unchanged
    {
        taken = Taken::Updated;
    }
    Ok(taken)
}

async fn add_case(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamCase,
    case_no: &CaseNo,
    now: Instant,
) -> Result<Uuid, Failure> {
    let id = Uuid::now_v7();
    let row = case::ActiveModel {
        id: Set(id),
        case_no: Set(case_no.as_str().to_owned()),
        kind: Set(entry.procedure.as_str().to_owned()),
        title: Set(platform.keys.seal(store::TITLE, id, entry.title.trim())?),
        agency: Set(entry.agency.trim().to_owned()),
        reported_at: Set(entry.accepted_at),
        sealed: Set(entry.sealed),
        changed_at: Set(now),
    };
    case::Entity::insert(row).exec_without_returning(db).await?;
    Ok(id)
}

async fn add_parties(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamCase,
    case: Uuid,
    now: Instant,
) -> Result<u64, Failure> {
    let mut added = 0;
    for given in &entry.parties {
        let name: PersonName = given
            .name
            .parse()
            .map_err(|error| invalid_field("parties.name", error))?;
        let id_number: IdNumber = given
            .id_number
            .parse()
            .map_err(|error| invalid_field("parties.id_number", error))?;
        let person = identity::vouched_person(db, platform, &name, &id_number, now).await?;
        let id = Uuid::now_v7();
        let suspect = given
            .suspect
            .as_deref()
            .map(|suspect| platform.keys.seal(store::SUSPECT, id, suspect));
        let row = party::ActiveModel {
            id: Set(id),
            case_id: Set(case),
            person_id: Set(person.id.0),
            role: Set(given.role.as_str().to_owned()),
            suspect: Set(suspect.transpose()?),
            granted_by: NotSet,
            valid_until: NotSet,
            since: Set(now),
        };
        let once = OnConflict::columns([party::Column::CaseId, party::Column::PersonId, party::Column::Role])
            .do_nothing()
            .to_owned();
        added += party::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(db)
            .await?;
    }
    Ok(added)
}

async fn add_items(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamCase,
    case: Uuid,
) -> Result<u64, Failure> {
    let mut added = 0;
    for given in &entry.property {
        let id = Uuid::now_v7();
        let row = item::ActiveModel {
            id: Set(id),
            case_id: Set(case),
            item_no: Set(given.item_no.clone()),
            name: Set(platform.keys.seal(store::ITEM_NAME, id, &given.name)?),
            value_fen: Set(given.value_fen),
            state: Set(given.state.as_str().to_owned()),
        };
        let once = OnConflict::columns([item::Column::CaseId, item::Column::ItemNo])
            .do_nothing()
            .to_owned();
        added += item::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(db)
            .await?;
    }
    Ok(added)
}

/// Takes a publication, tells those of it by text whom the policy lets know, and gives out the slip that follows from it. The caller commits,
/// and then wakes the workers.
pub async fn take_event(
    db: &DatabaseTransaction,
    platform: &Platform,
    slips: &Slips,
    entry: &UpstreamEvent,
    now: Instant,
) -> Result<Taken, Failure> {
    handover::lock(db, &entry.case_no).await?;
    let Some(recorded) = record(db, platform, entry, now).await? else {
        return Ok(Taken::Unchanged);
    };
    let target = recorded.target.as_ref();
    if !recorded.case.sealed {
        texts::tell(db, platform, &recorded.case, recorded.publication, entry, target, now).await?;
        handover::follow(db, platform, slips, &recorded, entry, now).await?;
    }
    Ok(if target.is_some() {
        Taken::Updated
    } else {
        Taken::Created
    })
}

/// A publication that was not known.
pub struct Recorded {
    /// The case.
    pub case: case::Model,
    /// Its id with us.
    pub publication: Uuid,
    /// What it corrects or withdraws.
    pub target: Option<Told>,
}

/// Writes a publication down, unless it is known: it must follow from where the case stands once what it corrects or withdraws is gone.
pub async fn record(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamEvent,
    now: Instant,
) -> Result<Option<Recorded>, Failure> {
    let (case_no, effect) = entry.check().map_err(refused)?;
    // Publications of a case are taken one after the other.
    let row = db::locked(case::Entity::find())
        .filter(case::Column::CaseNo.eq(case_no.as_str()))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&CASE_UNKNOWN))?;
    let content = serde_json::to_string(entry).map_err(anyhow::Error::from)?;
    let content_index = platform.keys.blind_index("case-event", &content);
    let known = publication::Entity::find()
        .filter(publication::Column::EventId.eq(entry.event_id.as_str()))
        .one(db)
        .await?;
    if let Some(known) = known {
        return if known.content_index == content_index {
            Ok(None)
        } else {
            Err(Failure::from(&CASE_EVENT_CONFLICT))
        };
    }
    let opened = store::open(db, platform, row).await?;
    let target = match effect {
        Effect::Adds => None,
        Effect::Corrects(earlier) | Effect::Withdraws(earlier) => Some(
            opened
                .told
                .iter()
                .find(|told| told.row.event_id == earlier && told.counts())
                .ok_or_else(|| Failure::from(&CASE_EVENT_GONE))?,
        ),
    };
    let position = match target {
        Some(target) => target.row.position,
        None => i32::try_from(opened.told.len()).unwrap_or(i32::MAX),
    };
    follows(&opened, entry, effect, target, position).map_err(|refusal| Failure::from(*refusal))?;

    let id = Uuid::now_v7();
    let details = serde_json::to_string(&entry.details).map_err(anyhow::Error::from)?;
    if let Some(target) = target {
        end(db, target, effect, now).await?;
    }
    let new = publication::ActiveModel {
        id: Set(id),
        event_id: Set(entry.event_id.clone()),
        case_id: Set(opened.row.id),
        step: Set(entry.step.as_str().to_owned()),
        occurred_at: Set(entry.occurred_at),
        position: Set(position),
        details: Set(platform.keys.seal(store::DETAILS, id, &details)?),
        content_index: Set(content_index),
        effect: Set(stored(effect).to_owned()),
        target_id: Set(target.map(|target| target.row.id)),
        standing: Set(Standing::Current.as_str().to_owned()),
        ended_at: NotSet,
        received_at: Set(now),
    };
    publication::Entity::insert(new).exec_without_returning(db).await?;
    case::Entity::update_many()
        .col_expr(case::Column::ChangedAt, Expr::value(now))
        .filter(case::Column::Id.eq(opened.row.id))
        .exec(db)
        .await?;
    let target = target.cloned();
    Ok(Some(Recorded {
        case: opened.row,
        publication: id,
        target,
    }))
}

const fn stored(effect: Effect<'_>) -> &'static str {
    match effect {
        Effect::Adds => effect::ADDS,
        Effect::Corrects(_) => effect::CORRECTS,
        Effect::Withdraws(_) => effect::WITHDRAWS,
    }
}

/// Whether the case stands somewhere once the publication is taken.
fn follows(
    opened: &Opened,
    entry: &UpstreamEvent,
    effect: Effect<'_>,
    target: Option<&Told>,
    position: i32,
) -> Result<(), Box<Problem>> {
    let mut standing: Vec<(Instant, i32, Publication)> = opened
        .told
        .iter()
        .filter(|told| told.counts() && target.is_none_or(|target| target.row.id != told.row.id))
        .map(|told| (told.row.occurred_at, told.row.position, told.publication.clone()))
        .collect();
    if !matches!(effect, Effect::Withdraws(_)) {
        let new = Publication {
            step: entry.step,
            at: entry.occurred_at,
            details: entry.details.clone(),
        };
        standing.push((entry.occurred_at, position, new));
    }
    standing.sort_by_key(|(at, position, _)| (*at, *position));
    let publications: Vec<Publication> = standing.into_iter().map(|(_, _, publication)| publication).collect();
    match Progress::of(opened.kind, opened.items.clone(), &publications) {
        Ok(_) => Ok(()),
        Err(error) => Err(Box::new(error.into())),
    }
}

/// Ends a publication that stands, once.
async fn end(db: &impl ConnectionTrait, target: &Told, effect: Effect<'_>, now: Instant) -> Result<(), Failure> {
    let standing = if matches!(effect, Effect::Withdraws(_)) {
        Standing::Withdrawn
    } else {
        Standing::Corrected
    };
    let ended = publication::Entity::update_many()
        .col_expr(publication::Column::Standing, Expr::value(standing.as_str()))
        .col_expr(publication::Column::EndedAt, Expr::value(now))
        .filter(publication::Column::Id.eq(target.row.id))
        .filter(publication::Column::Standing.eq(Standing::Current.as_str()))
        .exec(db)
        .await?;
    if ended.rows_affected == 1 {
        Ok(())
    } else {
        Err(Failure::from(&CASE_EVENT_GONE))
    }
}
