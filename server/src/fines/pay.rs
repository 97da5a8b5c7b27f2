//! `POST /decisions/{id}/payments`: makes an order, or enters the open one again.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::USER_AGENT,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::Value;
use shared::{
    fines::{
        attempt::{Channel, PaymentStatus, Source},
        rules::{Quote, quote, still_payable},
        wire::{
            CHANNEL_WRONG, PAYMENT_CONFIRMING, PAYMENT_UNAVAILABLE, Payment, PaymentRequest, SNAPSHOT_USER,
            WECHAT_USER_REQUIRED,
        },
    },
    ids::DecisionId,
    money::Fen,
    problem::{self, Problem},
    time::Instant,
    wechat::is_inside_wechat,
};
use uuid::Uuid;

use super::{
    entity::{decision, payment, wechat_payer},
    hand_out::hand_out,
    history,
    payments::{ARRIVES_WITHIN, ask},
    service::Fines,
    store,
    tasks::Did,
    wechat::{CallError, Client, Closed, Order},
};
use crate::{
    identity::Resident,
    platform::{
        Platform, db,
        idempotency::Once,
        official_account::{Openid, UserError},
    },
    problem::Failure,
};

/// How often a rival order is cleared away before the payer is asked to wait.
const ROUNDS: usize = 3;
/// A payment that nobody answered for is asked about after this long.
const FIRST_QUESTION: chrono::TimeDelta = chrono::TimeDelta::seconds(15);

/// Pays a decision: its whole amount, into the treasury's collection account.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = DecisionId, Path, description = "The decision.")),
    request_body = PaymentRequest,
    responses((status = 201, body = Payment), crate::problem::Refusals),
)]
#[post("/decisions/{id}/payments")]
#[allow(clippy::too_many_arguments, reason = "they are what the request consists of")]
pub async fn pay_decision(
    request: HttpRequest,
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    fines: Data<Fines>,
    id: Path<DecisionId>,
    body: Json<PaymentRequest>,
) -> Result<HttpResponse, Failure> {
    let agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    if body.channel == Channel::H5 && is_inside_wechat(agent) {
        return Err(Failure::from(&CHANNEL_WRONG));
    }
    store::visible_decision(platform.db.reader(), &resident, *id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let client = fines.wechat().await?;
    let openid = match body.channel {
        Channel::Jsapi => Some(payer(&platform, &resident, *id, body.wechat_code.as_deref()).await?),
        Channel::H5 | Channel::Native => None,
    };
    let client_ip = request
        .connection_info()
        .realip_remote_addr()
        .unwrap_or("127.0.0.1")
        .to_owned();
    let wish = Wish {
        decision: *id,
        channel: body.channel,
        openid,
        client_ip,
    };
    for _ in 0..ROUNDS {
        match begin(&platform, client, &resident, &wish).await? {
            Begun::Ready(row) => return hand_out(&platform, client, &once, *row).await,
            Begun::Rival(row) => clear_away(&platform, client, &row).await?,
            Begun::Again => {}
        }
    }
    Err(Failure::from(&PAYMENT_CONFIRMING))
}

/// What a payer wants.
struct Wish {
    decision: DecisionId,
    channel: Channel,
    openid: Option<String>,
    client_ip: String,
}

enum Begun {
    /// This order can be handed out.
    Ready(Box<payment::Model>),
    /// Another order stands in its way.
    Rival(Box<payment::Model>),
    /// Somebody was faster; look again.
    Again,
}

/// Finds the open order, or commits a new one before WeChat Pay hears of it.
async fn begin(platform: &Platform, client: &Client, resident: &Resident, wish: &Wish) -> Result<Begun, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    store::lock_decision(&transaction, wish.decision).await?;
    let row = store::visible_decision(&transaction, resident, wish.decision)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let offer = quote(store::decision_of(&row)?, now).map_err(Problem::from)?;
    if store::has_exception(&transaction, row.id).await? {
        return Err(Failure::from(&PAYMENT_CONFIRMING));
    }
    if let Some(open) = store::open_payment(&transaction, row.id).await? {
        let same = is_same(platform, resident, wish, &offer, &open, now)?;
        return Ok(if same {
            Begun::Ready(Box::new(open))
        } else {
            Begun::Rival(Box::new(open))
        });
    }
    let made = make(platform, client, resident, wish, &row, &offer, now)?;
    match payment::Entity::insert(payment::ActiveModel::from(made.clone()))
        .exec_without_returning(&transaction)
        .await
    {
        Ok(_) => {}
        Err(error) if db::is_duplicate(&error) => return Ok(Begun::Again),
        Err(error) => return Err(error.into()),
    }
    transaction.commit().await?;
    Ok(Begun::Ready(Box::new(made)))
}

