//! `POST /halls/{id}/check-ins`: a kiosk checks in whoever shows a booking code or types an ID number.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use shared::{
    appointments::{
        codes::booking_code,
        problems::NOTHING_BOOKED,
        rules::{AppointmentStatus, Arrival, BookingPolicy, CheckInError, check_in},
        wire::KioskCheckIn,
    },
    identity::rules::IdNumber,
    ids::HallId,
    problem::{self, Problem},
    queue::wire::Ticket,
    time::{Instant, day_of},
};

use super::{
    admit::{Admission, admit},
    entity::appointment,
    store::{self, WindowFacts},
};
use crate::{
    catalog::Catalogue,
    identity::{self, Kiosk},
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, invalid_field, language_of},
    queue::{Halls, count_kiosk_use},
};

/// Checks in at the kiosk of the hall, whose place is proof of presence enough. Of several appointments today the first is taken that can be
/// checked in; if none can, the refusal is that of the first.
#[utoipa::path(
    tag = "appointments",
    security(("kiosk" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    request_body = KioskCheckIn,
    responses((status = 201, body = Ticket), crate::problem::Refusals),
)]
#[post("/halls/{id}/check-ins")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn kiosk_check_in(
    request: HttpRequest,
    kiosk: Kiosk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    hall: Path<HallId>,
    body: Json<KioskCheckIn>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    if kiosk.hall != *hall {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    count_kiosk_use(&platform, &kiosk, now).await?;
    let transaction = platform.db.begin().await?;
    let booked = booked_today(&transaction, &platform, *hall, &body, now).await?;
    let snapshot = catalogue.now();
    let policy = snapshot.booking_rules().booking();
    let (row, window, arrival) = choose(&transaction, booked, &policy, now).await?;
    let admission = Admission {
        row: &row,
        window: &window,
        arrival,
    };
    let language = language_of(request.headers());
    let answer = admit(&transaction, &platform, &snapshot, &halls, admission, language, now).await?;
    let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
    platform.bus.publish(Event::Queue(*hall));
    Ok(response)
}

/// What the person or the code has at this hall today, apart from what was cancelled.
async fn booked_today(
    db: &impl ConnectionTrait,
    platform: &Platform,
    hall: HallId,
    wish: &KioskCheckIn,
    now: Instant,
) -> Result<Vec<appointment::Model>, Failure> {
    let statuses = [
        AppointmentStatus::Confirmed,
        AppointmentStatus::CheckedIn,
        AppointmentStatus::Fulfilled,
        AppointmentStatus::NoShow,
    ];
    let mut select = appointment::Entity::find()
        .filter(appointment::Column::HallId.eq(hall.0))
        .filter(appointment::Column::Day.eq(day_of(now)))
        .filter(appointment::Column::Status.is_in(statuses.map(AppointmentStatus::as_str)))
        .order_by_asc(appointment::Column::Id);
    select = match (&wish.code, &wish.id_number) {
        (Some(scanned), _) => {
            let code =
                booking_code(scanned).ok_or_else(|| invalid_field("code", "a booking code has six characters"))?;
            select.filter(appointment::Column::Code.eq(code))
        }
        (None, Some(number)) => {
            let number: IdNumber = number.parse().map_err(|error| invalid_field("id_number", error))?;
            // A number that nobody has is answered like one that has booked nothing.
            let person = identity::person_with(db, platform, &number).await?;
            let person = person.ok_or_else(|| Failure::from(&NOTHING_BOOKED))?;
            select.filter(appointment::Column::PersonId.eq(person.0))
        }
        (None, None) => return Err(invalid_field("code", "a booking code or an ID number is needed")),
    };
    Ok(select.all(db).await?)
}

/// The earliest of the appointments that can be checked in now.
async fn choose(
    db: &impl ConnectionTrait,
    rows: Vec<appointment::Model>,
    policy: &BookingPolicy,
    now: Instant,
) -> Result<(appointment::Model, WindowFacts, Arrival), Failure> {
    let mut booked = Vec::with_capacity(rows.len());
    for row in rows {
        let window = store::window(db, row.window_id.into()).await?;
        booked.extend(window.map(|window| (row, window)));
    }
    booked.sort_by_key(|(_, window)| window.span.starts_at);
    let mut refusal: Option<CheckInError> = None;
    for (row, window) in booked {
        let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
        match check_in(status, window.span, now, policy) {
            Ok(arrival) => return Ok((row, window, arrival)),
            Err(error) => {
                refusal.get_or_insert(error);
            }
        }
    }
    Err(refusal
        .map_or_else(|| Problem::new(&NOTHING_BOOKED), Problem::from)
        .into())
}
