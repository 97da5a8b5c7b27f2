//! What is texted about slips.

use chrono::TimeDelta;
use shared::{
    identity::rules::Phone,
    ids::HallId,
    language::Language,
    notify::rules::{Template, shortened},
    time::{Instant, local},
};

use super::{entity::slip, service::Slips};
use crate::notify::{Message, Recipient};

/// A text about a slip to the one to whom the thing belongs; nothing when there is no account.
fn to_owner(
    slips: &Slips,
    row: &slip::Model,
    what: &str,
    template: Template,
    extra: &[(&str, &str)],
) -> Option<Message> {
    let resident = row.resident_id?;
    Some(message(
        slips,
        row,
        what,
        Recipient::Resident(resident.into()),
        template,
        extra,
    ))
}

fn message(
    slips: &Slips,
    row: &slip::Model,
    what: &str,
    to: Recipient,
    template: Template,
    extra: &[(&str, &str)],
) -> Message {
    let place = || {
        let site = slips.places.site(HallId(row.hall_id), Language::Chinese);
        shortened(&site.map(|site| site.name).unwrap_or_default())
    };
    let variables = template
        .variables()
        .iter()
        .map(|(name, _)| {
            let given = extra.iter().find(|(known, _)| known == name);
            let value = match (given, *name) {
                (Some((_, value)), _) => shortened(value),
                (None, "item") => shortened(&row.item_zh),
                (None, "place") => place(),
                // The last day on which it is kept, not the midnight that follows.
                (None, _) => row
                    .kept_until
                    .map(|until| {
                        local(until - TimeDelta::seconds(1))
                            .format("%Y年%-m月%-d日")
                            .to_string()
                    })
                    .unwrap_or_default(),
            };
            (*name, value)
        })
        .collect();
    Message {
        event: format!("slip/{}/{what}", row.id),
        to,
        template,
        variables,
        due_at: None,
    }
}

/// Something lies ready, or can be collected with a new slip.
pub fn ready(slips: &Slips, row: &slip::Model) -> Vec<Message> {
    row.kept_until
        .and_then(|_| to_owner(slips, row, &format!("issued-{}", row.serial), Template::SlipIssued, &[]))
        .into_iter()
        .collect()
}

/// The time for which something is kept ends soon.
pub fn expiring(slips: &Slips, row: &slip::Model) -> Vec<Message> {
    let what = format!("expiring-{}-{}", row.serial, row.reminders);
    to_owner(slips, row, &what, Template::SlipExpiring, &[])
        .into_iter()
        .collect()
}

/// Something was collected.
pub fn collected(slips: &Slips, row: &slip::Model, at: Instant) -> Vec<Message> {
    let time = local(at).format("%-m月%-d日 %H:%M").to_string();
    to_owner(slips, row, "redeemed", Template::SlipRedeemed, &[("time", &time)])
        .into_iter()
        .collect()
}

/// Somebody is to collect for another: both are told.
pub fn entrusted(slips: &Slips, row: &slip::Model, owner: &str, proxy: &str, phone: Phone) -> Vec<Message> {
    let what = format!("entrusted-{}", row.serial);
    let named = message(
        slips,
        row,
        &what,
        Recipient::Phone(phone),
        Template::SlipProxyNamed,
        &[("name", owner)],
    );
    to_owner(slips, row, &what, Template::SlipEntrusted, &[("name", proxy)])
        .into_iter()
        .chain([named])
        .collect()
}

/// Somebody no longer collects for another: the proxy is told, and the owner, whose slip counts again.
pub fn proxy_ended(slips: &Slips, row: &slip::Model, phone: Phone) -> Vec<Message> {
    let what = format!("proxy-ended-{}", row.serial);
    let to_proxy = message(
        slips,
        row,
        &what,
        Recipient::Phone(phone),
        Template::SlipProxyEnded,
        &[],
    );
    std::iter::once(to_proxy).chain(ready(slips, row)).collect()
}

/// A document is with the post.
pub fn mailed(slips: &Slips, row: &slip::Model, tracking: &str) -> Vec<Message> {
    to_owner(slips, row, "mailed", Template::SlipMailed, &[("tracking", tracking)])
        .into_iter()
        .collect()
}
