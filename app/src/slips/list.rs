//! What a resident can collect.

use shared::{
    list::List,
    slips::{rules::SlipStatus, wire::Slip},
};

use super::words::{
    FOR_OTHER, MINE, NONE, OTHERS, STATUS_COLLECTED, STATUS_LAPSED, STATUS_MAILED, STATUS_PREPARING, STATUS_READY,
    STATUS_TO_MAIL, STATUS_WITHDRAWN, WAITING,
};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, filled, t},
    ui::{self, Remote, View, el, empty, fragment, pulled},
};

/// The page.
pub fn list() -> View {
    let mine = Remote::<List<Slip>>::fetch(AUTHORIZED, "/slips");
    let content = mine.view(4, |mine| show(&mine.items));
    ui::page(t(MINE), None, pulled(content, move || mine.refreshed()))
}

fn show(mine: &[Slip]) -> View {
    if mine.is_empty() {
        return empty(NONE, None);
    }
    let group = |title: &'static str, over: bool| {
        let cards: Vec<_> = mine
            .iter()
            .filter(|slip| slip.status.is_over() == over)
            .map(card)
            .collect();
        (!cards.is_empty()).then(|| {
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(title))
                .child(cards)
        })
    };
    fragment().child(group(t(WAITING), false)).child(group(t(OTHERS), true))
}

/// The status in words.
pub const fn status(of: SlipStatus) -> Phrase {
    match of {
        SlipStatus::Preparing => STATUS_PREPARING,
        SlipStatus::Ready => STATUS_READY,
        SlipStatus::ToMail => STATUS_TO_MAIL,
        SlipStatus::Mailed => STATUS_MAILED,
        SlipStatus::Collected => STATUS_COLLECTED,
        SlipStatus::Lapsed => STATUS_LAPSED,
        SlipStatus::Withdrawn => STATUS_WITHDRAWN,
    }
}

fn card(slip: &Slip) -> View {
    let class = match slip.status {
        SlipStatus::Ready => "tag good",
        SlipStatus::Lapsed | SlipStatus::Withdrawn => "tag bad",
        _ => "tag",
    };
    let for_other = slip.as_proxy.then(|| filled(FOR_OTHER, &[&slip.owner]));
    el("a")
        .class("booking")
        .attr("href", format!("/slips/{}", slip.id))
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(slip.item.clone()))
                .child(el("span").class(class).child(t(status(slip.status)))),
        )
        .child(el("span").class("booking-time").child(for_other))
        .child(el("span").class("booking-place").child(slip.site.name.clone()))
}
