//! `GET /admin/staff`: the accounts, for the administrators who keep them.

use actix_web::{
    get,
    web::{Data, Json},
};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use shared::{identity::accounts::StaffAccount, list::List};

use super::view;
use crate::{
    identity::{authenticate::AccountKeeper, entity::staff},
    platform::Platform,
    problem::Failure,
};

/// More accounts than a bureau has.
const LIMIT: u64 = 2000;

/// Every account, also those that have ended.
#[utoipa::path(
    tag = "administration",
    security(("system-admin" = []), ("security-admin" = [])),
    responses((status = 200, body = List<StaffAccount>), crate::problem::Refusals),
)]
#[get("/admin/staff")]
pub async fn list_accounts(_: AccountKeeper, platform: Data<Platform>) -> Result<Json<List<StaffAccount>>, Failure> {
    let rows = staff::Entity::find()
        .order_by_asc(staff::Column::Username)
        .limit(LIMIT)
        .all(platform.db.reader())
        .await?;
    Ok(Json(List::whole(rows.iter().map(view).collect::<Result<_, _>>()?)))
}
