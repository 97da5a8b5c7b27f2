//! Giving property back (发还, 刑234): an approved return that names a collecting site has a slip, and what is collected with the slip is
//! written back to the case, with the signed list, and told to the case system.

use std::collections::HashMap;

use futures::{FutureExt, future::BoxFuture};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use shared::{
    cases::{
        rules::{CaseNo, Details, Field, Role, Step},
        upstream::UpstreamEvent,
    },
    identity::rules::IdNumber,
    ids::PersonId,
    language::Text,
    slips::token::SlipKind,
    time::{Instant, wire_time},
};
use uuid::Uuid;

use super::{
    entity::{case, publication},
    intake::{self, Recorded},
    return_list,
    store::{self, Opened},
};
use crate::{
    identity,
    platform::Platform,
    problem::{Failure, invalid_field},
    slips::{self, Collected, NewSlip, Slips},
    upstream::{self, System, WriteBack},
};

/// What a slip is issued for: one approved return.
pub fn source(approval: Uuid) -> String {
    format!("property/{approval}")
}

/// Locks the slips of a case before the case itself, as whoever hands something over does.
pub async fn lock(db: &DatabaseTransaction, case_no: &str) -> Result<(), Failure> {
    let Ok(case_no) = case_no.parse::<CaseNo>() else {
        return Ok(());
    };
    let case = case::Entity::find()
        .filter(case::Column::CaseNo.eq(case_no.as_str()))
        .one(db)
        .await?;
    let Some(case) = case else { return Ok(()) };
    let approvals: Vec<Uuid> = publication::Entity::find()
        .select_only()
        .column(publication::Column::Id)
        .filter(publication::Column::CaseId.eq(case.id))
        .filter(publication::Column::Step.eq(Step::PropertyReturn.as_str()))
        .into_tuple()
        .all(db)
        .await?;
    let sources: Vec<String> = approvals.into_iter().map(source).collect();
    if !sources.is_empty() {
        slips::lock_slips_for(db, &sources).await?;
    }
    Ok(())
}

/// The approval of each item's return that stands, by the item's number.
pub fn approvals(opened: &Opened) -> HashMap<&str, Uuid> {
    opened
        .told
        .iter()
        .filter(|told| told.counts() && told.publication.step == Step::PropertyReturn)
        .filter_map(|told| Some((told.publication.details.get(Field::ItemNo)?, told.row.id)))
        .collect()
}

