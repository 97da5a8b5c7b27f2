//! `POST /admin/groups` and `PUT /admin/groups/{id}`: the manager arranges the groups of services of the hall (服务组).
//!
//! Nothing that a resident holds may lose its group: a group is retired only once nothing uses it, and a service changes its group only while
//! nobody is booked, waits or holds a ticket for it.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post, put,
    web::{Data, Json, Path},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Query,
};
use shared::{
    appointments::{returns::WaitlistStatus, rules::AppointmentStatus},
    catalog::{
        arrangements::{GroupArrangement, GroupRequest},
        wire::{GROUP_IN_USE, GROUP_LETTER_TAKEN},
    },
    ids::{GroupId, HallId, ServiceId},
    problem::{self, Problem},
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::entity::{appointment, waitlist, window};
use crate::{
    catalog::{self, Service, Snapshot, timetable_entries},
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
    queue,
};

/// An appointment in one of these is still to come.
const TO_COME: [&str; 2] = [AppointmentStatus::Held.as_str(), AppointmentStatus::Confirmed.as_str()];

/// Adds a group of the hall's own. It is offered once a counter serves it.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = GroupRequest,
    responses((status = 201, body = GroupArrangement), crate::problem::Refusals),
)]
#[post("/admin/groups")]
pub async fn add_group(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    body: Json<GroupRequest>,
) -> Result<HttpResponse, Failure> {
    let (transaction, snapshot) = open(&platform, &director, &body).await?;
    let first = body.services.first().and_then(|id| snapshot.service(*id));
    let first = first.ok_or_else(|| invalid_field("services", "a new group has at least one service"))?;
    let id = GroupId(Uuid::now_v7());
    catalog::found_group(&transaction, director.hall, id, &body, first).await?;
    arrange(&transaction, &snapshot, director.hall, id, &body, platform.clock.now()).await?;
    let made = GroupArrangement {
        id,
        group: body.into_inner(),
    };
    close(
        &platform,
        &director,
        &once,
        transaction,
        "group.add",
        StatusCode::CREATED,
        &made,
    )
    .await
}

/// Changes a group at the hall: what it is called, its letter, its services, whether it is in use. Other halls keep what they have.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = GroupId, Path, description = "The group.")),
    request_body = GroupRequest,
    responses((status = 200, body = GroupArrangement), crate::problem::Refusals),
)]
#[put("/admin/groups/{id}")]
pub async fn change_group(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    id: Path<GroupId>,
    body: Json<GroupRequest>,
) -> Result<HttpResponse, Failure> {
    let (transaction, snapshot) = open(&platform, &director, &body).await?;
    let now = platform.clock.now();
    let before = snapshot
        .group_at(director.hall, *id)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if before.active && !body.active {
        require_unused(&transaction, director.hall, *id, &snapshot, now).await?;
    }
    if before.prefix != body.prefix {
        let tickets = queue::unserved_of_group(&transaction, director.hall, *id, day_of(now)).await?;
        refuse_if_any([("tickets", tickets)])?;
    }
    arrange(&transaction, &snapshot, director.hall, *id, &body, now).await?;
    let changed = GroupArrangement {
        id: *id,
        group: body.into_inner(),
    };
    close(
        &platform,
        &director,
        &once,
        transaction,
        "group.change",
        StatusCode::OK,
        &changed,
    )
    .await
}

/// Begins a change with the catalogue as it is now: the one in memory may not have heard of the last change yet.
async fn open(
    platform: &Platform,
    director: &Director,
    wish: &GroupRequest,
) -> Result<(DatabaseTransaction, Snapshot), Failure> {
    wish.check().map_err(|error| invalid_field(error.field(), error))?;
    let transaction = platform.db.begin().await?;
    catalog::lock_groups(&transaction, director.hall).await?;
    let snapshot = Snapshot::load(&transaction).await?;
    Ok((transaction, snapshot))
}

/// Writes a change, when its letter is free and its services can be moved.
async fn arrange(
    transaction: &DatabaseTransaction,
    snapshot: &Snapshot,
    hall: HallId,
    id: GroupId,
    wish: &GroupRequest,
    now: Instant,
) -> Result<(), Failure> {
    if wish.active {
        let groups = snapshot.groups_at(hall);
        let mut others = groups.iter().filter(|group| group.active && group.id != id);
        let taken = others.any(|group| group.prefix == wish.prefix)
            || queue::letter_used(transaction, hall, id, &wish.prefix, day_of(now)).await?;
        if taken {
            return Err(Failure::from(&GROUP_LETTER_TAKEN));
        }
    }
    catalog::arrange_group(transaction, hall, id, wish).await?;
    for service in wish.services.iter().map(|id| snapshot.service(*id)) {
        let service = service.ok_or_else(|| invalid_field("services", "there is no such service"))?;
        if snapshot.group_of(hall, service) != id {
            require_idle(transaction, hall, service.id, now).await?;
            place(transaction, hall, service, id).await?;
        }
    }
    let every = snapshot.search("", None);
    let leaving = every
        .into_iter()
        .filter(|service| snapshot.group_of(hall, service) == id && !wish.services.contains(&service.id));
    for service in leaving {
        if service.group == id {
            return Err(invalid_field(
                "services",
                "a service leaves its group by being put into another",
            ));
        }
        require_idle(transaction, hall, service.id, now).await?;
        place(transaction, hall, service, service.group).await?;
    }
    Ok(())
}

