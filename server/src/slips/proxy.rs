//! `POST` and `DELETE /slips/{id}/proxy`: one named person collects for the owner, whose own slip no longer counts meanwhile.

use actix_web::{
    HttpRequest, HttpResponse, delete, post,
    web::{Bytes, Data, Path},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ActiveValue::Set, EntityTrait};
use shared::{
    identity::{
        passkeys::Step,
        rules::{IdNumber, PersonName, Phone},
    },
    ids::SlipId,
    image::{ImageType, check},
    problem::{self, Problem},
    slips::{
        problems::PROXY_UNTIL,
        proof::LARGEST_LETTER,
        rules::{Action, Candidate, LONGEST_PROXY, RevokedFor, may_be_proxy},
        wire::{ProxyRequest, Slip},
    },
    time::wire_time,
};
use uuid::Uuid;

use super::{
    done::Done,
    entity::proxy,
    ready::renew,
    sealed::{LETTER, PROXY_ID_NUMBER, PROXY_NAME, PROXY_PHONE},
    service::Slips,
    store, texts,
};
use crate::{
    identity::{self, IdentifiedResident},
    notify,
    platform::idempotency::Once,
    problem::{Failure, invalid_field},
};

/// What somebody says of a proxy, checked.
struct Named {
    name: PersonName,
    id_number: IdNumber,
    phone: Phone,
    letter: String,
    letter_type: ImageType,
}

impl Named {
    fn read(body: &ProxyRequest) -> Result<Self, Failure> {
        let octets = BASE64_STANDARD
            .decode(&body.letter)
            .map_err(|error| invalid_field("letter", error))?;
        Ok(Self {
            name: body.name.parse().map_err(|error| invalid_field("name", error))?,
            id_number: body
                .id_number
                .parse()
                .map_err(|error| invalid_field("id_number", error))?,
            phone: body.phone.parse().map_err(|error| invalid_field("phone", error))?,
            letter_type: check(&octets, LARGEST_LETTER).map_err(Problem::from)?,
            letter: body.letter.clone(),
        })
    }
}

/// Names the one who collects, after a fresh proof. The owner's slip is revoked, and both are texted; the letter of attorney is kept with the slip.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = ProxyRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[post("/slips/{id}/proxy")]
pub async fn name_proxy(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    // The picture makes the body larger than ordinary ones may be.
    let body: ProxyRequest = serde_json::from_slice(&body)
        .map_err(|error| Problem::new(&problem::MALFORMED).with("reason", error.to_string()))?;
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::own(&transaction, &resident, *id).await?;
    let named = Named::read(&body)?;
    let owner = identity::person(&transaction, platform, row.person_id.into())
        .await?
        .ok_or_else(|| anyhow::anyhow!("a slip has no owner"))?;
    let candidate = Candidate {
        is_owner: owner.id_number == named.id_number,
        is_staff: identity::is_staff(&transaction, platform, &named.id_number).await?,
        until: body.until,
    };
    may_be_proxy(candidate, row.kind()?, row.kept_until, now).map_err(|error| {
        let problem = Problem::from(error);
        let latest = row
            .kept_until
            .map_or(now + LONGEST_PROXY, |kept| kept.min(now + LONGEST_PROXY));
        if problem.is(&PROXY_UNTIL) {
            problem.with("latest", wire_time::text(latest))
        } else {
            problem
        }
    })?;
    identity::take_proof_in(&transaction, resident.session, Step::NameRepresentative, now).await?;
    if let Some(before) = store::proxy_of(&transaction, row.id).await? {
        store::end_proxy(&transaction, before.id, now).await?;
    }
    let proxy = Uuid::now_v7();
    let new = proxy::ActiveModel {
        id: Set(proxy),
        slip_id: Set(row.id),
        name: Set(platform.keys.seal(PROXY_NAME, proxy, named.name.expose())?),
        id_number: Set(platform.keys.seal(PROXY_ID_NUMBER, proxy, named.id_number.expose())?),
        id_number_index: Set(identity::id_number_index(platform, &named.id_number)),
        phone: Set(platform.keys.seal(PROXY_PHONE, proxy, named.phone.expose())?),
        until: Set(body.until),
        letter: Set(platform.keys.seal(LETTER, proxy, &named.letter)?),
        letter_type: Set(named.letter_type.as_str().to_owned()),
        created_at: Set(now),
        ended_at: Set(None),
    };
    proxy::Entity::insert(new).exec_without_returning(&transaction).await?;
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::Entrust,
        RevokedFor::Entrusted,
        |change| change,
        now,
    )
    .await?;
    let told = texts::entrusted(&slips, &row, &owner.name.masked(), &named.name.masked(), named.phone);
    notify::enqueue(&transaction, platform, now, told).await?;
    let done = Done::of(resident.actor(), "slip.name_proxy");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Calls the proxy back: the proxy's slip is revoked, and the owner has a new one.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[delete("/slips/{id}/proxy")]
pub async fn end_proxy(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<HttpResponse, Failure> {
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::own(&transaction, &resident, *id).await?;
    let proxy = store::proxy_of(&transaction, row.id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    store::end_proxy(&transaction, proxy.id, now).await?;
    let row = renew(
        &slips,
        &transaction,
        &row,
        Action::Entrust,
        RevokedFor::ProxyEnded,
        |change| change,
        now,
    )
    .await?;
    let phone = proxy.opened_phone(&platform.keys)?;
    notify::enqueue(&transaction, platform, now, texts::proxy_ended(&slips, &row, phone)).await?;
    let done = Done::of(resident.actor(), "slip.end_proxy");
    done.answer(&request, &once, &slips, transaction, row, now).await
}
