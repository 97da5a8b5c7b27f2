//! Cases in the database: what is read together, and opened.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use shared::{
    cases::{
        policy,
        progress::{Progress, Publication},
        property::{Item, ItemState},
        rules::{Details, Field as DetailField, Kind, PropertyState, Role, Standing, Step},
    },
    ids::PersonId,
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::entity::{case, effect, item, party, publication, review};
use crate::{
    platform::{Platform, keys::Field},
    problem::Failure,
};

/// The sealed title of a case.
pub const TITLE: Field = Field::new("cases", "title");
/// The sealed suspect of a party.
pub const SUSPECT: Field = Field::new("case_parties", "suspect");
/// The sealed name of an item.
pub const ITEM_NAME: Field = Field::new("case_items", "name");
/// The sealed details of a publication.
pub const DETAILS: Field = Field::new("case_publications", "details");
/// The sealed reason of a request for review.
pub const REVIEW_REASON: Field = Field::new("case_reviews", "reason");

/// A publication, opened.
#[derive(Clone, Debug)]
pub struct Told {
    /// The row.
    pub row: publication::Model,
    /// Whether it stands.
    pub standing: Standing,
    /// What follows from it.
    pub publication: Publication,
}

impl Told {
    /// Whether the state of the case follows from it.
    pub fn counts(&self) -> bool {
        self.standing == Standing::Current && self.row.effect != effect::WITHDRAWS
    }
}

/// A case, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The row.
    pub row: case::Model,
    /// By which procedure it is worked on.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// The property as it was when the case began.
    pub items: Vec<Item>,
    /// Everything that was told of it, in the order in which it happened.
    pub told: Vec<Told>,
}

impl Opened {
    /// Where the case stands.
    pub fn progress(&self) -> Result<Progress, Failure> {
        let standing: Vec<Publication> = self
            .told
            .iter()
            .filter(|told| told.counts())
            .map(|told| told.publication.clone())
            .collect();
        // What stands was accepted, so this fails only if rows were changed by hand.
        Progress::of(self.kind, self.items.clone(), &standing)
            .map_err(|error| anyhow::anyhow!("the case {} stands nowhere: {error}", self.row.id).into())
    }

    /// The publication from which the case's being not filed follows.
    pub fn not_filed(&self) -> Option<&Told> {
        self.told
            .iter()
            .rev()
            .find(|told| told.counts() && told.publication.step == Step::NotFiled)
    }
}

/// Opens what is known of a case.
pub async fn open(db: &impl ConnectionTrait, platform: &Platform, row: case::Model) -> Result<Opened, Failure> {
    let items = item::Entity::find()
        .filter(item::Column::CaseId.eq(row.id))
        .order_by_asc(item::Column::ItemNo)
        .all(db)
        .await?;
    let on = day_of(row.reported_at);
    let items = items.iter().map(|item| {
        let state: PropertyState = item.state.parse().map_err(anyhow::Error::from)?;
        Ok(Item {
            item_no: item.item_no.clone(),
            name: platform.keys.open(ITEM_NAME, item.id, &item.name)?,
            value_fen: item.value_fen,
            state: ItemState::at_first(state, on),
        })
    });
    let told = publication::Entity::find()
        .filter(publication::Column::CaseId.eq(row.id))
        .order_by_asc(publication::Column::OccurredAt)
        .order_by_asc(publication::Column::Position)
        .order_by_asc(publication::Column::Id)
        .all(db)
        .await?;
    Ok(Opened {
        kind: row.kind.parse().map_err(anyhow::Error::from)?,
        title: platform.keys.open(TITLE, row.id, &row.title)?,
        items: items.collect::<Result<_, Failure>>()?,
        told: told
            .into_iter()
            .map(|row| opened_publication(platform, row))
            .collect::<Result<_, _>>()?,
        row,
    })
}

/// A publication, opened.
pub fn opened_publication(platform: &Platform, row: publication::Model) -> Result<Told, Failure> {
    let details = platform.keys.open(DETAILS, row.id, &row.details)?;
    let details: Details = serde_json::from_str(&details).map_err(anyhow::Error::from)?;
    Ok(Told {
        standing: row.standing.parse().map_err(anyhow::Error::from)?,
        publication: Publication {
            step: row.step.parse().map_err(anyhow::Error::from)?,
            at: row.occurred_at,
            details,
        },
        row,
    })
}