/// Whether an open order is the one that this payer wants, so that it is entered again and no other is made.
fn is_same(
    platform: &Platform,
    resident: &Resident,
    wish: &Wish,
    offer: &Quote,
    open: &payment::Model,
    now: Instant,
) -> Result<bool, Failure> {
    let request = platform.keys.open(store::REQUEST, open.id, &open.request)?;
    let request: Value = serde_json::from_str(&request).map_err(anyhow::Error::from)?;
    let openid = request.pointer("/payer/openid").and_then(Value::as_str);
    Ok(open.resident_id == resident.id.0
        && open.channel == wish.channel.as_str()
        && open.amount_fen == offer.amount.0
        && open.quoted_on == offer.day
        && openid == wish.openid.as_deref()
        && still_payable(open.expires_at, now))
}

fn make(
    platform: &Platform,
    client: &Client,
    resident: &Resident,
    wish: &Wish,
    decision: &decision::Model,
    offer: &Quote,
    now: Instant,
) -> Result<payment::Model, Failure> {
    let id = Uuid::now_v7();
    let out_trade_no = id.simple().to_string();
    let order = Order {
        channel: wish.channel,
        out_trade_no: out_trade_no.clone(),
        description: format!("交通罚款 {}", decision.decision_no),
        amount: Fen(offer.amount.0),
        expires_at: offer.expires_at,
        openid: wish.openid.clone(),
        client_ip: wish.client_ip.clone(),
        notify_url: notify_url(platform),
        public_url: platform.config.public_url.clone(),
    };
    let request = order.request(client)?;
    Ok(payment::Model {
        id,
        decision_id: decision.id,
        resident_id: resident.id.0,
        channel: wish.channel.as_str().to_owned(),
        out_trade_no,
        amount_fen: offer.amount.0,
        quoted_on: offer.day,
        expires_at: offer.expires_at,
        status: PaymentStatus::Preparing.as_str().to_owned(),
        request: platform.keys.seal(store::REQUEST, id, &request)?,
        prepay_id: None,
        url: None,
        ask_at: Some(now + FIRST_QUESTION),
        asked: 0,
        claimed_at: None,
        transaction_id: None,
        paid_at: None,
        source: None,
        settled_on: None,
        booked_at: None,
        created_at: now,
    })
}

/// Where WeChat Pay notifies.
pub fn notify_url(platform: &Platform) -> String {
    format!("{}{}/wechat-pay/notify", platform.config.public_url, shared::API)
}

/// The payer inside WeChat: by the code of an authorisation, or known from an earlier one.
async fn payer(
    platform: &Platform,
    resident: &Resident,
    decision: DecisionId,
    code: Option<&str>,
) -> Result<String, Failure> {
    let Some(code) = code else {
        let known = wechat_payer::Entity::find_by_id(resident.id.0)
            .one(platform.db.reader())
            .await?;
        return match known {
            Some(known) => Ok(platform.keys.open(store::OPENID, resident.id.0, &known.openid)?),
            None => Err(who_pays(platform, decision).await),
        };
    };
    let openid = match platform.official_account.openid_of(code).await {
        Ok(openid) => openid,
        Err(UserError::Code) => return Err(who_pays(platform, decision).await),
        Err(UserError::Snapshot) => return Err(Failure::from(&SNAPSHOT_USER)),
        Err(UserError::Silent) => return Err(Failure::from(&PAYMENT_UNAVAILABLE)),
    };
    let transaction = platform.db.begin().await?;
    remember_payer(&transaction, platform, resident.id.0, &openid).await?;
    transaction.commit().await?;
    Ok(openid.expose().to_owned())
}

