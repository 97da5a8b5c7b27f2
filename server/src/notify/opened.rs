//! A claimed message, opened for sending: what it says, to which phone, and whether it goes to WeChat.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use sea_orm::{DatabaseTransaction, DbErr};
use shared::{
    identity::rules::Phone,
    ids::ResidentId,
    notify::{
        rules::Template,
        way::{Linked, Way},
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    enqueue::RECIPIENT,
    entity::message,
    provider::Provider,
    store,
    templates::Filed,
    workers::{Task, Work, claim_of, index_of},
};
use crate::{
    identity::{self, WechatContact},
    platform::{Platform, keys::CannotOpen, official_account::Openid},
    problem::Failure,
};

/// A message that is opened for sending.
pub struct Opened {
    /// Its row.
    pub row: message::Model,
    /// What it says.
    pub template: Template,
    /// The phone of whoever it is for.
    pub phone: Phone,
    /// The phone's keyed index.
    pub phone_index: Vec<u8>,
    way: Way,
}

impl Opened {
    /// Opens what is sealed, or tells why it cannot be opened; then trying again would not help.
    pub async fn open(
        platform: &Platform,
        db: &DatabaseTransaction,
        row: message::Model,
    ) -> Result<Result<Self, &'static str>, Failure> {
        let Ok(template) = Template::from_str(&row.template) else {
            return Ok(Err("template-unknown"));
        };
        let Ok(way) = Way::from_str(&row.way) else {
            return Ok(Err("way-unknown"));
        };
        let phone = match (&row.recipient, row.resident_id) {
            (Some(sealed), _) => match platform.keys.open(RECIPIENT, row.id, sealed) {
                Ok(phone) => phone.parse().ok(),
                Err(CannotOpen) => None,
            },
            (None, Some(resident)) => match identity::phone_of(db, platform, ResidentId(resident)).await {
                Ok(phone) => phone,
                Err(Failure::Fault(error)) if error.is::<CannotOpen>() => None,
                Err(failure) => return Err(failure),
            },
            (None, None) => None,
        };
        let Some(phone) = phone else { return Ok(Err("no-phone")) };
        let phone_index = index_of(platform, &phone);
        Ok(Ok(Self {
            row,
            template,
            phone,
            phone_index,
            way,
        }))
    }

    /// The recipient in WeChat, if the message goes there and is filed there.
    pub fn in_wechat(&self, linked: &HashMap<Uuid, WechatContact>, filed: Option<&Filed>) -> Option<Openid> {
        let contact = linked.get(&self.row.resident_id?)?;
        let state = if contact.notices {
            Linked::ForNotices
        } else {
            Linked::ForSigningIn
        };
        let goes = self.way.leads_to_wechat(self.template.class(), state) && filed?.wechat.is_some();
        goes.then(|| contact.openid.clone())
    }

    /// Whether the recipient is to be spared a text: by the phone's wish, or because WeChat was to be the only way.
    pub fn wants_no_text(&self, declined: &HashSet<Vec<u8>>) -> bool {
        self.template.class().can_be_declined() && (declined.contains(&self.phone_index) || !self.way.falls_back())
    }

    /// The client's page about the message.
    pub fn page(&self) -> String {
        let case = self
            .row
            .subject
            .as_deref()
            .and_then(|subject| subject.strip_prefix("case/"));
        case.map_or_else(
            || self.template.topic().page().to_owned(),
            |case| format!("/cases/{case}"),
        )
    }

    /// The work that sending it is, or asking for it.
    pub fn into_work(
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
            way: self.way,
            wanted_at: self.row.wanted_at,
            expires_at: self.row.expires_at,
            attempts: u32::try_from(self.row.attempts).unwrap_or(0),
        }
    }
}

/// The phones that want no notices, of those to which one would go.
pub async fn declined(db: &DatabaseTransaction, opened: &[Opened]) -> Result<HashSet<Vec<u8>>, DbErr> {
    let asked: HashSet<_> = opened
        .iter()
        .filter(|message| message.template.class().can_be_declined())
        .map(|message| message.phone_index.clone())
        .collect();
    let declined = store::opted_out(db, asked.into_iter().collect()).await?;
    Ok(declined.into_iter().collect())
}

/// The WeChat links of recipients, as far as their messages could go there.
pub async fn linked(
    db: &DatabaseTransaction,
    platform: &Platform,
    opened: &[Opened],
) -> Result<HashMap<Uuid, WechatContact>, Failure> {
    let could = |message: &&Opened| {
        message
            .way
            .leads_to_wechat(message.template.class(), Linked::ForNotices)
    };
    let residents: HashSet<Uuid> = opened
        .iter()
        .filter(could)
        .filter_map(|message| message.row.resident_id)
        .collect();
    if residents.is_empty() {
        return Ok(HashMap::new());
    }
    identity::wechat_contacts(db, platform, residents).await
}
