//! `GET` and `POST /wechat/events`: what WeChat tells of the messages that it took.
//!
//! `TEMPLATESENDJOBFINISH` says what became of a template message: it arrived, its recipient refuses the account's messages, or WeChat
//! failed. It counts only when it names a message that WeChat numbered and the WeChat of whom it went to. What did not arrive goes by text.

use actix_web::{
    HttpResponse, get, post,
    web::{Bytes, Data, Query},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use serde::Deserialize;
use shared::{notify::delivery::Delivery, problem};

use super::{
    entity::{attempt, message},
    receipts::{self, Told},
    store,
};
use crate::{
    identity,
    platform::{
        Platform,
        official_account::{Event, NotWechats, Signed},
    },
    problem::Failure,
};

/// The event about a template message.
const FINISHED: &str = "TEMPLATESENDJOBFINISH";
/// WeChat repeats a push that is answered with anything else.
const TAKEN: &str = "success";

/// What WeChat wants to read back when an address is registered.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Echo {
    /// Any text.
    echostr: String,
}

fn refused(why: NotWechats) -> Failure {
    tracing::warn!(?why, "an event is not WeChat's");
    Failure::from(&problem::FORBIDDEN)
}

/// Proves to WeChat that this address is the account's, when it is registered.
#[utoipa::path(
    tag = "notify",
    security(()),
    params(Echo),
    responses((status = 200, description = "`echostr`, as it came.", body = String), crate::problem::Refusals),
)]
#[get("/wechat/events")]
pub async fn register_events(
    platform: Data<Platform>,
    signed: Query<Signed>,
    echo: Query<Echo>,
) -> Result<HttpResponse, Failure> {
    platform.official_account.is_wechats(&signed).await.map_err(refused)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(echo.into_inner().echostr))
}

/// Takes an event of WeChat's; the answer is in WeChat's own form.
#[utoipa::path(
    tag = "notify",
    security(()),
    request_body(
        content = String,
        content_type = "text/xml",
        description = "The event, as WeChat documents it, plain or encrypted.",
        example = json!("<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID></xml>"),
    ),
    responses((status = 200, description = "Taken, `success`.", body = String), crate::problem::Refusals),
)]
#[post("/wechat/events")]
pub async fn take_event(platform: Data<Platform>, signed: Query<Signed>, body: Bytes) -> Result<HttpResponse, Failure> {
    let event = platform.official_account.event(&signed, &body).await.map_err(refused)?;
    if let Some(event) = event.filter(|event| event.name == FINISHED) {
        finish(&platform, &event).await?;
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(TAKEN))
}

/// What a status means: `success`, `failed:user block` or `failed: system failed`, with or without the blank.
fn meaning(status: &str) -> Option<(Delivery, String)> {
    if status == "success" {
        return Some((Delivery::Delivered, String::new()));
    }
    let why = status.strip_prefix("failed")?.trim_start_matches([':', ' ']);
    Some((Delivery::Failed, why.to_owned()))
}

async fn finish(platform: &Platform, event: &Event) -> Result<(), Failure> {
    let Some((delivery, code)) = meaning(&event.status) else {
        return Ok(());
    };
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let Some((attempt, row)) = found(&transaction, platform, event).await? else {
        return Ok(());
    };
    let told = Told { delivery, code };
    let is_news = receipts::take_told(&transaction, &attempt, &told, now).await?;
    if is_news && delivery == Delivery::Failed {
        store::text_instead(&transaction, &row, &told.code, now).await?;
    }
    transaction.commit().await?;
    super::wake(platform);
    Ok(())
}

/// The attempt that WeChat numbered so, when it went to the WeChat that the event names.
async fn found(
    db: &impl ConnectionTrait,
    platform: &Platform,
    event: &Event,
) -> Result<Option<(attempt::Model, message::Model)>, Failure> {
    let pair = attempt::Entity::find()
        // A literal, so that the partial index is seen to hold for it.
        .filter(Expr::col((attempt::Entity, attempt::Column::Provider)).eq(Expr::Constant("wechat".into())))
        .filter(attempt::Column::ProviderId.eq(event.message.as_str()))
        .one(db)
        .await?;
    let Some(attempt) = pair else { return Ok(None) };
    let row = message::Entity::find_by_id(attempt.message_id).one(db).await?;
    let Some((row, resident)) = row.and_then(|row| row.resident_id.map(|resident| (row, resident))) else {
        return Ok(None);
    };
    let contacts = identity::wechat_contacts(db, platform, [resident]).await?;
    let is_theirs = contacts
        .get(&resident)
        .is_some_and(|contact| contact.openid.expose() == event.openid);
    Ok(is_theirs.then_some((attempt, row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_understood_as_wechat_writes_it() {
        assert_eq!(meaning("success"), Some((Delivery::Delivered, String::new())));
        assert_eq!(
            meaning("failed:user block"),
            Some((Delivery::Failed, "user block".into()))
        );
        assert_eq!(
            meaning("failed: system failed"),
            Some((Delivery::Failed, "system failed".into()))
        );
        assert_eq!(meaning("pending"), None);
    }
}
