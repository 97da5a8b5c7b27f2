//! `/admin/devices`: a manager registers the screens, kiosks and lockers of the hall; `POST /auth/device-sessions`: a browser, or a locker's
//! program, becomes one of them.

use std::collections::HashMap;

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};
use serde_json::json;
use shared::{
    identity::{
        devices::{DeviceKey, DeviceKind},
        wire::{DEVICE_KEY_WRONG, DeviceRequest, DeviceSessionRequest, DeviceView, RegisteredDevice, Session},
    },
    ids::{DeviceId, HallId},
    list::List,
    problem,
};
use uuid::Uuid;

use super::{
    Director, HallStaff, cookies,
    device::Device,
    entity::device,
    sessions::{Sessions, SubjectKind},
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::{Actor, Once},
    },
    problem::{Failure, invalid_field},
};

/// How many devices are shown.
const SHOWN: u64 = 200;
/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// Registers a device of the manager's hall. Its key is in the answer, and nowhere else: it is not even remembered for a repeated request.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = DeviceRequest,
    responses((status = 201, body = RegisteredDevice), crate::problem::Refusals),
)]
#[post("/admin/devices")]
pub async fn register_device(
    director: Director,
    platform: Data<Platform>,
    body: Json<DeviceRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(invalid_field("name", "a name has one to 40 characters"));
    }
    let mut bytes = [0; 25];
    platform.keys.fill_random(&mut bytes)?;
    let key = DeviceKey::from_random(bytes);
    let row = device::Model {
        id: Uuid::now_v7(),
        hall_id: director.hall.0,
        kind: body.kind.as_str().to_owned(),
        name: name.to_owned(),
        key_hash: hash(&key),
        created_by: Some(director.staff.0),
        created_at: now,
        paired_at: None,
        revoked_at: None,
    };
    let transaction = platform.db.begin().await?;
    add(&transaction, &row).await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "device.register",
        subject_kind: "device",
        subject_id: Some(row.id),
        reason: None,
        detail: json!({"kind": row.kind}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    // What follows the # stays in the browser: no server and no log sees it.
    let address = format!("{}/{}#{}", platform.config.public_url, row.kind, key.grouped());
    let pairing_url = (body.kind != DeviceKind::Locker).then_some(address);
    Ok(HttpResponse::Created().json(RegisteredDevice {
        device: view(&row)?,
        key: key.grouped(),
        pairing_url,
    }))
}

/// Adds a device, unless one with its key is there.
pub async fn add(db: &impl ConnectionTrait, row: &device::Model) -> Result<(), DbErr> {
    use sea_orm::sea_query::OnConflict;
    let insert = device::ActiveModel {
        id: Set(row.id),
        hall_id: Set(row.hall_id),
        kind: Set(row.kind.clone()),
        name: Set(row.name.clone()),
        key_hash: Set(row.key_hash.clone()),
        created_by: Set(row.created_by),
        created_at: Set(row.created_at),
        paired_at: Set(row.paired_at),
        revoked_at: Set(row.revoked_at),
    };
    device::Entity::insert(insert)
        .on_conflict(OnConflict::column(device::Column::KeyHash).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The devices of the manager's hall that are not revoked.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<DeviceView>), crate::problem::Refusals),
)]
#[get("/admin/devices")]
pub async fn list_devices(director: Director, platform: Data<Platform>) -> Result<Json<List<DeviceView>>, Failure> {
    let rows = device::Entity::find()
        .filter(device::Column::HallId.eq(director.hall.0))
        .filter(device::Column::RevokedAt.is_null())
        .order_by_asc(device::Column::Kind)
        .order_by_asc(device::Column::Id)
        .limit(SHOWN)
        .all(platform.db.reader())
        .await?;
    Ok(Json(List::whole(rows.iter().map(view).collect::<Result<_, _>>()?)))
}

/// The lockers of the hall, among which staff choose where to lay something.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    responses((status = 200, body = List<DeviceView>), crate::problem::Refusals),
)]
#[get("/lockers")]
pub async fn list_lockers(staff: HallStaff, platform: Data<Platform>) -> Result<Json<List<DeviceView>>, Failure> {
    let rows = lockers_of(staff.hall)
        .order_by_asc(device::Column::Id)
        .limit(SHOWN)
        .all(platform.db.reader())
        .await?;
    Ok(Json(List::whole(rows.iter().map(view).collect::<Result<_, _>>()?)))
}

