//! How texts go out: what waits, what each provider does, what nobody takes, and what is filed.

use shared::{
    list::List,
    notify::wire::{DayOfTexts, DeadLetter, DeliverySpeed, FiledTemplate, ProviderActivity, TextsOverview},
};

use super::words::{
    ACCEPTED, ACTION, ALIYUN, ATTEMPTS, BY_DAY, CLASS, DAY, DEAD, DELIVERED, HALF, HOW, LAST, LATER, LETTERS,
    MILLISECONDS, MOST, NEVER, NEVER_ANSWERED, NO_LETTERS, NO_PROVIDERS, OLDEST, PROVIDER, PROVIDERS, REASON, REFUSED,
    REPLAY, REPLAYED, SECONDS, SENT_AGAIN, TEMPLATE, TEMPLATES, TENCENT, TEXTS, UNANSWERED, WAITING, WHEN, WITHIN,
    WORDS,
};
use crate::{
    admin::{figure, row, table, text},
    api::{Nothing, STAFF},
    browser, dates,
    language::{filled, t},
    ui::{Deed, Remote, View, button, el, empty, fragment, toast},
};

/// How often the figures are read, in milliseconds.
const EVERY: u64 = 10_000;

/// The page.
pub fn texts() -> View {
    let overview = Remote::<TextsOverview>::fetch(STAFF, "/admin/texts");
    let days = Remote::<List<DayOfTexts>>::fetch(STAFF, "/admin/texts/days");
    let letters = Remote::<List<DeadLetter>>::fetch(STAFF, "/admin/dead-letters");
    let templates = Remote::<List<FiledTemplate>>::fetch(STAFF, "/admin/templates");
    browser::every(EVERY, move || overview.refresh());
    let deed = Deed::new();
    fragment()
        .child(el("p").class("explain").child(t(HOW)))
        .child(overview.view(4, |now| figures(&now)))
        .child(el("h2").child(t(BY_DAY)))
        .child(days.view(7, |list| {
            table(
                &[DAY, TEXTS, WITHIN, DELIVERED, HALF, MOST],
                list.items.iter().map(day).collect(),
            )
        }))
        .child(el("h2").child(t(LETTERS)))
        .child(deed.outcome())
        .child(letters.view(2, move |list| {
            if list.items.is_empty() {
                return empty(NO_LETTERS, None);
            }
            let rows = list.items.iter().map(|letter| dead(letter, letters, overview, deed));
            table(&[TEMPLATE, WHEN, ATTEMPTS, PROVIDER, REASON, ACTION], rows.collect())
        }))
        .child(el("h2").child(t(TEMPLATES)))
        .child(templates.view(6, |list| {
            let rows = list.items.iter().map(|filed| {
                row(vec![
                    text(filed.key.clone()),
                    text(filed.class.as_str()),
                    el("span").attr("lang", "zh-CN").child(filed.text.clone()),
                    text(filed.aliyun.clone()),
                    text(filed.tencent.clone()),
                ])
            });
            table(&[TEMPLATE, CLASS, WORDS, ALIYUN, TENCENT], rows.collect())
        }))
}

fn figures(now: &TextsOverview) -> View {
    let never = || t(NEVER).to_owned();
    let speed = &now.speed;
    let of_all = |part: u64| {
        if speed.texts == 0 {
            never()
        } else {
            format!("{}/{}", part, speed.texts)
        }
    };
    let oldest = now.oldest_waiting.map_or_else(never, |since| {
        filled(SECONDS, &[&(browser::now() - since).num_seconds().to_string()])
    });
    let figures = el("ul").class("figures").child([
        figure(t(WAITING), now.waiting.to_string()),
        figure(t(OLDEST), oldest),
        figure(t(LATER), now.later.to_string()),
        figure(t(DEAD), now.dead.to_string()),
        figure(t(SENT_AGAIN), now.sent_again.to_string()),
        figure(t(NEVER_ANSWERED), now.never_answered.to_string()),
        figure(t(WITHIN), of_all(speed.within_goal)),
        figure(t(DELIVERED), of_all(speed.delivered)),
        figure(t(HALF), took(speed, speed.half_within_ms)),
        figure(t(MOST), took(speed, speed.most_within_ms)),
    ]);
    let providers = if now.providers.is_empty() {
        el("p").class("explain").child(t(NO_PROVIDERS))
    } else {
        let rows = now.providers.iter().map(provider);
        table(&[PROVIDER, ACCEPTED, REFUSED, UNANSWERED, LAST], rows.collect())
    };
    fragment()
        .child(figures)
        .child(el("h2").child(t(PROVIDERS)))
        .child(providers)
}

/// How long a part of the texts took, if there were any.
fn took(speed: &DeliverySpeed, milliseconds: i64) -> String {
    match speed.texts {
        0 => t(NEVER).to_owned(),
        _ => filled(MILLISECONDS, &[&milliseconds.to_string()]),
    }
}

fn day(one: &DayOfTexts) -> View {
    let speed = &one.speed;
    row(vec![
        text(dates::date(one.date)),
        text(speed.texts.to_string()),
        text(speed.within_goal.to_string()),
        text(speed.delivered.to_string()),
        text(took(speed, speed.half_within_ms)),
        text(took(speed, speed.most_within_ms)),
    ])
}

fn provider(one: &ProviderActivity) -> View {
    row(vec![
        text(one.name.clone()),
        text(one.accepted.to_string()),
        text(one.refused.to_string()),
        text(one.unanswered.to_string()),
        text(one.last_accepted.map_or_else(|| t(NEVER).to_owned(), dates::clock)),
    ])
}

fn dead(letter: &DeadLetter, letters: Remote<List<DeadLetter>>, overview: Remote<TextsOverview>, deed: Deed) -> View {
    let id = letter.id;
    let replay = move || {
        deed.run(async move {
            STAFF
                .post_silently(&format!("/admin/dead-letters/{id}/replay"), &Nothing {})
                .await?;
            toast(REPLAYED);
            letters.refresh();
            overview.refresh();
            Ok(())
        });
    };
    row(vec![
        text(letter.template.clone()),
        text(dates::moment(letter.at)),
        text(letter.attempts.to_string()),
        text(letter.provider.clone().unwrap_or_default()),
        text(letter.reason.clone().unwrap_or_default()),
        button("text-button", REPLAY, Some(deed), replay),
    ])
}
