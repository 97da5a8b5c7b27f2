//! `POST /case-publications/withdrawals`: a case officer takes a wrong publication back.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use serde_json::json;
use shared::{
    cases::{
        enquiries::WithdrawalRequest,
        rules::Details,
        upstream::{TakenAnswer, UpstreamEvent},
        wire::CASE_EVENT_GONE,
    },
    problem,
};
use uuid::Uuid;

use super::{intake, lookup, store};
use crate::{
    identity::CaseOfficer,
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::Failure,
    slips::Slips,
};

/// Takes a publication back: it vanishes from every reader's page, unsent texts are called off, and whoever was told is told of this.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    request_body = WithdrawalRequest,
    responses((status = 200, body = TakenAnswer), crate::problem::Refusals),
)]
#[post("/case-publications/withdrawals")]
pub async fn withdraw(
    officer: CaseOfficer,
    once: Once,
    platform: Data<Platform>,
    slips: Data<Slips>,
    body: Json<WithdrawalRequest>,
) -> Result<HttpResponse, Failure> {
    let case_no = lookup::number(&body.case_no)?;
    let reason = lookup::reason(&body.reason)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = store::unsealed(&transaction, case_no.as_str())
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let opened = store::open(&transaction, &platform, row).await?;
    let target = opened
        .told
        .iter()
        .find(|told| told.row.event_id == body.event_id && told.counts())
        .ok_or_else(|| Failure::from(&CASE_EVENT_GONE))?;
    let withdrawal = UpstreamEvent {
        event_id: format!("officer-{}", Uuid::now_v7()),
        case_no: case_no.as_str().to_owned(),
        step: target.publication.step,
        occurred_at: now,
        details: Details::default(),
        corrects: None,
        withdraws: Some(body.event_id.clone()),
    };
    let result = intake::take_event(&transaction, &platform, &slips, &withdrawal, now).await?;
    let deed = Deed {
        actor: Some(officer.actor()),
        action: "case.withdraw-publication",
        subject_kind: "case",
        subject_id: Some(opened.row.id),
        reason: Some(reason),
        detail: json!({"publication": target.row.id}),
    };
    audit::record(&transaction, now, deed).await?;
    let response = once
        .commit(transaction, StatusCode::OK, &TakenAnswer { result })
        .await?;
    notify::wake(&platform);
    Ok(response)
}