/// Parties whose part holds on the day of `now`.
fn holding(now: Instant) -> Condition {
    Condition::any()
        .add(party::Column::ValidUntil.is_null())
        .add(party::Column::ValidUntil.gte(day_of(now)))
}

/// Everybody who has a part in a case now.
pub async fn parties(db: &impl ConnectionTrait, case: Uuid, now: Instant) -> Result<Vec<party::Model>, DbErr> {
    party::Entity::find()
        .filter(party::Column::CaseId.eq(case))
        .filter(holding(now))
        .order_by_asc(party::Column::Id)
        .all(db)
        .await
}

/// What somebody is to a case.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The roles, each once.
    pub roles: Vec<Role>,
    /// The suspects whose family or lawyer they are.
    pub suspects: Vec<String>,
}

impl Part {
    /// The part that these rows give.
    pub fn of<'a>(platform: &Platform, rows: impl IntoIterator<Item = &'a party::Model>) -> Result<Self, Failure> {
        let mut part = Self::default();
        for row in rows {
            let role = row.role.parse().map_err(anyhow::Error::from)?;
            if !part.roles.contains(&role) {
                part.roles.push(role);
            }
            if let Some(sealed) = &row.suspect {
                part.suspects.push(platform.keys.open(SUSPECT, row.id, sealed)?);
            }
        }
        Ok(part)
    }

    /// Whether they may know of a publication: by the policy, and of a measure only if it is against their own suspect.
    pub fn may_know(&self, step: Step, details: &Details) -> bool {
        policy::may_know(&self.roles, step)
            && (step != Step::Measure
                || details
                    .get(DetailField::Suspect)
                    .is_some_and(|suspect| self.suspects.iter().any(|own| own == suspect)))
    }
}

/// The cases in which a person has a part, with the person's part. Sealed ones do not exist.
pub async fn cases_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    person: PersonId,
    now: Instant,
) -> Result<Vec<(case::Model, Part)>, Failure> {
    let parts = party::Entity::find()
        .filter(party::Column::PersonId.eq(person.0))
        .filter(holding(now))
        .order_by_asc(party::Column::Id)
        .all(db)
        .await?;
    let rows = case::Entity::find()
        .filter(case::Column::Id.is_in(parts.iter().map(|part| part.case_id)))
        .filter(case::Column::Sealed.eq(false))
        .order_by_desc(case::Column::ChangedAt)
        .order_by_desc(case::Column::Id)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let part = Part::of(platform, parts.iter().filter(|part| part.case_id == row.id))?;
            Ok((row, part))
        })
        .collect()
}

/// A case in which a person has a part; nothing for another's and for a sealed one.
pub async fn case_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    person: PersonId,
    id: Uuid,
    now: Instant,
) -> Result<Option<(case::Model, Part)>, Failure> {
    let parts = party::Entity::find()
        .filter(party::Column::PersonId.eq(person.0))
        .filter(party::Column::CaseId.eq(id))
        .filter(holding(now))
        .order_by_asc(party::Column::Id)
        .all(db)
        .await?;
    if parts.is_empty() {
        return Ok(None);
    }
    let row = case::Entity::find_by_id(id)
        .filter(case::Column::Sealed.eq(false))
        .one(db)
        .await?;
    let part = Part::of(platform, &parts)?;
    Ok(row.map(|row| (row, part)))
}

/// A case by its number that is not sealed.
pub async fn unsealed(db: &impl ConnectionTrait, case_no: &str) -> Result<Option<case::Model>, DbErr> {
    case::Entity::find()
        .filter(case::Column::CaseNo.eq(case_no))
        .filter(case::Column::Sealed.eq(false))
        .one(db)
        .await
}

/// The request for review of a decision not to file.
pub async fn review_of(db: &impl ConnectionTrait, opened: &Opened) -> Result<Option<review::Model>, DbErr> {
    let Some(not_filed) = opened.not_filed() else {
        return Ok(None);
    };
    review::Entity::find()
        .filter(review::Column::PublicationId.eq(not_filed.row.id))
        .one(db)
        .await
}
