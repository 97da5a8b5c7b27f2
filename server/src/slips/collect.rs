//! The one write by which something is handed over, once.
//!
//! The slip moves on from `ready` in an `UPDATE` that names its status, its serial and its site; the redemption is a row whose keys are the slip
//! and the scanner's own number. Whoever comes later changes nothing.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::json;
use shared::{
    ids::{DeviceId, HallId, StaffId},
    language::Language,
    problem::Problem,
    slips::{
        problems::SLIP_NONCE,
        rules::{Action, SlipStatus},
        wire::Redeemed,
    },
    time::Instant,
};

use super::{
    entity::{redemption, slip},
    locker,
    places::Collected,
    scan::{Scanned, holder},
    sealed::SIGNATURE,
    service::Slips,
    store, texts,
    view::{item, redemption_view, site},
};
use crate::{
    identity::HallStaff,
    notify,
    platform::{
        audit::{self, Deed},
        db,
        idempotency::Actor,
        pdf::Drawing,
    },
    problem::Failure,
};

/// A recipient's signature.
pub struct Signature {
    /// The PNG, in base64.
    pub text: String,
    /// What it shows.
    pub drawing: Drawing,
}

/// By whom something is handed over, and where.
#[derive(Clone, Copy)]
pub struct HandedBy {
    /// The hall.
    pub hall: HallId,
    /// Whoever hands over, or has laid it into the locker.
    pub staff: StaffId,
    /// The one who acts: the member of staff, or the locker.
    pub actor: Actor,
    /// Where.
    pub place: Place,
}

/// Where in a hall something is handed over.
#[derive(Clone, Copy)]
pub enum Place {
    /// At a counter, whose number is known when the clerk has opened one.
    Counter(Option<i32>),
    /// At the compartment of a locker.
    Compartment(DeviceId, i32),
}

impl HandedBy {
    /// By a clerk or manager.
    pub const fn of(staff: &HallStaff, counter: Option<i32>) -> Self {
        Self {
            hall: staff.hall,
            staff: staff.staff,
            actor: staff.actor(),
            place: Place::Counter(counter),
        }
    }
}

/// How something is handed over.
pub struct Handing<'a> {
    /// The scanner's own number.
    pub nonce: &'a str,
    /// By whom, and where.
    pub by: HandedBy,
    /// Whether the ID card was compared.
    pub id_checked: bool,
    /// The recipient's signature.
    pub signature: Option<&'a Signature>,
    /// Whether the console was without a connection.
    pub offline: bool,
    /// When.
    pub at: Instant,
}

/// Hands something over, or finds that it was handed over meanwhile; then the caller rolls back and looks again.
pub async fn collect(
    slips: &Slips,
    db: &DatabaseTransaction,
    scanned: &Scanned,
    handing: &Handing<'_>,
    language: Language,
) -> Result<Option<Redeemed>, Failure> {
    let now = slips.platform.clock.now();
    let row = &scanned.slip;
    row.after(Action::Collect)?;
    let moved = store::change(row, SlipStatus::Collected, now)
        .col_expr(slip::Column::WrongCodes, Expr::value(0))
        .filter(slip::Column::HallId.eq(handing.by.hall.0))
        .exec(db)
        .await?;
    if moved.rows_affected == 0 {
        return Ok(None);
    }
    locker::leave(db, row.id, handing.by.place).await?;
    let (counter_number, locker_id, compartment) = match handing.by.place {
        Place::Counter(counter) => (counter, None, None),
        Place::Compartment(locker, number) => (None, Some(locker.0), Some(number)),
    };
    let signature = handing
        .signature
        .map(|signature| slips.platform.keys.seal(SIGNATURE, row.id, &signature.text))
        .transpose()?;
    let kept = redemption::Model {
        slip_id: row.id,
        nonce: handing.nonce.to_owned(),
        token_index: scanned.index.clone(),
        hall_id: handing.by.hall.0,
        counter_number,
        staff_id: handing.by.staff.0,
        proxy_id: scanned.proxy.as_ref().map(|proxy| proxy.id),
        id_checked: handing.id_checked,
        offline: handing.offline,
        signature,
        at: handing.at,
        recorded_at: now,
        locker_id,
        compartment,
    };
    let new = redemption::ActiveModel {
        slip_id: Set(kept.slip_id),
        nonce: Set(kept.nonce.clone()),
        token_index: Set(kept.token_index.clone()),
        hall_id: Set(kept.hall_id),
        counter_number: Set(kept.counter_number),
        staff_id: Set(kept.staff_id),
        proxy_id: Set(kept.proxy_id),
        id_checked: Set(kept.id_checked),
        offline: Set(kept.offline),
        signature: Set(kept.signature.clone()),
        at: Set(kept.at),
        recorded_at: Set(kept.recorded_at),
        locker_id: Set(kept.locker_id),
        compartment: Set(kept.compartment),
    };
    if let Err(error) = redemption::Entity::insert(new).exec_without_returning(db).await {
        return if db::is_duplicate(&error) {
            Ok(None)
        } else {
            Err(error.into())
        };
    }
    let deed = Deed {
        actor: Some(handing.by.actor),
        action: "slip.redeem",
        subject_kind: "slip",
        subject_id: Some(row.id),
        reason: None,
        detail: json!({
            "medium": scanned.claims.medium.as_str(),
            "by_proxy": scanned.proxy.is_some(),
            "id_checked": handing.id_checked,
            "offline": handing.offline,
            "compartment": compartment,
        }),
    };
    audit::record(db, now, deed).await?;
    notify::enqueue(db, &slips.platform, now, texts::collected(slips, row, handing.at)).await?;
    let proxy = scanned
        .proxy
        .as_ref()
        .map(|proxy| proxy.opened_name(&slips.platform.keys));
    let collected = Collected {
        slip: row.id.into(),
        kind: scanned.claims.kind,
        source: row.source.clone(),
        person: row.person_id.into(),
        at: handing.at,
        site: site(slips, row.hall_id, Language::Chinese).name,
        staff: handing.by.staff,
        proxy: proxy.transpose()?,
        signature: handing.signature.map(|signature| signature.drawing.clone()),
    };
    for follow in &slips.on_collected {
        follow(db, &slips.platform, &collected).await?;
    }
    Ok(Some(told(slips, db, row, &kept, language).await?))
}

/// The success that a scanner's own number had before; refuses when the number was used for another slip.
pub async fn answered(
    slips: &Slips,
    db: &impl ConnectionTrait,
    nonce: &str,
    index: &[u8],
    language: Language,
) -> Result<Option<Redeemed>, Failure> {
    let known = redemption::Entity::find()
        .filter(redemption::Column::Nonce.eq(nonce))
        .one(db)
        .await?;
    match known {
        None => Ok(None),
        Some(kept) if kept.token_index == index => {
            let row = store::slip(db, kept.slip_id.into()).await?;
            Ok(Some(told(slips, db, &row, &kept, language).await?))
        }
        Some(_) => Err(Problem::new(&SLIP_NONCE).into()),
    }
}

async fn told(
    slips: &Slips,
    db: &impl ConnectionTrait,
    row: &slip::Model,
    kept: &redemption::Model,
    language: Language,
) -> Result<Redeemed, Failure> {
    let proxy = match kept.proxy_id {
        None => None,
        Some(id) => super::entity::proxy::Entity::find_by_id(id).one(db).await?,
    };
    Ok(Redeemed {
        slip_id: row.id.into(),
        item: item(row, language),
        reference: row.reference.clone(),
        holder: holder(slips, db, row, proxy.as_ref()).await?.name.masked(),
        redemption: redemption_view(slips, kept, language),
    })
}
