//! `POST /admin/staff`: the system administrator makes an account, which waits until the security administrator lets it begin.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use shared::identity::{
    accounts::{BegunAccount, INITIAL_PASSWORD_LIFE, StaffAccountRequest, belongs_to_a_hall, is_username},
    wire::USERNAME_TAKEN,
};
use uuid::Uuid;

use super::{deed, view};
use crate::{
    identity::{
        authenticate::SystemAdmin,
        entity::staff,
        passwords::{hash_apart, initial_password},
    },
    platform::{Platform, audit, db, idempotency::Actor},
    problem::{Failure, invalid_field},
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// Makes an account. Its first password is in the answer and nowhere else; it works once the account was let begin, for seven days.
#[utoipa::path(
    tag = "administration",
    security(("system-admin" = [])),
    request_body = StaffAccountRequest,
    responses((status = 201, body = BegunAccount), crate::problem::Refusals),
)]
#[post("/admin/staff")]
pub async fn make_account(
    admin: SystemAdmin,
    platform: Data<Platform>,
    body: Json<StaffAccountRequest>,
) -> Result<HttpResponse, Failure> {
    let made = create(&platform, &body, Maker::Administrator(admin.actor())).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Who makes an account.
#[derive(Clone, Copy, Debug)]
pub enum Maker {
    /// An administrator; the account waits for the other one.
    Administrator(Actor),
    /// Whoever holds the deployment's keys and its database: they could do anything to it, and the account can begin at once.
    Operator,
}

/// Makes an account, and gives the password with which it begins.
pub async fn create(platform: &Platform, wanted: &StaffAccountRequest, by: Maker) -> Result<BegunAccount, Failure> {
    let now = platform.clock.now();
    let (username, name) = (wanted.username.trim(), wanted.name.trim());
    if !is_username(username) {
        return Err(invalid_field(
            "username",
            "an account's name has 3 to 32 small letters, digits, points and hyphens, a letter first",
        ));
    }
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(invalid_field("name", "a name has one to 40 characters"));
    }
    if wanted.hall_id.is_some() != belongs_to_a_hall(wanted.role) {
        return Err(invalid_field(
            "hall_id",
            "clerks and managers belong to a hall, and nobody else does",
        ));
    }
    let password = initial_password(&platform.keys)?;
    let row = staff::Model {
        id: Uuid::now_v7(),
        username: username.to_owned(),
        name: name.to_owned(),
        role: wanted.role.as_str().to_owned(),
        hall_id: wanted.hall_id.map(|hall| hall.0),
        counters: Some(serde_json::to_string(&wanted.counters).map_err(anyhow::Error::from)?),
        password_hash: hash_apart(password.clone()).await?,
        totp_secret: None,
        failures: 0,
        locked_until: None,
        last_totp_step: 0,
        created_at: now,
        id_number_index: None,
        initial_until: Some(now + INITIAL_PASSWORD_LIFE),
        approved_at: matches!(by, Maker::Operator).then_some(now),
        approved_by: None,
        ended_at: None,
    };
    let transaction = platform.db.begin().await?;
    insert(&transaction, &row).await?;
    let by = match by {
        Maker::Administrator(actor) => actor,
        Maker::Operator => Actor {
            kind: "operator",
            id: Uuid::nil(),
        },
    };
    let recorded = deed(by, "staff.make", row.id.into(), &row.role);
    audit::record(&transaction, now, recorded).await?;
    transaction.commit().await?;
    Ok(BegunAccount {
        account: view(&row)?,
        password,
    })
}

async fn insert(db: &impl ConnectionTrait, row: &staff::Model) -> Result<(), Failure> {
    let row = staff::ActiveModel {
        id: Set(row.id),
        username: Set(row.username.clone()),
        name: Set(row.name.clone()),
        role: Set(row.role.clone()),
        hall_id: Set(row.hall_id),
        counters: Set(row.counters.clone()),
        password_hash: Set(row.password_hash.clone()),
        failures: Set(0),
        last_totp_step: Set(0),
        created_at: Set(row.created_at),
        initial_until: Set(row.initial_until),
        approved_at: Set(row.approved_at),
        ..Default::default()
    };
    let inserted = staff::Entity::insert(row).exec_without_returning(db).await;
    match inserted {
        Err(error) if db::is_duplicate(&error) => Err(Failure::from(&USERNAME_TAKEN)),
        other => Ok(other.map(|_| ())?),
    }
}
