//! `POST /me/proof-questions` and `POST /me/proofs`: a new proof of who takes a sensitive step.
//!
//! Whoever has a passkey is asked for it; whoever has none is texted a code that is good for this step only. A proof belongs to one session
//! and one step, is good for five minutes, and is used up by the step in its own transaction.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use shared::{
    identity::{
        passkeys::{
            PASSKEY_REQUIRED, PROOF_LIFE, PROOF_REQUIRED, Proof, ProofQuestion, ProofQuestionRequest, ProofRequest,
            Step,
        },
        rules::{LoginCode, Phone},
        wire::CODE_WRONG,
    },
    ids::{ResidentId, SessionId},
    problem::{self, Problem},
    time::Instant,
};

use super::{
    Resident,
    entity::fresh_proof,
    passkeys,
    request_code::{CodeTexts, LIMITS_OF_OWNERS, text_code},
    sign_in::try_code,
    store,
};
use crate::{
    platform::{Platform, bus::Event, idempotency::Once},
    problem::Failure,
};

/// Asks for a fresh proof: a question to the account's passkeys, or a code by text where it has none.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = ProofQuestionRequest,
    responses((status = 201, body = ProofQuestion), crate::problem::Refusals),
)]
#[post("/me/proof-questions")]
pub async fn ask_proof(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    texts: Data<CodeTexts>,
    body: Json<ProofQuestionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let purpose = purpose(body.step);
    let transaction = platform.db.begin().await?;
    let credentials = passkeys::credentials_of(&transaction, resident.id).await?;
    let question = if credentials.is_empty() {
        let phone = phone_of(&transaction, &platform, resident.id).await?;
        ProofQuestion::Code(
            text_code(
                &transaction,
                &platform,
                &texts,
                phone,
                (&purpose, LIMITS_OF_OWNERS),
                now,
            )
            .await?,
        )
    } else {
        let asker = resident.session.to_string();
        ProofQuestion::Passkey(passkeys::ask(&transaction, &platform, &asker, &purpose, credentials, now).await?)
    };
    let response = once.commit(transaction, StatusCode::CREATED, &question).await?;
    platform.bus.publish(Event::Message);
    Ok(response)
}

/// Gives a fresh proof, good for five minutes and for one such step.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = ProofRequest,
    responses((status = 204, description = "The step can be taken."), crate::problem::Refusals),
)]
#[post("/me/proofs")]
pub async fn prove(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    body: Json<ProofRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let purpose = purpose(body.step);
    // What is used up is committed by itself, before the proof is written.
    let brought = match &body.proof {
        Proof::Code(code) => {
            judge_code(&platform, resident.id, code, &purpose, now).await?;
            None
        }
        Proof::Passkey(answer) => {
            let asker = resident.session.to_string();
            Some(passkeys::bring(&platform, answer, &asker, &purpose, now).await?)
        }
    };
    let transaction = platform.db.begin().await?;
    if let Some(brought) = brought {
        passkeys::judge(&transaction, &platform, brought, Some(resident.id), now).await?;
    }
    let row = fresh_proof::ActiveModel {
        session_id: Set(resident.session.0),
        step: Set(body.step.as_str().to_owned()),
        proven_at: Set(now),
    };
    let mut newest_counts = OnConflict::columns([fresh_proof::Column::SessionId, fresh_proof::Column::Step]);
    newest_counts.update_column(fresh_proof::Column::ProvenAt);
    fresh_proof::Entity::insert(row)
        .on_conflict(newest_counts)
        .exec_without_returning(&transaction)
        .await?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}

/// Uses up the proof for a step, or refuses the step.
pub async fn take_in(db: &impl ConnectionTrait, session: SessionId, step: Step, now: Instant) -> Result<(), Failure> {
    let taken = fresh_proof::Entity::delete_many()
        .filter(fresh_proof::Column::SessionId.eq(session.0))
        .filter(fresh_proof::Column::Step.eq(step.as_str()))
        .filter(fresh_proof::Column::ProvenAt.gt(now - PROOF_LIFE))
        .exec(db)
        .await?;
    if taken.rows_affected == 0 {
        return Err(Problem::new(&PROOF_REQUIRED).with("step", step.as_str()).into());
    }
    Ok(())
}

/// The same, committed by itself, for a step that reads or whose codes count by themselves.
pub async fn take(platform: &Platform, session: SessionId, step: Step, now: Instant) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    take_in(&transaction, session, step, now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Judges a code, which is no proof where the account has a passkey. The try is committed by itself: it counts even when it is wrong.
async fn judge_code(
    platform: &Platform,
    account: ResidentId,
    code: &str,
    purpose: &str,
    now: Instant,
) -> Result<(), Failure> {
    let code: LoginCode = code
        .parse()
        .map_err(|()| Failure::from(Problem::new(&CODE_WRONG).on_field("code")))?;
    let counting = platform.db.begin().await?;
    if passkeys::has_any(&counting, account).await? {
        return Err(Failure::from(&PASSKEY_REQUIRED));
    }
    let phone = phone_of(&counting, platform, account).await?;
    let verdict = try_code(&counting, platform, &phone, &code, purpose, now).await?;
    counting.commit().await?;
    verdict.map_err(|error| Problem::from(error).into())
}

/// For what a code or a question is good, as it is stored: this step, and never a sign-in.
fn purpose(step: Step) -> String {
    format!("step:{}", step.as_str())
}

async fn phone_of(db: &impl ConnectionTrait, platform: &Platform, account: ResidentId) -> Result<Phone, Failure> {
    let phone = store::phone_of(db, platform, account).await?;
    phone.ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}
