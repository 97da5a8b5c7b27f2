//! Slips as their owners and proxies see them.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::{
    ids::HallId,
    language::Language,
    slips::wire::{Mail, Proxy, Redemption, Site, Slip},
};
use uuid::Uuid;

use super::{
    entity::{proxy, redemption, slip},
    locker,
    sealed::{MAIL_ADDRESS, MAIL_RECIPIENT},
    service::Slips,
};
use crate::{identity, problem::Failure};

/// The first letters of an address that are shown.
const SHOWN_OF_ADDRESS: usize = 6;

/// The name of what is collected.
pub fn item(row: &slip::Model, language: Language) -> String {
    match language {
        Language::Chinese => row.item_zh.clone(),
        Language::English => row.item_en.clone(),
    }
}

/// A hall as a place to collect things; a hall that the catalogue no longer has keeps its id.
pub fn site(slips: &Slips, hall: Uuid, language: Language) -> Site {
    slips.places.site(HallId(hall), language).unwrap_or_else(|| Site {
        id: HallId(hall),
        name: String::new(),
        address: String::new(),
        phone: String::new(),
        hours: Vec::new(),
    })
}

/// A redemption as it is told.
pub fn redemption_view(slips: &Slips, row: &redemption::Model, language: Language) -> Redemption {
    Redemption {
        at: row.at,
        site: site(slips, row.hall_id, language).name,
        counter: row.counter_number,
        compartment: row.compartment,
        by_proxy: row.proxy_id.is_some(),
    }
}

/// One slip, and whether it is shown to its owner.
pub async fn view(
    slips: &Slips,
    db: &impl ConnectionTrait,
    row: slip::Model,
    to_owner: bool,
    language: Language,
) -> Result<Slip, Failure> {
    let mut views = views(slips, db, vec![(row, to_owner)], language).await?;
    views
        .pop()
        .ok_or_else(|| anyhow::anyhow!("one slip has one view").into())
}

/// Slips, each with whether it is shown to its owner.
pub async fn views(
    slips: &Slips,
    db: &impl ConnectionTrait,
    rows: Vec<(slip::Model, bool)>,
    language: Language,
) -> Result<Vec<Slip>, Failure> {
    let keys = &slips.platform.keys;
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let proxies: HashMap<Uuid, proxy::Model> = proxy::Entity::find()
        .filter(proxy::Column::SlipId.is_in(ids.iter().copied()))
        .filter(proxy::Column::EndedAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.slip_id, row))
        .collect();
    let redemptions: HashMap<Uuid, redemption::Model> = redemption::Entity::find()
        .filter(redemption::Column::SlipId.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.slip_id, row))
        .collect();
    let mut compartments = locker::compartments(db, ids).await?;
    let owners = rows.iter().map(|(row, _)| row.person_id.into());
    let owners = identity::persons_names(db, &slips.platform, owners).await?;
    let mut views = Vec::with_capacity(rows.len());
    for (row, to_owner) in rows {
        let proxy = match proxies.get(&row.id) {
            None => None,
            Some(proxy) => Some(Proxy {
                name: proxy.opened_name(keys)?.masked(),
                id_number: proxy.opened_number(keys)?.masked(),
                until: proxy.until,
            }),
        };
        views.push(Slip {
            id: row.id.into(),
            kind: row.kind()?,
            status: row.status()?,
            item: item(&row, language),
            reference: row.reference.clone(),
            owner: owners.get(&row.person_id.into()).cloned().unwrap_or_default(),
            as_proxy: !to_owner,
            site: site(slips, row.hall_id, language),
            collect_by: row.kept_until,
            serial: row.serial,
            compartment: compartments.remove(&row.id),
            proxy,
            mail: if to_owner { mail(slips, &row)? } else { None },
            redemption: redemptions
                .get(&row.id)
                .map(|redemption| redemption_view(slips, redemption, language)),
        });
    }
    Ok(views)
}

fn mail(slips: &Slips, row: &slip::Model) -> Result<Option<Mail>, Failure> {
    let (Some(recipient), Some(address)) = (&row.mail_recipient, &row.mail_address) else {
        return Ok(None);
    };
    let keys = &slips.platform.keys;
    let recipient = keys.open(MAIL_RECIPIENT, row.id, recipient)?;
    let address = keys.open(MAIL_ADDRESS, row.id, address)?;
    let recipient = recipient
        .parse::<shared::identity::rules::PersonName>()
        .map_or_else(|_| "*".to_owned(), |name| name.masked());
    Ok(Some(Mail {
        recipient,
        address: address.chars().take(SHOWN_OF_ADDRESS).chain("****".chars()).collect(),
        tracking: row.tracking.clone(),
    }))
}
