//! `GET /notifications`: the texts to the resident who asks, whether or not they reached the phone.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use chrono::DateTime;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use shared::{
    ids::MessageId,
    list::List,
    notify::{
        rules::Class,
        wire::{Notification, NotificationStatus},
    },
    problem::{self, Problem},
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{
        message::{Column, Entity, Model},
        status,
    },
    templates::Templates,
    workers::values,
};
use crate::{identity::Resident, platform::Platform, problem::Failure};

const PAGE: u32 = 50;

/// Where to read on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The last entry of a page: its time in nanoseconds, and its id.
struct Cursor {
    at: Instant,
    id: Uuid,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: DateTime::from_timestamp_nanos(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    }

    fn text(row: &Model) -> String {
        format!("{}.{}", row.wanted_at.timestamp_nanos_opt().unwrap_or_default(), row.id)
    }
}

/// The texts to the resident, newest first. Login codes are not among them.
#[utoipa::path(
    tag = "notify",
    security(("resident" = [])),
    params(ListQuery),
    responses((status = 200, body = List<Notification>), crate::problem::Refusals),
)]
#[get("/notifications")]
pub async fn list_notifications(
    resident: Resident,
    platform: Data<Platform>,
    query: Query<ListQuery>,
) -> Result<Json<List<Notification>>, Failure> {
    let db = platform.db.reader();
    let mut rows = Entity::find()
        .filter(Column::ResidentId.eq(resident.id.0))
        .filter(Column::Priority.ne(Class::Code.priority()))
        .filter(Column::Status.ne(status::SUPERSEDED))
        // A reminder for next week is no notification yet.
        .filter(Column::WantedAt.lte(platform.clock.now()))
        .order_by_desc(Column::WantedAt)
        .order_by_desc(Column::Id)
        .limit(u64::from(PAGE) + 1);
    if let Some(cursor) = &query.cursor {
        let Cursor { at, id } =
            Cursor::parse(cursor).ok_or_else(|| Problem::new(&problem::MALFORMED).on_field("cursor"))?;
        let same_time = Condition::all().add(Column::WantedAt.eq(at)).add(Column::Id.lt(id));
        rows = rows.filter(Condition::any().add(Column::WantedAt.lt(at)).add(same_time));
    }
    let mut rows = rows.all(db).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next_cursor = rows.last().filter(|_| more).map(Cursor::text);
    let templates = Templates::load(db).await?;
    let items = rows
        .iter()
        .map(|row| shown(&platform, &templates, row))
        .collect::<Result<_, _>>()?;
    Ok(Json(List { items, next_cursor }))
}

fn shown(platform: &Platform, templates: &Templates, row: &Model) -> Result<Notification, Failure> {
    let values = values(platform, row)?;
    Ok(Notification {
        id: MessageId(row.id),
        template: row.template.clone(),
        text: templates
            .get(&row.template)
            .map(|filed| filed.render(&values))
            .unwrap_or_default(),
        at: row.wanted_at,
        status: match row.status.as_str() {
            status::PENDING => NotificationStatus::Waiting,
            status::ACCEPTED => NotificationStatus::Sent,
            status::DELIVERED => NotificationStatus::Delivered,
            status::DECLINED => NotificationStatus::Declined,
            _ => NotificationStatus::NotDelivered,
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_cursor_makes_the_reader_panic(text in "\\PC{0,60}") {
            let _ = Cursor::parse(&text);
        }
    }
}
