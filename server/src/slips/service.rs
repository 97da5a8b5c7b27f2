//! What the slice keeps in memory, and issuing, which other slices do too.

use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, EntityTrait,
    sea_query::OnConflict,
};
use serde_json::json;
use shared::{
    ids::{HallId, PersonId, ResidentId, SlipId},
    language::Text,
    problem::Problem,
    slips::{
        rules::SlipStatus,
        token::{Claims, Medium, Signed, SlipKind},
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::slip,
    places::{OnCollected, Places},
    ready::lay_ready,
    ring::Ring,
    store, texts, tokens,
};
use crate::{
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Actor,
    },
    problem::Failure,
};

/// Slips: the keys that sign them and what they know of the bureau.
pub struct Slips {
    /// The platform.
    pub(super) platform: Platform,
    /// The keys.
    pub(super) ring: Ring,
    /// The bureau.
    pub(super) places: Arc<dyn Places>,
    /// What follows when something was collected.
    pub(super) on_collected: Vec<OnCollected>,
}

/// A slip to be issued.
#[derive(Clone, Debug)]
pub struct NewSlip {
    /// What it is issued for, such as `appointment/0192…` or `property/0192…`; it is issued once for it.
    pub source: String,
    /// What kind of thing is collected.
    pub kind: SlipKind,
    /// To whom it belongs.
    pub person: PersonId,
    /// Whose account shows the slip and is texted; absent when the person has none.
    pub resident: Option<ResidentId>,
    /// Where it is collected.
    pub hall: HallId,
    /// What is collected.
    pub item: Text,
    /// The number under which the site keeps it.
    pub reference: String,
    /// Whether it lies at the site already; otherwise it is being made or brought.
    pub is_there: bool,
    /// The last day on which it can be collected, where whoever brought it has set one.
    pub collect_by: Option<NaiveDate>,
    /// Whether the resident is told of it in another text, so that two do not say the same.
    pub is_told: bool,
    /// Who caused it; nobody when it followed by itself.
    pub by: Option<Actor>,
}

impl Slips {
    /// The slice of a server.
    pub fn new(platform: &Platform, places: Arc<dyn Places>, on_collected: Vec<OnCollected>) -> Self {
        Self {
            platform: platform.clone(),
            ring: Ring::new(platform),
            places,
            on_collected,
        }
    }

    /// What the QR code of a slip says on a screen; nothing while there is none.
    pub async fn token(&self, db: &impl ConnectionTrait, id: SlipId) -> Result<Option<String>, Failure> {
        let row = store::slip(db, id).await?;
        let present = tokens::present(self, db, &row, Medium::Screen).await?;
        Ok(present.map(|(_, token)| token.text()))
    }

    /// What a scanned text states, if one of our keys signed it.
    pub async fn verify(&self, db: &impl ConnectionTrait, text: &str) -> Result<Claims, Failure> {
        let signed = Signed::read(text).map_err(Problem::from)?;
        self.ring.verified(db, &signed).await
    }

    /// Issues a slip in the caller's transaction, and texts the resident when the thing is there. The caller commits and wakes `notify`.
    ///
    /// A slip that was issued for the same source before is left as it is.
    pub async fn issue(&self, db: &impl ConnectionTrait, new: NewSlip, now: Instant) -> Result<SlipId, Failure> {
        let id = Uuid::now_v7();
        let row = slip::ActiveModel {
            id: Set(id),
            kind: Set(new.kind.as_str().to_owned()),
            source: Set(new.source.clone()),
            person_id: Set(new.person.0),
            resident_id: Set(new.resident.map(Into::into)),
            hall_id: Set(new.hall.0),
            status: Set(SlipStatus::Preparing.as_str().to_owned()),
            item_zh: Set(new.item.zh),
            item_en: Set(new.item.en),
            reference: Set(new.reference),
            ready_at: NotSet,
            kept_until: NotSet,
            serial: Set(0),
            reminders: Set(0),
            wrong_codes: Set(0),
            mail_recipient: NotSet,
            mail_phone: NotSet,
            mail_address: NotSet,
            tracking: NotSet,
            created_at: Set(now),
            changed_at: Set(now),
        };
        let added = slip::Entity::insert(row)
            .on_conflict(OnConflict::column(slip::Column::Source).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        if added == 0 {
            let known = store::by_source(db, &new.source).await?;
            return known
                .map(|row| row.id.into())
                .ok_or_else(|| anyhow::anyhow!("a slip vanished while being issued").into());
        }
        let deed = Deed {
            actor: new.by,
            action: "slip.issue",
            subject_kind: "slip",
            subject_id: Some(id),
            reason: None,
            detail: json!({"kind": new.kind.as_str(), "hall": new.hall}),
        };
        audit::record(db, now, deed).await?;
        if new.is_there {
            let row = lay_ready(self, db, id.into(), new.collect_by, now).await?;
            if !new.is_told {
                notify::enqueue(db, &self.platform, now, texts::ready(self, &row)).await?;
            }
        }
        Ok(id.into())
    }
}
