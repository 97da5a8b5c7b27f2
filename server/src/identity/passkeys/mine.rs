//! `GET /me/passkeys`, `PUT` and `DELETE /me/passkeys/{id}`: the passkeys of an account, their names, and an end to one.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    put,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    identity::passkeys::{Passkey, PasskeyName, Step},
    ids::PasskeyId,
    list::List,
    problem,
};

use super::{NAME, deed, register::fit_name};
use crate::{
    identity::{AccountNews, AccountTexts, Resident, entity::passkey, proofs},
    platform::{Platform, audit, bus::Event, idempotency::Once},
    problem::Failure,
};

/// The account's passkeys, in the order in which they were added.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = List<Passkey>), crate::problem::Refusals),
)]
#[get("/me/passkeys")]
pub async fn list_passkeys(resident: Resident, platform: Data<Platform>) -> Result<Json<List<Passkey>>, Failure> {
    let rows = passkey::Entity::find()
        .filter(passkey::Column::ResidentId.eq(resident.id.0))
        .order_by_asc(passkey::Column::Id)
        .all(platform.db.reader())
        .await?;
    let passkeys = rows.iter().map(|row| view(&platform, row)).collect::<Result<_, _>>()?;
    Ok(Json(List::whole(passkeys)))
}

/// Calls a passkey something else.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    params(("id" = PasskeyId, Path, description = "The passkey.")),
    request_body = PasskeyName,
    responses((status = 200, body = Passkey), crate::problem::Refusals),
)]
#[put("/me/passkeys/{id}")]
pub async fn rename_passkey(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    id: Path<PasskeyId>,
    body: Json<PasskeyName>,
) -> Result<HttpResponse, Failure> {
    let name = fit_name(&body.name)?;
    let transaction = platform.db.begin().await?;
    let sealed = platform.keys.seal(NAME, id.0, name)?;
    let renamed = passkey::Entity::update_many()
        .col_expr(passkey::Column::Name, Expr::value(sealed))
        .filter(passkey::Column::Id.eq(id.0))
        .filter(passkey::Column::ResidentId.eq(resident.id.0))
        .exec_with_returning(&transaction)
        .await?;
    let renamed = renamed.first().ok_or(&problem::NOT_FOUND)?;
    let view = view(&platform, renamed)?;
    once.commit(transaction, StatusCode::OK, &view).await
}

/// Removes a passkey, after a fresh proof. The account's owner is told by a text.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    params(("id" = PasskeyId, Path, description = "The passkey.")),
    responses((status = 204, description = "The passkey is removed."), crate::problem::Refusals),
)]
#[delete("/me/passkeys/{id}")]
pub async fn remove_passkey(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    texts: Data<AccountTexts>,
    id: Path<PasskeyId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let removed = passkey::Entity::delete_many()
        .filter(passkey::Column::Id.eq(id.0))
        .filter(passkey::Column::ResidentId.eq(resident.id.0))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    proofs::take_in(&transaction, resident.session, Step::RemovePasskey, now).await?;
    audit::record(&transaction, now, deed(resident.id, "passkey.remove", id.0)).await?;
    let news = AccountNews::PasskeyRemoved { resident: resident.id };
    texts.0(&transaction, &platform, now, news).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    platform.bus.publish(Event::Message);
    Ok(response)
}

fn view(platform: &Platform, row: &passkey::Model) -> Result<Passkey, Failure> {
    Ok(Passkey {
        id: row.id.into(),
        name: platform.keys.open(NAME, row.id, &row.name)?,
        created_at: row.created_at,
        used_at: row.used_at,
    })
}