/// Gives out the slip of an approved return, and takes back that of one which no longer stands or whose item was collected elsewhere.
pub async fn follow(
    db: &DatabaseTransaction,
    platform: &Platform,
    slips: &Slips,
    recorded: &Recorded,
    entry: &UpstreamEvent,
    now: Instant,
) -> Result<(), Failure> {
    if let Some(wrong) = &recorded.target
        && wrong.publication.step == Step::PropertyReturn
    {
        slips.revoke(db, &source(wrong.row.id), now).await?;
    }
    if entry.withdraws.is_some() {
        return Ok(());
    }
    match entry.step {
        Step::PropertyReturn => issue(db, platform, slips, recorded, entry, now).await,
        Step::PropertyReturned => {
            let opened = store::open(db, platform, recorded.case.clone()).await?;
            let item_no = entry.details.get(Field::ItemNo).unwrap_or_default();
            match approvals(&opened).get(item_no) {
                Some(approval) => slips.revoke(db, &source(*approval), now).await,
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

async fn issue(
    db: &DatabaseTransaction,
    platform: &Platform,
    slips: &Slips,
    recorded: &Recorded,
    entry: &UpstreamEvent,
    now: Instant,
) -> Result<(), Failure> {
    // Without a site the item is collected from whoever works on the case.
    let Some(site) = entry.details.get(Field::Site) else {
        return Ok(());
    };
    let hall = slips
        .hall_of_code(site)
        .ok_or_else(|| invalid_field("details.site", "there is no hall with this code"))?;
    let person = owner(db, platform, &recorded.case, entry, now).await?;
    let mut accounts = identity::residents_of(db, [person]).await?;
    accounts.sort_unstable();
    let item_no = entry.details.get(Field::ItemNo).unwrap_or_default();
    let item = entry.details.get(Field::Item).unwrap_or(item_no);
    let tail = recorded.case.case_no.get(19..).unwrap_or_default();
    let new = NewSlip {
        source: source(recorded.publication),
        kind: SlipKind::Property,
        person,
        resident: accounts.first().copied(),
        hall,
        item: Text {
            zh: item.to_owned(),
            en: item.to_owned(),
        },
        reference: format!("{tail}-{item_no}"),
        is_there: true,
        collect_by: entry.details.get(Field::CollectBy).and_then(|day| day.parse().ok()),
        // The text about the case tells of it, and no choice of the resident keeps that one back.
        is_told: true,
        by: None,
    };
    slips.issue(db, new, now).await.map(drop)
}

/// Whose the item is: the only one who was harmed, or the one of them who is named.
async fn owner(
    db: &DatabaseTransaction,
    platform: &Platform,
    case: &case::Model,
    entry: &UpstreamEvent,
    now: Instant,
) -> Result<PersonId, Failure> {
    let named = match entry.details.get(Field::Owner).map(str::parse::<IdNumber>) {
        None => None,
        Some(Ok(number)) => identity::person_with(db, platform, &number).await?,
        Some(Err(error)) => return Err(invalid_field("details.owner_id_number", error)),
    };
    let parties = store::parties(db, case.id, now).await?;
    let mut harmed = parties
        .iter()
        .filter(|part| part.role == Role::Victim.as_str())
        .map(|part| PersonId(part.person_id))
        .filter(|person| named.is_none_or(|named| named == *person));
    match (harmed.next(), harmed.next()) {
        (Some(person), None) => Ok(person),
        _ => Err(invalid_field(
            "details.owner_id_number",
            "say to which of those who were harmed the item belongs",
        )),
    }
}

/// What follows when something was collected with a slip: property is returned in its case, and the signed list is filed.
pub fn on_collected<'a>(
    db: &'a DatabaseTransaction,
    platform: &'a Platform,
    collected: &'a Collected,
) -> BoxFuture<'a, Result<(), Failure>> {
    returned(db, platform, collected).boxed()
}

async fn returned(db: &DatabaseTransaction, platform: &Platform, collected: &Collected) -> Result<(), Failure> {
    let approval = collected.source.strip_prefix("property/");
    let Some(approval) = approval.and_then(|id| id.parse::<Uuid>().ok()) else {
        return Ok(());
    };
    let Some(row) = publication::Entity::find_by_id(approval).one(db).await? else {
        return Ok(());
    };
    let Some(case) = case::Entity::find_by_id(row.case_id).one(db).await? else {
        return Ok(());
    };
    let approved = store::opened_publication(platform, row)?.publication.details;
    let told = |field: Field| approved.get(field).unwrap_or_default().to_owned();
    let (item_no, item) = (told(Field::ItemNo), told(Field::Item));
    let details = [(Field::ItemNo, &item_no), (Field::Item, &item)];
    let event = UpstreamEvent {
        event_id: format!("slip-{}", collected.slip),
        case_no: case.case_no.clone(),
        step: Step::PropertyReturned,
        occurred_at: collected.at,
        details: Details(
            details
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(field, value)| (field.as_str().to_owned(), value.clone()))
                .collect(),
        ),
        corrects: None,
        withdraws: None,
    };
    // The owner is told by the text about the slip; whoever else follows the case reads it on the page.
    intake::record(db, platform, &event, platform.clock.now()).await?;
    let list = return_list::file(db, platform, &case, &item_no, &item, collected).await?;
    let told = WriteBack {
        system: System::Cases,
        kind: "property-returns",
        key: format!("property-return/{approval}"),
        body: json!({
            "case_no": case.case_no,
            "item_no": item_no,
            "returned_at": wire_time::text(collected.at),
            "site": collected.site,
            "by_proxy": collected.proxy.is_some(),
            "return_list_id": list,
        }),
    };
    upstream::write_back(db, platform, told, platform.clock.now()).await
}
