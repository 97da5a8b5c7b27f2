//! `POST /upstream/documents-ready`: the document system says what is made and lies in a hall; each document has a slip.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json, Payload},
};
use sea_orm::DatabaseTransaction;
use shared::{
    identity::rules::{IdNumber, PersonName},
    identity::wire::IDENTITY_MISMATCH,
    slips::{token::SlipKind, upstream::UpstreamDocument},
    time::Instant,
    upstream::wire::{Batch, Taken, TakenBatch, TakenItem},
};

use super::{
    service::{NewSlip, Slips},
    store,
};
use crate::{
    identity, notify,
    problem::Failure,
    upstream::{System, Systems, answer, receive},
};

/// Takes documents that are made. The same number again changes nothing.
#[utoipa::path(
    tag = "upstream",
    security(("upstream" = [])),
    request_body = Batch<UpstreamDocument>,
    responses((status = 200, body = TakenBatch), crate::problem::Refusals),
)]
#[post("/upstream/documents-ready")]
pub async fn push_documents_ready(
    request: HttpRequest,
    slips: Data<Slips>,
    systems: Data<Systems>,
    payload: Payload,
) -> Result<Json<TakenBatch>, Failure> {
    let platform = &slips.platform;
    let now = platform.clock.now();
    let call = receive(System::Documents, &request, payload, &systems, now).await?;
    let (entries, alone) = call.entries::<UpstreamDocument>()?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let mut items = Vec::with_capacity(entries.len());
    for entry in &entries {
        let (result, reason) = match take(&slips, &transaction, entry, now).await? {
            Ok(result) => (result, None),
            Err(reason) => (Taken::Refused, Some(reason)),
        };
        items.push(TakenItem {
            number: entry.document_no.clone(),
            result,
            reason,
        });
    }
    let taken = answer(TakenBatch { items }, alone)?;
    transaction.commit().await?;
    notify::wake(platform);
    Ok(Json(taken))
}

/// Takes a document, or says why it cannot be taken: the field, a colon and what would do.
async fn take(
    slips: &Slips,
    db: &DatabaseTransaction,
    entry: &UpstreamDocument,
    now: Instant,
) -> Result<Result<Taken, String>, Failure> {
    if let Err((field, reason)) = entry.check() {
        return Ok(Err(format!("{field}: {reason}")));
    }
    let Ok(name) = entry.person.name.parse::<PersonName>() else {
        return Ok(Err("person.name: a name has 2 to 50 letters".into()));
    };
    let Ok(id_number) = entry.person.id_number.parse::<IdNumber>() else {
        return Ok(Err("person.id_number: this is no ID number".into()));
    };
    let Some(hall) = slips.places.hall_of_code(&entry.hall) else {
        return Ok(Err("hall: there is no hall with this code".into()));
    };
    let number = entry.document_no.trim();
    let source = format!("document/{number}");
    if store::by_source(db, &source).await?.is_some() {
        return Ok(Ok(Taken::Unchanged));
    }
    let person = match identity::vouched_person(db, &slips.platform, &name, &id_number, now).await {
        Ok(person) => person,
        Err(Failure::Rejected(problem)) if problem.is(&IDENTITY_MISMATCH) => {
            return Ok(Err("person.name: the ID number belongs to another name".into()));
        }
        Err(failure) => return Err(failure),
    };
    let mut accounts = identity::residents_of(db, [person.id]).await?;
    accounts.sort_unstable();
    let new = NewSlip {
        source,
        kind: SlipKind::Document,
        person: person.id,
        resident: accounts.first().copied(),
        hall,
        item: entry.item(),
        reference: number.to_owned(),
        is_there: true,
        collect_by: entry.collect_by,
        is_told: false,
        by: None,
    };
    slips.issue(db, new, now).await?;
    Ok(Ok(Taken::Created))
}