async fn place(
    transaction: &DatabaseTransaction,
    hall: HallId,
    service: &Service,
    group: GroupId,
) -> Result<(), DbErr> {
    if service.group == group {
        catalog::return_service(transaction, hall, service.id).await
    } else {
        catalog::move_service(transaction, hall, service.id, group).await
    }
}

/// Refuses while counters, the timetable, windows that can be booked, bookings or tickets need the group.
async fn require_unused(
    db: &DatabaseTransaction,
    hall: HallId,
    group: GroupId,
    snapshot: &Snapshot,
    now: Instant,
) -> Result<(), Failure> {
    let counters = snapshot
        .hall(hall)
        .map(|hall| hall.counters.as_slice())
        .unwrap_or_default();
    let serving = counters
        .iter()
        .filter_map(|id| snapshot.counter(*id))
        .filter(|counter| counter.groups.contains(&group))
        .count();
    let entries = timetable_entries(db, hall, |_, of| of == group).await?.len();
    let windows = window::Entity::find()
        .filter(window::Column::HallId.eq(hall.0))
        .filter(window::Column::GroupId.eq(group.0))
        .filter(window::Column::EndsAt.gt(now));
    let mut of_group = Query::select();
    of_group
        .column(window::Column::Id)
        .from(window::Entity)
        .and_where(window::Column::HallId.eq(hall.0))
        .and_where(window::Column::GroupId.eq(group.0))
        .and_where(window::Column::EndsAt.gt(now));
    let booked = appointment::Entity::find()
        .filter(appointment::Column::Status.is_in(TO_COME))
        .filter(appointment::Column::WindowId.in_subquery(of_group));
    refuse_if_any([
        ("counters", count(serving)),
        ("schedules", count(entries)),
        (
            "windows",
            windows.filter(window::Column::OnlineQuota.gt(0)).count(db).await?,
        ),
        ("appointments", booked.count(db).await?),
        ("tickets", queue::unserved_of_group(db, hall, group, day_of(now)).await?),
    ])
}

/// Refuses while somebody is booked, waits or holds a ticket for the service at the hall.
async fn require_idle(
    db: &impl ConnectionTrait,
    hall: HallId,
    service: ServiceId,
    now: Instant,
) -> Result<(), Failure> {
    let today = day_of(now);
    let booked = appointment::Entity::find()
        .filter(appointment::Column::HallId.eq(hall.0))
        .filter(appointment::Column::ServiceId.eq(service.0))
        .filter(appointment::Column::Day.gte(today))
        .filter(appointment::Column::Status.is_in(TO_COME));
    let waiting = waitlist::Entity::find()
        .filter(waitlist::Column::HallId.eq(hall.0))
        .filter(waitlist::Column::ServiceId.eq(service.0))
        .filter(waitlist::Column::Day.gte(today))
        .filter(waitlist::Column::Status.is_in([WaitlistStatus::Waiting.as_str(), WaitlistStatus::Offered.as_str()]));
    refuse_if_any([
        ("appointments", booked.count(db).await?),
        ("waitlist", waiting.count(db).await?),
        ("tickets", queue::unserved_of_service(db, hall, service, today).await?),
    ])
}

/// The refusal tells how much of what is in the way.
fn refuse_if_any<const N: usize>(uses: [(&str, u64); N]) -> Result<(), Failure> {
    let mut problem = Problem::new(&GROUP_IN_USE);
    for (what, count) in uses.into_iter().filter(|(_, count)| *count > 0) {
        problem = problem.with(what, count);
    }
    if uses.iter().any(|(_, count)| *count > 0) {
        Err(problem.into())
    } else {
        Ok(())
    }
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

async fn close(
    platform: &Platform,
    director: &Director,
    once: &Once,
    transaction: DatabaseTransaction,
    action: &'static str,
    status: StatusCode,
    answer: &GroupArrangement,
) -> Result<HttpResponse, Failure> {
    let deed = Deed {
        actor: Some(director.actor()),
        action,
        subject_kind: "group",
        subject_id: Some(answer.id.0),
        reason: None,
        detail: serde_json::to_value(&answer.group).map_err(anyhow::Error::from)?,
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    let response = once.commit(transaction, status, answer).await?;
    platform.bus.publish(Event::Catalogue);
    Ok(response)
}
