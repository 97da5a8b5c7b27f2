//! What the workers of an instance share, and how they take work.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shared::{
    identity::rules::Phone,
    ids::ResidentId,
    notify::rules::{Class, Template},
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
    enqueue::{RECIPIENT, VARIABLES},
    entity::{message, status},
    provider::{self, Gateway, Letter, Provider, Question},
    store::{self, Claim},
    templates::Templates,
    tencent::Tencent,
};
use crate::{
    identity,
    platform::{Platform, keys::CannotOpen},
    problem::Failure,
};

/// A lease outlasts any call by far, and a worker that died holds its messages no longer than this.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// A template that has not been imported may be in a while.
const UNFILED_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// What the workers of an instance share.
pub struct Workers {
    pub(super) platform: Platform,
    gateways: Vec<Box<dyn Gateway>>,
    balance: Mutex<Balance>,
    templates: RwLock<Option<Arc<Templates>>>,
}

/// One thing to do with a provider.
pub enum Task {
    /// Send the text.
    Send(Letter),
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
    /// When it was wanted.
    pub wanted_at: Instant,
    /// When it is no longer.
    pub expires_at: Instant,
    /// Attempts that came to nothing before.
    pub attempts: u32,
}

/// A message that is opened for sending.
struct Opened {
    row: message::Model,
    template: Template,
    phone: Phone,
    phone_index: Vec<u8>,
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
        Ok(Self::with(platform, gateways))
    }

    /// Workers with these ways to providers.
    pub fn with(platform: Platform, gateways: Vec<Box<dyn Gateway>>) -> Self {
        let balance = Balance::new(gateways.iter().map(|gateway| (gateway.provider(), gateway.weight())));
        Self {
            platform,
            gateways,
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
            match self.open(&transaction, row).await? {
                Ok(message) => opened.push(message),
                Err(why) => end(&transaction, claim, status::DEAD, Some(why)).await?,
            }
        }
        let declined = declined(&transaction, &opened).await?;

        let (mut work, mut rows) = (Vec::new(), Vec::new());
        for message in opened {
            let claim = claim_of(&message.row);
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
            } else if declined.contains(&message.phone_index) && message.template.class().can_be_declined() {
                end(&transaction, claim, status::DECLINED, None).await?;
            } else if let Some(filed) = templates.get(message.template.key())
                && let Some(provider) = self.choose(now, last)
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
                    phone: message.phone.clone(),
                    filed: filed.clone(),
                    values,
                };
                work.push(message.into_work(until, reference, provider, now, Task::Send(letter)));
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

    fn choose(&self, now: Instant, last: Option<Provider>) -> Option<Provider> {
        let draw = self.draw();
        self.balance().choose(now, last, draw)
    }

    /// Opens what is sealed, or tells why it cannot be opened; then trying again would not help.
    async fn open(
        &self,
        db: &DatabaseTransaction,
        row: message::Model,
    ) -> Result<Result<Opened, &'static str>, Failure> {
        let Ok(template) = Template::from_str(&row.template) else {
            return Ok(Err("template-unknown"));
        };
        let phone = match (&row.recipient, row.resident_id) {
            (Some(sealed), _) => match self.platform.keys.open(RECIPIENT, row.id, sealed) {
                Ok(phone) => phone.parse().ok(),
                Err(CannotOpen) => None,
            },
            (None, Some(resident)) => match identity::phone_of(db, &self.platform, ResidentId(resident)).await {
                Ok(phone) => phone,
                Err(Failure::Fault(error)) if error.is::<CannotOpen>() => None,
                Err(failure) => return Err(failure),
            },
            (None, None) => None,
        };
        let Some(phone) = phone else { return Ok(Err("no-phone")) };
        let phone_index = index_of(&self.platform, &phone);
        Ok(Ok(Opened {
            row,
            template,
            phone,
            phone_index,
        }))
    }

    fn values(&self, row: &message::Model) -> anyhow::Result<BTreeMap<String, String>> {
        values(&self.platform, row)
    }
}

impl Opened {
    fn into_work(
        self,
        leased_until: Instant,
        attempt: Uuid,
        provider: Provider,
        started_at: Instant,
        task: Task,
    ) -> Work {
        Work {
            claim: claim_of(&self.row),
            leased_until,
            attempt,
            provider,
            started_at,
            task,
            class: self.template.class(),
            wanted_at: self.row.wanted_at,
            expires_at: self.row.expires_at,
            attempts: u32::try_from(self.row.attempts).unwrap_or(0),
        }
    }
}

fn claim_of(row: &message::Model) -> Claim {
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
        Class::Code | Class::Notice => status::EXPIRED,
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

async fn declined(db: &impl ConnectionTrait, opened: &[Opened]) -> Result<HashSet<Vec<u8>>, sea_orm::DbErr> {
    let asked: HashSet<_> = opened
        .iter()
        .filter(|message| message.template.class().can_be_declined())
        .map(|message| message.phone_index.clone())
        .collect();
    Ok(store::opted_out(db, asked.into_iter().collect())
        .await?
        .into_iter()
        .collect())
}
