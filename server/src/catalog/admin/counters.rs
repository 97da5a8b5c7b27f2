//! `/admin/counters`: the counters of the manager's hall, and what they serve.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post, put,
    web::{Data, Json, Path},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    catalog::{
        arrangements::{CounterRequest, CounterView},
        wire::COUNTER_NUMBER_TAKEN,
    },
    ids::CounterId,
    list::List,
    problem,
};
use uuid::Uuid;

use super::{Change, settle};
use crate::{
    catalog::{Catalogue, Snapshot, entity::counter},
    identity::Director,
    platform::{Platform, db, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// Every counter of the hall, also those that are no longer in use.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<CounterView>), crate::problem::Refusals),
)]
#[get("/admin/counters")]
pub async fn list_counters(director: Director, platform: Data<Platform>) -> Result<Json<List<CounterView>>, Failure> {
    let rows = counter::Entity::find()
        .filter(counter::Column::HallId.eq(director.hall.0))
        .order_by_asc(counter::Column::Number)
        .all(platform.db.reader())
        .await?;
    Ok(Json(List::whole(rows.into_iter().map(view).collect::<Result<_, _>>()?)))
}

/// Adds a counter.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = CounterRequest,
    responses((status = 201, body = CounterView), crate::problem::Refusals),
)]
#[post("/admin/counters")]
pub async fn add_counter(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    body: Json<CounterRequest>,
) -> Result<HttpResponse, Failure> {
    check(&body, &director, &catalogue.now())?;
    let id = Uuid::now_v7();
    let row = counter::ActiveModel {
        id: Set(id),
        hall_id: Set(director.hall.0),
        number: Set(body.number),
        active: Set(body.active),
        name: Set(serde_json::to_value(&body.name).map_err(anyhow::Error::from)?),
        groups: Set(serde_json::to_value(&body.groups).map_err(anyhow::Error::from)?),
    };
    let transaction = platform.db.begin().await?;
    counter::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await
        .map_err(taken)?;
    let answer = CounterView {
        id: id.into(),
        counter: body.into_inner(),
    };
    let change = Change::to("counter.add", "counter", id, &answer.counter);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::CREATED,
        &answer,
    )
    .await
}

/// Changes a counter. One that is taken out of use calls nobody any more; whoever is served there is served to the end.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    request_body = CounterRequest,
    responses((status = 200, body = CounterView), crate::problem::Refusals),
)]
#[put("/admin/counters/{id}")]
pub async fn change_counter(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<CounterId>,
    body: Json<CounterRequest>,
) -> Result<HttpResponse, Failure> {
    check(&body, &director, &catalogue.now())?;
    let json = |value: serde_json::Result<serde_json::Value>| value.map_err(anyhow::Error::from);
    let transaction = platform.db.begin().await?;
    let changed = counter::Entity::update_many()
        .col_expr(counter::Column::Number, Expr::value(body.number))
        .col_expr(counter::Column::Active, Expr::value(body.active))
        .col_expr(
            counter::Column::Name,
            Expr::value(json(serde_json::to_value(&body.name))?),
        )
        .col_expr(
            counter::Column::Groups,
            Expr::value(json(serde_json::to_value(&body.groups))?),
        )
        .filter(counter::Column::Id.eq(id.0))
        .filter(counter::Column::HallId.eq(director.hall.0))
        .exec(&transaction)
        .await
        .map_err(taken)?;
    if changed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let answer = CounterView {
        id: *id,
        counter: body.into_inner(),
    };
    let change = Change::to("counter.change", "counter", id.0, &answer.counter);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::OK,
        &answer,
    )
    .await
}

fn check(wish: &CounterRequest, director: &Director, catalogue: &Snapshot) -> Result<(), Failure> {
    if !(1..=999).contains(&wish.number) {
        return Err(invalid_field("number", "a counter's number is between 1 and 999"));
    }
    for text in [&wish.name.zh, &wish.name.en] {
        if text.trim().is_empty() || text.chars().count() > LONGEST_NAME {
            return Err(invalid_field("name", "a name has 1 to 60 characters in each language"));
        }
    }
    let mut seen = std::collections::HashSet::new();
    let known = |group| {
        catalogue
            .group_at(director.hall, group)
            .is_some_and(|group| group.active)
    };
    if wish.groups.is_empty() || !wish.groups.iter().all(|group| known(*group) && seen.insert(*group)) {
        return Err(invalid_field(
            "groups",
            "a counter serves at least one group, and each once",
        ));
    }
    Ok(())
}

fn taken(error: sea_orm::DbErr) -> Failure {
    if db::is_duplicate(&error) {
        Failure::from(&COUNTER_NUMBER_TAKEN)
    } else {
        error.into()
    }
}

fn view(row: counter::Model) -> Result<CounterView, Failure> {
    let name = serde_json::from_value(row.name).map_err(anyhow::Error::from)?;
    let groups = serde_json::from_value(row.groups).map_err(anyhow::Error::from)?;
    Ok(CounterView {
        id: row.id.into(),
        counter: CounterRequest {
            number: row.number,
            name,
            groups,
            active: row.active,
        },
    })
}
