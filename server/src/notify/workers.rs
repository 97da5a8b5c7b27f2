//! What the workers of an instance share, and how they take work.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use shared::{
    identity::rules::Phone,
    notify::{rules::Class, way::Way},
    time::Instant,
};
use tracing::error;
use uuid::Uuid;

use super::{
    accounts::Accounts,
    aliyun::Aliyun,
    balance::Balance,
    claim::{Lane, claim, is_any_due},
    cmpp::Cmpp,
    enqueue::VARIABLES,
    entity::{message, status},
    opened::{self, Opened},
    provider::{self, Gateway, Letter, Provider, Question},
    store::{self, Claim},
    templates::Templates,
    tencent::Tencent,
    wechat::Wechat,
};
use crate::{
    platform::{Platform, official_account::Openid},
    problem::Failure,
};

/// A lease outlasts any call, and a worker that died holds its messages no longer than this.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// A template that has not been imported may be in a while.
const UNFILED_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// What the workers of an instance share.
pub struct Workers {
    pub(super) platform: Platform,
    gateways: Vec<Box<dyn Gateway>>,
    /// The way to those who chose WeChat.
    wechat: Option<Box<dyn Gateway>>,
    balance: Mutex<Balance>,
    templates: RwLock<Option<Arc<Templates>>>,
}

/// One thing to do with a provider.
pub enum Task {
    /// Send the text.
    Send(Box<Letter>),
    /// Ask what became of it.
    Ask(Question),
}

/// A message in a worker's hands.
pub struct Work {
    /// The right to decide about it.
    pub claim: Claim,
    /// Until when the right holds.
    pub leased_until: Instant,
    /// The attempt that is being made, or asked for.
    pub attempt: Uuid,
    /// At which provider.
    pub provider: Provider,
    /// When the attempt began.
    pub started_at: Instant,
    /// What to do.
    pub task: Task,
    /// Why the text is sent.
    pub class: Class,
    /// By what it was to go.
    pub way: Way,
    /// When it was wanted.
    pub wanted_at: Instant,
    /// When it is no longer.
    pub expires_at: Instant,
    /// Attempts that came to nothing before.
    pub attempts: u32,
}

impl Workers {
    /// Workers with these accounts.
    pub fn new(platform: Platform, accounts: Accounts) -> anyhow::Result<Self> {
        let http = provider::client(platform.config.sandbox_url.is_none())?;
        let mut gateways: Vec<Box<dyn Gateway>> = Vec::new();
        if let Some(account) = accounts.aliyun {
            gateways.push(Box::new(Aliyun::new(account, http.clone())?));
        }
        if let Some(account) = accounts.tencent {
            gateways.push(Box::new(Tencent::new(account, http)?));
        }
        if let Some(account) = accounts.cmpp {
            gateways.push(Box::new(Cmpp::new(account, platform.clone())));
        }
        if let Some(wechat) = Wechat::of(&platform) {
            gateways.push(Box::new(wechat));
        }
        Ok(Self::with(platform, gateways))
    }

    /// Workers with these ways to providers.
    pub fn with(platform: Platform, gateways: Vec<Box<dyn Gateway>>) -> Self {
        let (wechat, gateways): (Vec<_>, Vec<_>) = gateways
            .into_iter()
            .partition(|gateway| gateway.provider() == Provider::Wechat);
        let balance = Balance::new(gateways.iter().map(|gateway| (gateway.provider(), gateway.weight())));
        Self {
            platform,
            gateways,
            wechat: wechat.into_iter().next(),
            balance: Mutex::new(balance),
            templates: RwLock::new(None),
        }
    }

    /// Whether there is any provider.
    pub fn can_send(&self) -> bool {
        !self.gateways.is_empty()
    }

    pub(super) fn gateway(&self, provider: Provider) -> Option<&dyn Gateway> {
        self.gateways
            .iter()
            .chain(&self.wechat)
            .map(AsRef::as_ref)
            .find(|gateway| gateway.provider() == provider)
    }

    pub(super) fn balance(&self) -> MutexGuard<'_, Balance> {
        self.balance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any number, for drawing a provider and for jitter.
    pub(super) fn draw(&self) -> u32 {
        let mut bytes = [0; 4];
        // Without randomness the draw is always the same one, which is poor and not wrong.
        let _given = self.platform.keys.fill_random(&mut bytes);
        u32::from_be_bytes(bytes)
    }

