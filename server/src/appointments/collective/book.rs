//! `POST /halls/{id}/collective-bookings`: books for the people of an organisation, all of them or nobody.

use std::collections::{BTreeMap, HashMap};

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::json;
use shared::{
    appointments::{
        collective::{
            CONTACT_UNKNOWN, CollectiveBooking, CollectiveRequest, FaultyLine, LONGEST_ORGANISATION, LineFault,
            ListedPerson, MOST_PEOPLE, SEATS_SHORT, may_book, read, refused, spread,
        },
        problems::SERVICE_NOT_SERVED,
        rules::{AppointmentStatus, open_for_booking},
    },
    identity::{rules::Phone, wire::IDENTITY_MISMATCH},
    ids::{CollectiveId, HallId, ResidentId, ServiceId},
    language::Language,
    problem::{self, Problem},
    time::Instant,
};
use uuid::Uuid;

use super::{
    super::{
        entity::{appointment, collective_booking, window},
        reclaim::reclaim,
        row::{Visit, held},
        seats::{self, Seats},
        store::{self, WindowFacts},
        texts,
    },
    members::{enrol, shown_whole},
};
use crate::{
    catalog::Catalogue,
    identity::{self, HallStaff},
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::{Failure, invalid_field, language_of},
};

/// Books for the people of a list at the own hall, beginning with a window and going on to the following ones of the day when it is full.
/// Either all of them get a seat or nobody does, and the refusal names every line at fault. The contact is told.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    request_body = CollectiveRequest,
    responses((status = 201, body = CollectiveBooking), crate::problem::Refusals),
)]
#[post("/halls/{id}/collective-bookings")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn book_collectively(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    seats: Data<Seats>,
    hall: Path<HallId>,
    body: Json<CollectiveRequest>,
) -> Result<HttpResponse, Failure> {
    let (now, snapshot) = (platform.clock.now(), catalogue.now());
    if *hall != staff.hall {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let people = checked(&body)?;
    let first = seats
        .facts(&platform, body.window_id)
        .await?
        .filter(|window| window.hall == *hall)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let served = snapshot
        .service(body.service_id)
        .is_some_and(|service| snapshot.group_of(*hall, service) == first.group && service.content.appointment);
    if !served {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    open_for_booking(first.span, now).map_err(Problem::from)?;
    let list = List {
        id: Uuid::now_v7().into(),
        organisation: body.organisation.trim(),
        contact: contact(&platform, &staff, &body.contact_phone, now).await?,
        service: body.service_id,
        first,
        people,
    };
    let mut reclaimed = false;
    loop {
        let transaction = platform.db.begin().await?;
        let booked = match seat(&transaction, &platform, &list, now).await? {
            Ok(rows) => rows,
            Err(_short) if !reclaimed => {
                transaction.rollback().await?;
                // Expired holds may be all that fills the windows.
                reclaim(&platform, &snapshot, now).await?;
                reclaimed = true;
                continue;
            }
            Err(short) => return Err(short.into()),
        };
        let recorded = record(&transaction, &staff, &list, &booked, now).await?;
        let told = shown_whole(&transaction, &platform, &snapshot, &recorded, Language::Chinese).await?;
        let message = texts::collective_booked(list.contact, &told);
        notify::enqueue(&transaction, &platform, now, message.into_iter().collect()).await?;
        let language = language_of(request.headers());
        let answer = shown_whole(&transaction, &platform, &snapshot, &recorded, language).await?;
        let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
        platform.bus.publish(Event::Seats(*hall));
        notify::wake(&platform);
        return Ok(response);
    }
}

/// What is to be booked, checked as far as the database is not needed.
struct List<'a> {
    id: CollectiveId,
    organisation: &'a str,
    contact: ResidentId,
    service: ServiceId,
    first: WindowFacts,
    people: Vec<ListedPerson>,
}

fn checked(wish: &CollectiveRequest) -> Result<Vec<ListedPerson>, Failure> {
    let organisation = wish.organisation.trim().chars().count();
    if !(1..=LONGEST_ORGANISATION).contains(&organisation) {
        return Err(invalid_field(
            "organisation",
            "an organisation's name has one to 60 characters",
        ));
    }
    if !(1..=MOST_PEOPLE).contains(&wish.people.len()) {
        return Err(invalid_field("people", "a list has one to 200 people"));
    }
    read(&wish.people).map_err(|faults| refused(&faults).into())
}

/// The contact's account. That somebody asked whether a phone has one is recorded, also when it has none.
async fn contact(platform: &Platform, staff: &HallStaff, phone: &str, now: Instant) -> Result<ResidentId, Failure> {
    let phone: Phone = phone
        .trim()
        .parse()
        .map_err(|error| invalid_field("contact_phone", error))?;
    let reader = platform.db.reader();
    if identity::person_of_phone(reader, platform, &phone).await?.is_some()
        && let Some(resident) = identity::resident_of_phone(reader, platform, &phone).await?
    {
        return Ok(resident);
    }
    let transaction = platform.db.begin().await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "collective.contact_unknown",
        subject_kind: "hall",
        subject_id: Some(staff.hall.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    Err(Failure::from(&CONTACT_UNKNOWN))
}

/// Takes everybody's seat; the problem when they do not all get one. Persons first, in the order of their ID numbers, then windows and persons
/// in the order of their ids: so no two lists wait for each other.
async fn seat(
    db: &DatabaseTransaction,
    platform: &Platform,
    list: &List<'_>,
    now: Instant,
) -> Result<Result<Vec<appointment::Model>, Problem>, Failure> {
    let persons = persons(db, platform, &list.people, now).await?;
    let windows: BTreeMap<Uuid, window::Model> = window::Entity::find()
        .filter(window::Column::HallId.eq(list.first.hall.0))
        .filter(window::Column::GroupId.eq(list.first.group.0))
        .filter(window::Column::Day.eq(list.first.day))
        .filter(window::Column::StartsAt.gte(list.first.span.starts_at))
        .order_by_asc(window::Column::StartsAt)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let free = store::lock_windows(db, windows.keys().copied()).await?;
    identity::lock_persons(db, persons.iter().copied()).await?;
    let active = store::active_of(db, persons.iter().copied(), now).await?;
    let key = (list.service.0, list.first.day);
    let faults: Vec<FaultyLine> = (1..)
        .zip(&persons)
        .filter_map(|(line, person)| {
            let booked = active.get(person);
            let that_day = booked.is_some_and(|booked| booked.contains(&key));
            let fault = may_book(that_day, booked.map_or(0, std::collections::HashSet::len)).err()?;
            Some(FaultyLine { line, fault })
        })
        .collect();
    if !faults.is_empty() {
        return Err(refused(&faults).into());
    }
    let mut in_order: Vec<&window::Model> = windows.values().collect();
    in_order.sort_by_key(|row| (row.starts_at, row.id));
    let seats_of = |row: &window::Model| u32::try_from(free.get(&row.id).copied().unwrap_or(0)).unwrap_or(0);
    let shares = match spread(in_order.iter().map(|row| (*row, seats_of(row))), persons.len()) {
        Ok(shares) => shares,
        Err(free) => return Ok(Err(Problem::new(&SEATS_SHORT).with("free", free))),
    };
    let times = shares
        .iter()
        .flat_map(|(row, share)| std::iter::repeat_n(WindowFacts::from(*row), *share));
    let rows: Vec<appointment::Model> = persons
        .iter()
        .zip(times)
        .enumerate()
        .map(|(at, (person, window))| row(platform, list, *person, &window, at == 0, now))
        .collect::<Result<_, Failure>>()?;
    let inserted = seats::insert(db, rows.iter().cloned()).await?;
    let missing = rows.iter().zip(1..).filter(|(row, _)| !inserted.contains(&row.id));
    let twice: Vec<FaultyLine> = missing
        .map(|(_, line)| FaultyLine {
            line,
            fault: LineFault::AlreadyBooked,
        })
        .collect();
    if !twice.is_empty() {
        return Err(refused(&twice).into());
    }
    let taken = shares
        .iter()
        .map(|(row, share)| (row.id, i32::try_from(*share).unwrap_or(i32::MAX)))
        .collect();
    seats::count_taken(db, &taken).await?;
    Ok(Ok(rows))
}

/// Whoever the list names, in its order; added when the bureau does not know them.
async fn persons(
    db: &impl ConnectionTrait,
    platform: &Platform,
    people: &[ListedPerson],
    now: Instant,
) -> Result<Vec<Uuid>, Failure> {
    let mut by_number: Vec<(u32, &ListedPerson)> = (1..).zip(people).collect();
    by_number.sort_by_key(|(_, person)| person.id_number.expose());
    let (mut found, mut faults) = (HashMap::new(), Vec::new());
    for (line, person) in by_number {
        match identity::find_or_add_person(db, platform, &person.name, &person.id_number, now).await {
            Ok(person) => {
                found.insert(line, person.id.0);
            }
            Err(Failure::Rejected(problem)) if problem.is(&IDENTITY_MISMATCH) => faults.push(FaultyLine {
                line,
                fault: LineFault::Mismatch,
            }),
            Err(failure) => return Err(failure),
        }
    }
    if !faults.is_empty() {
        faults.sort_by_key(|faulty| faulty.line);
        return Err(refused(&faults).into());
    }
    Ok((1..).map_while(|line| found.get(&line).copied()).collect())
}

fn row(
    platform: &Platform,
    list: &List<'_>,
    person: Uuid,
    window: &WindowFacts,
    first: bool,
    now: Instant,
) -> Result<appointment::Model, Failure> {
    let visit = Visit {
        service: list.service.0,
        person,
        resident: list.contact.0,
    };
    let held = held(platform, window, &visit, now)?;
    Ok(appointment::Model {
        status: AppointmentStatus::Confirmed.as_str().to_owned(),
        // The contact is reminded once, of the earliest time.
        remind_at: held.remind_at.filter(|_| first),
        ..held
    })
}

/// Writes down what was booked, by whom and for whom.
async fn record(
    db: &DatabaseTransaction,
    staff: &HallStaff,
    list: &List<'_>,
    booked: &[appointment::Model],
    now: Instant,
) -> Result<collective_booking::Model, Failure> {
    let row = collective_booking::Model {
        id: list.id.0,
        hall_id: list.first.hall.0,
        service_id: list.service.0,
        organisation: list.organisation.to_owned(),
        contact_id: list.contact.0,
        day: list.first.day,
        created_by: staff.staff.0,
        created_at: now,
    };
    let insert = collective_booking::ActiveModel {
        id: Set(row.id),
        hall_id: Set(row.hall_id),
        service_id: Set(row.service_id),
        organisation: Set(row.organisation.clone()),
        contact_id: Set(row.contact_id),
        day: Set(row.day),
        created_by: Set(row.created_by),
        created_at: Set(row.created_at),
    };
    collective_booking::Entity::insert(insert)
        .exec_without_returning(db)
        .await?;
    enrol(db, list.id, booked.iter().map(|row| row.id)).await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "collective.book",
        subject_kind: "collective_booking",
        subject_id: Some(row.id),
        reason: None,
        detail: json!({"people": booked.len()}),
    };
    audit::record(db, now, deed).await?;
    Ok(row)
}
