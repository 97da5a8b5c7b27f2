//! `POST /auth/sessions`: signs a resident in by phone and code.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    post,
    web::{Data, Json},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};
use serde_json::json;
use shared::{
    identity::{
        privacy,
        rules::{CODE_TRIES, CodeChallenge, CodeError, LoginCode, Phone},
        wire::{CODE_WRONG, CodePurpose, Session, SessionRequest},
    },
    ids::ResidentId,
    problem::Problem,
    time::Instant,
};

use super::{
    account_news::{AccountNews, AccountTexts},
    cookies,
    entity::login_code,
    request_code::code_hash,
    sessions::{Sessions, SubjectKind},
    store, wechat,
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Actor,
    },
    problem::{Failure, invalid_field, language_of},
};

/// Signs in with the code from the text message; a new phone becomes a new account. Inside WeChat, the WeChat is linked to it.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = SessionRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/sessions")]
pub async fn sign_in(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    texts: Data<AccountTexts>,
    body: Json<SessionRequest>,
) -> Result<HttpResponse, Failure> {
    let phone: Phone = body.phone.parse().map_err(|error| invalid_field("phone", error))?;
    let code: LoginCode = body
        .code
        .parse()
        .map_err(|()| Failure::from(Problem::new(&CODE_WRONG).on_field("code")))?;
    let now = platform.clock.now();

    // A wrong try is committed as well: it must count even when the sign-in fails.
    let counting = platform.db.begin().await?;
    let verdict = try_code(&counting, &platform, &phone, &code, CodePurpose::Login.as_str(), now).await?;
    counting.commit().await?;
    verdict.map_err(Problem::from)?;

    let transaction = platform.db.begin().await?;
    let account =
        store::find_or_add_resident(&transaction, &platform, &phone, language_of(request.headers()), now).await?;
    let account = ResidentId(account.id);
    if let Some(state) = &body.wechat_state
        && wechat::link(&transaction, &platform, &request, account, state, now).await?
    {
        texts.0(
            &transaction,
            &platform,
            now,
            AccountNews::WechatLinked { resident: account },
        )
        .await?;
    }
    begin(&request, &platform, &sessions, transaction, account, "code", now).await
}

/// Begins the session of a resident who has proven to be the one, and commits. `by` is what the proof was.
pub(super) async fn begin(
    request: &HttpRequest,
    platform: &Platform,
    sessions: &Sessions,
    transaction: DatabaseTransaction,
    account: ResidentId,
    by: &'static str,
    now: Instant,
) -> Result<HttpResponse, Failure> {
    let kind = SubjectKind::Resident;
    let (session, begun) = sessions
        .begin(&transaction, platform, kind, account.0, client_of(request), now)
        .await?;
    let deed = Deed {
        actor: Some(Actor::resident(account)),
        action: "session.begin",
        subject_kind: "session",
        subject_id: Some(session.0),
        reason: None,
        detail: json!({ "by": by }),
    };
    audit::record(&transaction, now, deed).await?;
    let resident = store::resident_view(&transaction, platform, account).await?;
    transaction.commit().await?;
    platform.bus.publish(Event::Message);

    let mut response = HttpResponse::Created();
    cookies::set(&mut response, &platform.config, kind, &begun);
    Ok(response.json(Session {
        access_token: begun.access_token,
        refresh_token: begun.refresh_token,
        expires_at: begun.expires_at,
        resident,
        staff: None,
        device: None,
    }))
}

/// On what a request was made, as far as the account's owner needs to know it again.
pub(super) fn client_of(request: &HttpRequest) -> Option<String> {
    let named = request.headers().get(header::USER_AGENT)?.to_str().ok()?;
    privacy::client_label(named)
}

/// Counts a try, guarded in the write, and judges it; the right code is used up.
pub(super) async fn try_code(
    db: &impl ConnectionTrait,
    platform: &Platform,
    phone: &Phone,
    code: &LoginCode,
    purpose: &str,
    now: Instant,
) -> Result<Result<(), CodeError>, Failure> {
    let id = (store::code_index(platform, phone), purpose.to_owned());
    let tries = i32::try_from(CODE_TRIES).unwrap_or(i32::MAX);
    let counted = login_code::Entity::update_many()
        .col_expr(login_code::Column::Tries, Expr::col(login_code::Column::Tries).add(1))
        .filter(login_code::Column::PhoneIndex.eq(id.0.clone()))
        .filter(login_code::Column::Purpose.eq(id.1.clone()))
        .filter(login_code::Column::Tries.lt(tries))
        .exec(db)
        .await?;
    let Some(row) = login_code::Entity::find_by_id(id.clone()).one(db).await? else {
        return Ok(Err(CodeError::Expired));
    };
    let before = if counted.rows_affected == 0 {
        row.tries
    } else {
        row.tries - 1
    };
    let challenge = CodeChallenge {
        issued_at: row.issued_at,
        tries: u32::try_from(before).unwrap_or(0),
    };
    let matches = verify_slices_are_equal(&code_hash(platform, phone, purpose, code), &row.code_hash).is_ok();
    let verdict = challenge.judge(matches, now);
    if verdict.is_ok() {
        login_code::Entity::delete_by_id(id).exec(db).await?;
    }
    Ok(verdict)
}