fn lockers_of(hall: HallId) -> Select<device::Entity> {
    device::Entity::find()
        .filter(device::Column::HallId.eq(hall.0))
        .filter(device::Column::Kind.eq(DeviceKind::Locker.as_str()))
        .filter(device::Column::RevokedAt.is_null())
}

/// Whether this is a locker that stands in the hall.
pub async fn is_locker_of(db: &impl ConnectionTrait, id: DeviceId, hall: HallId) -> Result<bool, DbErr> {
    let found = lockers_of(hall).filter(device::Column::Id.eq(id.0)).one(db).await?;
    Ok(found.is_some())
}

/// What devices are called, also when they are revoked.
pub async fn device_names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = DeviceId>,
) -> Result<HashMap<DeviceId, String>, DbErr> {
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = device::Entity::find()
        .filter(device::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.name)).collect())
}

/// Revokes a device: within seconds its page shows nothing more, and its key pairs no browser.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = DeviceId, Path, description = "The device.")),
    responses((status = 204, description = "The device is revoked."), crate::problem::Refusals),
)]
#[delete("/admin/devices/{id}")]
pub async fn revoke_device(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    id: Path<DeviceId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let revoked = device::Entity::update_many()
        .col_expr(device::Column::RevokedAt, Expr::value(now))
        .filter(device::Column::Id.eq(id.0))
        .filter(device::Column::HallId.eq(director.hall.0))
        .filter(device::Column::RevokedAt.is_null())
        .exec(&transaction)
        .await?;
    if revoked.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let ended = sessions.end_all_of(&transaction, id.0, None, now).await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "device.revoke",
        subject_kind: "device",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget_all(&platform, ended).await;
    Ok(response)
}

/// Pairs a browser: from here on it is the device, until the device is revoked.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = DeviceSessionRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/device-sessions")]
pub async fn pair_device(
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<DeviceSessionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let wrong = || Failure::from(&DEVICE_KEY_WRONG);
    let key: DeviceKey = body.key.parse().map_err(|_no_key| wrong())?;
    let transaction = platform.db.begin().await?;
    // 125 random bits cannot be guessed, so tries need no limit of their own.
    let paired = device::Entity::update_many()
        .col_expr(device::Column::PairedAt, Expr::value(now))
        .filter(device::Column::KeyHash.eq(hash(&key)))
        .filter(device::Column::RevokedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let row = paired.first().ok_or_else(wrong)?;
    let (session, begun) = sessions
        .begin(&transaction, &platform, SubjectKind::Device, row.id, None, now)
        .await?;
    let deed = Deed {
        actor: Some(Actor {
            kind: SubjectKind::Device.as_str(),
            id: row.id,
        }),
        action: "session.begin",
        subject_kind: "session",
        subject_id: Some(session.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    let mut response = HttpResponse::Created();
    cookies::set(&mut response, &platform.config, SubjectKind::Device, &begun);
    Ok(response.json(Session {
        access_token: begun.access_token,
        refresh_token: begun.refresh_token,
        expires_at: begun.expires_at,
        resident: None,
        staff: None,
        device: Some(view(row)?),
    }))
}

/// The device that this browser is.
#[utoipa::path(
    tag = "identity",
    security(("board" = []), ("kiosk" = []), ("locker" = [])),
    responses((status = 200, body = DeviceView), crate::problem::Refusals),
)]
#[get("/auth/device-sessions/current")]
pub async fn current_device(device: Device, platform: Data<Platform>) -> Result<Json<DeviceView>, Failure> {
    view_of(platform.db.reader(), device.id)
        .await?
        .map(Json)
        .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))
}

/// A device as it is shown.
pub async fn view_of(db: &impl ConnectionTrait, id: DeviceId) -> Result<Option<DeviceView>, Failure> {
    device::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .as_ref()
        .map(view)
        .transpose()
}

/// What is kept of a key.
pub fn hash(key: &DeviceKey) -> Vec<u8> {
    digest(&SHA256, key.expose().as_bytes()).as_ref().to_vec()
}

fn view(row: &device::Model) -> Result<DeviceView, Failure> {
    Ok(DeviceView {
        id: row.id.into(),
        kind: row.kind.parse().map_err(anyhow::Error::from)?,
        name: row.name.clone(),
        hall_id: row.hall_id.into(),
        created_at: row.created_at,
        paired_at: row.paired_at,
    })
}
