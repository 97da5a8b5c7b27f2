//! The rating of a visit (好差评, 五级评价): once, when it is over.

use leptos::prelude::*;
use shared::{
    ids::TicketId,
    queue::{
        rating::{LONGEST_COMMENT, RatingTag},
        wire::{ALREADY_RATED, RatingRequest},
    },
};

use super::words::{
    COMMENT, COMMENT_HINT, COMMENT_WRONG, RATE, RATE_WHY, RATED, RATED_AS, STARS, TAG_CAME_AGAIN, TAG_EXTRA_MATERIALS,
    TAG_FRIENDLY, TAG_LONG_WAIT, TAG_PLEASANT, TAG_QUICK, TAG_TOLD_AT_ONCE, TAG_UNFRIENDLY,
};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, filled, t},
    ui::{self, Deed, Field, Keyboard, View, chip, el, forget_drafts, live, notice, toast},
};

const fn tag(tag: RatingTag) -> Phrase {
    match tag {
        RatingTag::Quick => TAG_QUICK,
        RatingTag::Friendly => TAG_FRIENDLY,
        RatingTag::ToldAtOnce => TAG_TOLD_AT_ONCE,
        RatingTag::Pleasant => TAG_PLEASANT,
        RatingTag::LongWait => TAG_LONG_WAIT,
        RatingTag::Unfriendly => TAG_UNFRIENDLY,
        RatingTag::CameAgain => TAG_CAME_AGAIN,
        RatingTag::ExtraMaterials => TAG_EXTRA_MATERIALS,
    }
}

/// One to five stars in words (五级评价).
fn level(stars: i64) -> &'static str {
    let at = usize::try_from(stars - 1).unwrap_or_default();
    STARS.get(at).copied().map_or("", t)
}

fn comment_wrong(text: &str) -> Option<Phrase> {
    (text.trim().chars().count() > LONGEST_COMMENT).then_some(COMMENT_WRONG)
}

/// What one says of a visit that was rated.
pub fn thanks(stars: i64) -> View {
    notice("good", filled(RATED_AS, &[level(stars)]))
}

/// The form; `rated` is told the stars once they are kept.
pub fn form(ticket: TicketId, rated: RwSignal<Option<i64>>) -> View {
    let stars = RwSignal::new(0_i64);
    let tags = RwSignal::new(Vec::<RatingTag>::new());
    let comment = Field::new(comment_wrong);
    let deed = Deed::new();
    let ready = move || stars.get() > 0 && comment.is_right();
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        let asked = RatingRequest {
            stars: stars.get_untracked(),
            tags: tags.get_untracked(),
            comment: Some(comment.now()).filter(|text| !text.is_empty()),
        };
        deed.run(async move {
            let outcome = AUTHORIZED
                .post_silently(&format!("/tickets/{ticket}/rating"), &asked)
                .await;
            if outcome.is_ok() {
                forget_drafts();
                toast(RATED);
                rated.try_set(Some(asked.stars));
            }
            match outcome {
                Err(failure) if !failure.is(&ALREADY_RATED) => Err(failure),
                _ => Ok(()),
            }
        });
    };
    let star = |of: i64| {
        el("label")
            .class("star")
            .child(
                el("input")
                    .attr("type", "radio")
                    .attr("name", "stars")
                    .live_prop("checked", move || stars.get() == of)
                    .on("change", move |_| stars.set(of)),
            )
            .child(el("span").class("hidden").child(level(of)))
            .child(
                el("span")
                    .attr("aria-hidden", "true")
                    .live_attr("class", move || if of <= stars.get() { "lit" } else { "unlit" })
                    .child("★"),
            )
    };
    let offered = move || {
        let stars = stars.get();
        (stars > 0).then(|| {
            // Praise comes with many stars, complaints with few, and both in the middle.
            let (praise, complaints) = RatingTag::ALL.split_at(4);
            let fitting = match stars {
                4.. => praise,
                3 => RatingTag::ALL,
                _ => complaints,
            };
            let chips = fitting.iter().map(|offered| {
                let offered = *offered;
                let toggle = move || {
                    tags.update(|tags| match tags.iter().position(|known| *known == offered) {
                        Some(at) => drop(tags.remove(at)),
                        None => tags.push(offered),
                    });
                };
                chip(
                    t(tag(offered)),
                    move || tags.with(|tags| tags.contains(&offered)),
                    toggle,
                )
            });
            el("div").class("chips").child(chips.collect::<Vec<_>>())
        })
    };
    el("form")
        .class("block rating")
        .on("submit", send)
        .child(el("h2").class("cells-title").child(t(RATE)))
        .child(
            el("div")
                .class("stars")
                .attr("role", "radiogroup")
                .attr("aria-label", t(RATE))
                .child([1, 2, 3, 4, 5].map(star)),
        )
        .child(
            el("p")
                .class("stars-said")
                .attr("role", "status")
                .child(live(move || match stars.get() {
                    0 => t(RATE_WHY),
                    stars => level(stars),
                })),
        )
        .child(live(offered))
        .child(comment.view("comment", COMMENT, COMMENT_HINT, Keyboard::Lines, None))
        .child(deed.outcome())
        .child(ui::actions(ui::submit(RATE, deed, ready)))
}
