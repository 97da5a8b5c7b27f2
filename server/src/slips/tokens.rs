//! The tokens of slips: given out, drawn again, revoked, found.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use shared::{
    slips::{
        rules::RevokedFor,
        token::{Claims, Medium, Signed, SlipKind, TokenId},
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{slip, token},
    service::Slips,
};
use crate::{platform::keys::Keys, problem::Failure};

/// The id of a slip's token: it follows from a key, so it need not be kept and cannot be guessed.
pub fn id_of(keys: &Keys, slip: Uuid, serial: i32, medium: Medium) -> TokenId {
    let message = [
        slip.as_bytes().as_slice(),
        &serial.to_be_bytes(),
        medium.as_str().as_bytes(),
    ]
    .concat();
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(keys.slip_hash(&message)) {
        *to = from;
    }
    TokenId(id)
}

/// The index by which a token is found.
pub fn index_of(keys: &Keys, id: TokenId) -> Vec<u8> {
    keys.blind_index("slip-token", &id.hex())
}

/// Gives out the tokens of a slip's present serial, for the screen and for paper.
pub async fn give_out(
    slips: &Slips,
    db: &impl ConnectionTrait,
    row: &slip::Model,
    expires_at: Instant,
    now: Instant,
) -> Result<(), Failure> {
    let key = slips.ring.current(db, now).await?;
    let rows = Medium::ALL.iter().map(|medium| token::ActiveModel {
        token_index: Set(index_of(
            &slips.platform.keys,
            id_of(&slips.platform.keys, row.id, row.serial, *medium),
        )),
        slip_id: Set(row.id),
        serial: Set(row.serial),
        medium: Set(medium.as_str().to_owned()),
        key_id: Set(i32::from(key)),
        hall_id: Set(row.hall_id),
        not_before: Set(now),
        expires_at: Set(expires_at),
        revoked_for: NotSet,
    });
    token::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Revokes every token of a slip that still counts.
pub async fn revoke(db: &impl ConnectionTrait, slip: Uuid, reason: RevokedFor) -> Result<(), DbErr> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedFor, Expr::value(reason.as_str()))
        .filter(token::Column::SlipId.eq(slip))
        .filter(token::Column::RevokedFor.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// The token that a slip has now for a medium; nothing when it has none.
pub async fn present(
    slips: &Slips,
    db: &impl ConnectionTrait,
    row: &slip::Model,
    medium: Medium,
) -> Result<Option<(TokenId, Signed)>, Failure> {
    let id = id_of(&slips.platform.keys, row.id, row.serial, medium);
    let given_out = token::Entity::find_by_id(index_of(&slips.platform.keys, id))
        .filter(token::Column::RevokedFor.is_null())
        .one(db)
        .await?;
    let Some(given_out) = given_out else { return Ok(None) };
    let claims = Claims {
        key: u8::try_from(given_out.key_id).map_err(anyhow::Error::from)?,
        id,
        kind: row.kind.parse::<SlipKind>().map_err(anyhow::Error::from)?,
        medium,
        site: shared::ids::HallId(given_out.hall_id).into(),
        not_before: given_out.not_before,
        expires_at: given_out.expires_at,
    };
    Ok(Some((id, slips.ring.sign(claims)?)))
}