/// WeChat has to say who pays; it comes back to the decision's page with a code. The page adds a `state` of its own.
async fn who_pays(platform: &Platform, decision: DecisionId) -> Failure {
    let back = format!("{}/fines/{decision}", platform.config.public_url);
    match platform.official_account.authorize_url(&back, None).await {
        Ok(url) => Problem::new(&WECHAT_USER_REQUIRED).with("authorize_url", url).into(),
        Err(_silent) => Failure::from(&PAYMENT_UNAVAILABLE),
    }
}

/// Remembers who a resident is inside WeChat.
pub async fn remember_payer(
    db: &impl sea_orm::ConnectionTrait,
    platform: &Platform,
    resident: Uuid,
    openid: &Openid,
) -> Result<(), Failure> {
    let row = wechat_payer::ActiveModel {
        resident_id: Set(resident),
        openid: Set(platform.keys.seal(store::OPENID, resident, openid.expose())?),
        since: Set(platform.clock.now()),
    };
    let mut newest_wins = sea_orm::sea_query::OnConflict::column(wechat_payer::Column::ResidentId);
    newest_wins.update_columns([wechat_payer::Column::Openid, wechat_payer::Column::Since]);
    wechat_payer::Entity::insert(row)
        .on_conflict(newest_wins)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Closes an order that stands in the way of another. One that was paid meanwhile settles the decision.
async fn clear_away(platform: &Platform, client: &Client, row: &payment::Model) -> Result<(), Failure> {
    // Of an order to which nobody answered, WeChat is asked first: only what it knows to be unpaid is closed.
    if row.status != PaymentStatus::AwaitingPayment.as_str() && !ask(platform, client, row, Source::Query).await? {
        return Err(Failure::from(&PAYMENT_CONFIRMING));
    }
    let closed = client.close(&row.out_trade_no).await;
    let outcome = match &closed {
        Ok(Closed::Yes) => "closed".to_owned(),
        Ok(Closed::Paid) => "paid before".to_owned(),
        Err(error) => error.to_string(),
    };
    history::note_alone(platform, row.id, "close", &outcome).await?;
    match closed {
        Ok(Closed::Yes) => {
            let transaction = platform.db.begin().await?;
            store::move_payment(&transaction, row.id, &PaymentStatus::OPEN, PaymentStatus::Closed).await?;
            transaction.commit().await?;
            Ok(())
        }
        Ok(Closed::Paid) => ask(platform, client, row, Source::Query).await.map(drop),
        Err(CallError::Skew(_)) => Err(Failure::from(&PAYMENT_UNAVAILABLE)),
        Err(_unknown) => Err(Failure::from(&PAYMENT_CONFIRMING)),
    }
}

/// Closes an order that must not be paid any more; a task of the outbox.
pub async fn close_order(platform: &Platform, fines: &Fines, id: Uuid) -> Result<Did, Failure> {
    let Some(row) = payment::Entity::find_by_id(id).one(platform.db.reader()).await? else {
        return Ok(Did::Done);
    };
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    if !status.is_open() {
        return Ok(Did::Done);
    }
    // An order that is being made is perhaps still on its way to WeChat, which would make it after it was closed.
    if status != PaymentStatus::AwaitingPayment && platform.clock.now() - row.created_at < ARRIVES_WITHIN {
        return Ok(Did::Wait(ARRIVES_WITHIN));
    }
    match clear_away(platform, fines.wechat().await?, &row).await {
        Ok(()) => Ok(Did::Done),
        Err(Failure::Rejected(problem)) => Ok(Did::Retry(problem.kind)),
        Err(failure) => Err(failure),
    }
}
