//! Signing in by WeChat: the browser asks WeChat who its user is, and the openid that comes back leads to the account linked to it.
//!
//! A question (`state`) is answered once, within a quarter of an hour, and by the browser that asked: its cookie carries a mark of which
//! the question keeps the hash. An openid that belongs to no account waits beside its question until the same browser signs in by phone
//! and code. One WeChat leads to one account, and one account to one WeChat.

pub mod ask;
pub mod mine;
pub mod sign_in;

use std::collections::HashMap;

use actix_web::HttpRequest;
use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::json;
use shared::{identity::wechat::WECHAT_QUESTION_LIFE, ids::ResidentId, time::Instant};
use uuid::Uuid;

use super::{
    cookies,
    entity::{wechat_link, wechat_question},
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Actor,
        keys::Field,
        official_account::Openid,
    },
    problem::Failure,
};

/// The openid of a linked WeChat.
pub const OPENID: Field = Field::new("wechat_links", "openid");
/// The openid that waits for its account.
pub const WAITING: Field = Field::new("wechat_questions", "openid");

/// A resident in WeChat.
#[derive(Clone, Debug)]
pub struct WechatContact {
    /// To whom WeChat delivers.
    pub openid: Openid,
    /// Whether notices go there.
    pub notices: bool,
}

/// The WeChat links of residents.
pub async fn wechat_contacts(
    db: &impl ConnectionTrait,
    platform: &Platform,
    residents: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, WechatContact>, Failure> {
    let rows = wechat_link::Entity::find()
        .filter(wechat_link::Column::ResidentId.is_in(residents))
        .all(db)
        .await?;
    let contacts = rows.into_iter().map(|row| {
        let openid = Openid::new(platform.keys.open(OPENID, row.resident_id, &row.openid)?);
        let contact = WechatContact {
            openid,
            notices: row.notices,
        };
        Ok((row.resident_id, contact))
    });
    contacts.collect()
}

/// Whether a WeChat is linked to an account.
pub async fn has_wechat(db: &impl ConnectionTrait, resident: ResidentId) -> Result<bool, Failure> {
    let row = wechat_link::Entity::find_by_id(resident.0).one(db).await?;
    Ok(row.is_some())
}

/// The keyed index by which an openid is found.
fn index_of(platform: &Platform, openid: &Openid) -> Vec<u8> {
    platform.keys.index("openid", openid.expose())
}

/// The indexes by which a user of WeChat is found, while keys change.
fn indexes_of(platform: &Platform, openid: &Openid) -> Vec<Vec<u8>> {
    platform.keys.indexes("openid", openid.expose())
}

/// The hash of a browser's mark.
fn hash(mark: &str) -> Vec<u8> {
    digest(&SHA256, mark.as_bytes()).as_ref().to_vec()
}

/// The questions of this browser that can still be answered, of which `state` names one; none for a browser without a mark.
fn asked_here(platform: &Platform, request: &HttpRequest, state: &str, now: Instant) -> Option<(Uuid, Condition)> {
    let id = Uuid::try_parse(state).ok()?;
    let mark = cookies::browser_mark(request, &platform.config, cookies::Asked::Wechat)?;
    let here = Condition::all()
        .add(wechat_question::Column::Id.eq(id))
        .add(wechat_question::Column::BrowserHash.eq(hash(&mark)))
        .add(wechat_question::Column::AskedAt.gt(now - WECHAT_QUESTION_LIFE));
    Some((id, here))
}

/// Links the WeChat that waits beside a question to an account; whether there was one, and it is this browser's.
///
/// The phone was proven by a code and the WeChat by its answer, so this link takes the place of any other that either had.
pub async fn link(
    db: &impl ConnectionTrait,
    platform: &Platform,
    request: &HttpRequest,
    account: ResidentId,
    state: &str,
    now: Instant,
) -> Result<bool, Failure> {
    let Some((id, here)) = asked_here(platform, request, state, now) else {
        return Ok(false);
    };
    let waiting = wechat_question::Entity::delete_many()
        .filter(here)
        .filter(wechat_question::Column::Openid.is_not_null())
        .exec_with_returning(db)
        .await?;
    let Some(sealed) = waiting.into_iter().next().and_then(|row| row.openid) else {
        return Ok(false);
    };
    let openid = Openid::new(platform.keys.open(WAITING, id, &sealed)?);
    let index = index_of(platform, &openid);
    let either = Condition::any()
        .add(wechat_link::Column::ResidentId.eq(account.0))
        .add(wechat_link::Column::OpenidIndex.is_in(indexes_of(platform, &openid)));
    wechat_link::Entity::delete_many().filter(either).exec(db).await?;
    let row = wechat_link::ActiveModel {
        resident_id: Set(account.0),
        openid: Set(platform.keys.seal(OPENID, account.0, openid.expose())?),
        openid_index: Set(index),
        notices: Set(false),
        since: Set(now),
    };
    let linked = wechat_link::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if linked > 0 {
        audit::record(db, now, deed(account, "wechat.link")).await?;
    }
    Ok(linked > 0)
}

/// Takes an account's WeChat from it; whether there was one.
pub async fn unlink(db: &impl ConnectionTrait, account: ResidentId) -> Result<bool, Failure> {
    let deleted = wechat_link::Entity::delete_by_id(account.0).exec(db).await?;
    Ok(deleted.rows_affected > 0)
}

/// Something that an account's owner did to its link.
fn deed(account: ResidentId, action: &'static str) -> Deed<'static> {
    Deed {
        actor: Some(Actor::resident(account)),
        action,
        subject_kind: "resident",
        subject_id: Some(account.0),
        reason: None,
        detail: json!({}),
    }
}