    /// Forgets the templates, because they may have been imported anew.
    pub fn forget_templates(&self) {
        *self.templates.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn templates(&self) -> anyhow::Result<Arc<Templates>> {
        let known = self.templates.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(templates) = known {
            return Ok(templates);
        }
        let templates = Arc::new(Templates::load(self.platform.db.reader()).await?);
        *self.templates.write().unwrap_or_else(PoisonError::into_inner) = Some(templates.clone());
        Ok(templates)
    }

    /// Claims due messages and begins their attempts, in one transaction; when it is committed, the calls may be made.
    pub async fn take(&self, lane: Lane, room: usize) -> Result<Vec<Work>, Failure> {
        let now = self.platform.clock.now();
        if !is_any_due(self.platform.db.reader(), lane, now).await? {
            return Ok(Vec::new());
        }
        let templates = self.templates().await?;
        let transaction = self.platform.db.begin().await?;
        let until = now + LEASE;
        let claimed = claim(&transaction, lane, room as u64, now, until).await?;
        let mut open: HashMap<Uuid, _> = store::open_attempts(&transaction, claimed.iter().map(|row| row.id))
            .await?
            .into_iter()
            .map(|attempt| (attempt.message_id, attempt))
            .collect();
        let mut opened = Vec::with_capacity(claimed.len());
        for row in claimed {
            let claim = claim_of(&row);
            match Opened::open(&self.platform, &transaction, row).await? {
                Ok(message) => opened.push(message),
                Err(why) => end(&transaction, claim, status::DEAD, Some(why)).await?,
            }
        }
        let declined = opened::declined(&transaction, &opened).await?;
        let linked = match self.wechat {
            Some(_) => opened::linked(&transaction, &self.platform, &opened).await?,
            None => HashMap::new(),
        };

        let (mut work, mut rows) = (Vec::new(), Vec::new());
        for message in opened {
            let claim = claim_of(&message.row);
            let filed = templates.get(message.template.key());
            let openid = message.in_wechat(&linked, filed);
            let last = message.row.provider.as_deref().and_then(|name| name.parse().ok());
            if let Some(attempt) = open.remove(&message.row.id) {
                let Ok(provider) = attempt.provider.parse() else {
                    continue;
                };
                let question = Question {
                    reference: attempt.id,
                    phone: message.phone.clone(),
                    started_at: attempt.started_at,
                };
                let (id, at) = (attempt.id, attempt.started_at);
                work.push(message.into_work(until, id, provider, at, Task::Ask(question)));
            } else if message.row.expires_at <= now {
                let why = message.row.failure.clone();
                end(&transaction, claim, end_of(message.template.class()), why.as_deref()).await?;
            } else if openid.is_none() && message.wants_no_text(&declined) {
                end(&transaction, claim, status::DECLINED, None).await?;
            } else if let Some(filed) = filed
                && let Some(provider) = self.provider_for(openid.as_ref(), last, now)
            {
                let Ok(values) = self.values(&message.row) else {
                    end(&transaction, claim, status::DEAD, Some("variables-unreadable")).await?;
                    continue;
                };
                let reference = Uuid::now_v7();
                rows.push(store::attempt_row(
                    reference,
                    message.row.id,
                    provider,
                    message.phone_index.clone(),
                    now,
                ));
                let letter = Letter {
                    reference,
                    message: message.row.id,
                    phone: message.phone.clone(),
                    openid,
                    page: message.page(),
                    filed: filed.clone(),
                    values,
                };
                work.push(message.into_work(until, reference, provider, now, Task::Send(Box::new(letter))));
            } else {
                error!(
                    template = message.template.key(),
                    "a text cannot be sent: its template has not been imported"
                );
                self.forget_templates();
                store::postpone(&transaction, claim, now + UNFILED_PAUSE, None, false, Some("not-filed")).await?;
            }
        }
        store::begin_attempts(&transaction, rows).await?;
        transaction.commit().await?;
        Ok(work)
    }

    /// WeChat for a recipient there, and for others a provider of texts.
    fn provider_for(&self, openid: Option<&Openid>, last: Option<Provider>, now: Instant) -> Option<Provider> {
        if openid.is_some() {
            return Some(Provider::Wechat);
        }
        let draw = self.draw();
        self.balance().choose(now, last, draw)
    }

    fn values(&self, row: &message::Model) -> anyhow::Result<BTreeMap<String, String>> {
        values(&self.platform, row)
    }
}

/// The claim that a claimed row stands for.
pub fn claim_of(row: &message::Model) -> Claim {
    Claim {
        message: row.id,
        fence: row.fence,
    }
}

/// The keyed index of a phone.
pub fn index_of(platform: &Platform, phone: &Phone) -> Vec<u8> {
    platform.keys.blind_index("phone", phone.expose())
}

/// The variables of a message.
pub fn values(platform: &Platform, row: &message::Model) -> anyhow::Result<BTreeMap<String, String>> {
    let values = platform.keys.open(VARIABLES, row.id, &row.variables)?;
    Ok(serde_json::from_str(&values)?)
}

/// How a message ends whose time has passed: what the law wants told is not dropped in silence.
pub fn end_of(class: Class) -> &'static str {
    match class {
        Class::Statutory => status::DEAD,
        Class::Code | Class::Security | Class::Notice => status::EXPIRED,
    }
}

/// Ends a message and counts it.
pub async fn end(
    db: &impl ConnectionTrait,
    claim: Claim,
    status: &'static str,
    why: Option<&str>,
) -> Result<(), sea_orm::DbErr> {
    if store::end(db, claim, status, why).await? {
        metrics::counter!("bianmin_texts_ended_total", "status" => status).increment(1);
        if status == status::DEAD {
            error!(message = %claim.message, why, "a text is a dead letter: somebody has to look at it");
        }
    }
    Ok(())
}
