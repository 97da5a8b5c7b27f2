//! Reading what a scanner was shown: the token, its slip and who holds it, or why nothing is handed over.

use sea_orm::{ConnectionTrait, EntityTrait};
use shared::{
    identity::rules::{IdNumber, PersonName},
    language::Language,
    problem::{self, Problem},
    slips::{
        code::TRIES,
        problems::{SLIP_REDEEMED, SLIP_STATE, SLIP_WRONG_SITE},
        proof::Shown,
        rules::{RevokedFor, SlipStatus},
        token::{Claims, NotHere},
    },
    time::{Instant, wire_time},
};
use uuid::Uuid;

use super::{
    entity::{proxy, slip, token},
    service::Slips,
    store, tokens,
    view::{redemption_view, site},
};
use crate::{identity, problem::Failure};

/// A token that may be redeemed at a site, as far as it depends on the token.
pub struct Scanned {
    /// What the token states.
    pub claims: Claims,
    /// The index of the token.
    pub index: Vec<u8>,
    /// The slip.
    pub slip: slip::Model,
    /// The proxy, while there is one.
    pub proxy: Option<proxy::Model>,
}

/// Who holds a slip: the owner, or the proxy.
pub struct Holder {
    /// The name.
    pub name: PersonName,
    /// The ID number.
    pub id_number: IdNumber,
    /// The owner's masked name, when a proxy holds it.
    pub on_behalf_of: Option<String>,
}

/// Finds the slip of a trusted token, and refuses it where it cannot be redeemed here and now.
pub async fn scan(
    slips: &Slips,
    db: &impl ConnectionTrait,
    claims: Claims,
    hall: Uuid,
    now: Instant,
    language: Language,
) -> Result<Scanned, Failure> {
    let index = tokens::index_of(&slips.platform.keys, claims.id);
    let token = token::Entity::find_by_id(index.clone())
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let slip = store::slip(db, token.slip_id.into()).await?;
    let status = slip.status()?;
    if status == SlipStatus::Collected {
        return Err(already_redeemed(slips, db, &slip, language).await?);
    }
    if slip.hall_id != hall {
        let right = site(slips, slip.hall_id, language);
        let problem = Problem::new(&SLIP_WRONG_SITE).with("site", right.name);
        return Err(problem.with("address", right.address).into());
    }
    if let Some(reason) = &token.revoked_for {
        let reason: RevokedFor = reason.parse().map_err(anyhow::Error::from)?;
        return Err(Problem::from(reason).into());
    }
    match claims.accepted_at(claims.site, now) {
        Ok(()) | Err(NotHere::Site) => {}
        Err(error) => return Err(Problem::from(error).into()),
    }
    if status != SlipStatus::Ready || slip.serial != token.serial {
        return Err(Problem::new(&SLIP_STATE).with("status", status.as_str()).into());
    }
    let proxy = store::proxy_of(db, slip.id).await?;
    Ok(Scanned {
        claims,
        index,
        slip,
        proxy,
    })
}

impl Scanned {
    /// What decides what the clerk asks for.
    pub fn shown(&self) -> Shown {
        Shown {
            kind: self.claims.kind,
            medium: self.claims.medium,
            by_proxy: self.proxy.is_some(),
            locked: self.slip.wrong_codes >= TRIES,
        }
    }

    /// Who holds the slip.
    pub async fn holder(&self, slips: &Slips, db: &impl ConnectionTrait) -> Result<Holder, Failure> {
        holder(slips, db, &self.slip, self.proxy.as_ref()).await
    }
}

/// Who holds a slip with this proxy.
pub async fn holder(
    slips: &Slips,
    db: &impl ConnectionTrait,
    slip: &slip::Model,
    proxy: Option<&proxy::Model>,
) -> Result<Holder, Failure> {
    let owner = identity::person(db, &slips.platform, slip.person_id.into())
        .await?
        .ok_or_else(|| anyhow::anyhow!("a slip has no owner"))?;
    let keys = &slips.platform.keys;
    Ok(match proxy {
        None => Holder {
            name: owner.name,
            id_number: owner.id_number,
            on_behalf_of: None,
        },
        Some(proxy) => Holder {
            name: proxy.opened_name(keys)?,
            id_number: proxy.opened_number(keys)?,
            on_behalf_of: Some(owner.name.masked()),
        },
    })
}

/// The refusal of a slip that was redeemed: when, where, at which counter or compartment and by whom.
pub async fn already_redeemed(
    slips: &Slips,
    db: &impl ConnectionTrait,
    slip: &slip::Model,
    language: Language,
) -> Result<Failure, Failure> {
    let mut problem = Problem::new(&SLIP_REDEEMED);
    if let Some(row) = store::redemption_of(db, slip.id).await? {
        let told = redemption_view(slips, &row, language);
        problem = problem
            .with("at", wire_time::text(told.at))
            .with("site", told.site)
            .with("counter", told.counter)
            .with("compartment", told.compartment)
            .with("by_proxy", told.by_proxy);
    }
    Ok(problem.into())
}
