//! The shelf of a site: what is being made, lies ready, is to be posted or was not collected, and what staff do with it.

use leptos::prelude::*;
use shared::{
    catalog::wire::HallSummary,
    identity::{rules::StaffRole, wire::StaffView},
    ids::SlipId,
    list::List,
    slips::{
        rules::SlipStatus,
        wire::{MailLabel, MoveRequest, PostedRequest, Slip, SlipStatistics},
    },
};

use super::{
    list::status,
    shelf_words::{
        ADDRESS, COLLECTED, HOW, ITEM, KEPT_UNTIL, LABEL, LABEL_HOW, MOVE, MOVE_ASK, MOVED, NO_OTHER, NONE, NUMBER,
        OVERDUE, OWNER, PHONE, POST, POST_ASK, POSTED, PREPARE, PREPARED, PREPARING, RECIPIENT, TAKE_BACK,
        TAKE_BACK_ASK, TAKEN_BACK, TITLE, TO_MAIL, TO_REDEEM, WAITING, WHAT_TO_DO,
    },
};
use crate::{
    admin::{figure, row, table, text},
    api::{Nothing, STAFF},
    dates, identity,
    language::{Phrase, filled, t},
    ui::{Deed, Remote, View, button, chip, dialog, el, empty, fact, fragment, live, notice, toast},
};

/// What the shelf is looked at for.
const SHOWN: [SlipStatus; 4] = [
    SlipStatus::Preparing,
    SlipStatus::Ready,
    SlipStatus::ToMail,
    SlipStatus::Lapsed,
];

/// The page.
pub fn shelf() -> View {
    document().set_title(t(TITLE));
    identity::gate(|staff| {
        if staff.hall.is_none() {
            return notice("bad", t(super::desk_words::NO_HALL));
        }
        Shelf::open(&staff)
    })
}

#[derive(Clone, Copy)]
struct Shelf {
    slips: Remote<List<Slip>>,
    halls: Remote<List<HallSummary>>,
    deed: Deed,
    label: RwSignal<Option<MailLabel>>,
}

impl Shelf {
    fn open(staff: &StaffView) -> View {
        let chosen = RwSignal::new(SlipStatus::Preparing);
        let shelf = Self {
            slips: Remote::fetch(STAFF, path(SlipStatus::Preparing)),
            halls: Remote::fetch(STAFF, "/halls"),
            deed: Deed::new(),
            label: RwSignal::new(None),
        };
        let choose = move |of: SlipStatus| {
            chosen.set(of);
            shelf.slips.load(path(of));
        };
        let chips = SHOWN.map(|of| chip(t(status(of)), move || chosen.get() == of, move || choose(of)));
        let statistics = (staff.role == StaffRole::Manager).then(statistics);
        el("main")
            .class("console shelf")
            .child(
                el("header").class("console-top").child(el("h1").child(t(TITLE))).child(
                    el("a")
                        .class("text-button console-who")
                        .attr("href", "/redeem")
                        .child(t(TO_REDEEM)),
                ),
            )
            .child(el("p").class("explain").child(t(HOW)))
            .child(statistics)
            .child(el("div").class("chips").child(chips))
            .child(shelf.deed.outcome())
            .child(shelf.slips.view(6, move |list| shelf.lying(&list.items)))
            .child(live(move || shelf.label.get().map(|label| shelf.labelled(&label))))
    }

    fn lying(self, slips: &[Slip]) -> View {
        if slips.is_empty() {
            return empty(NONE, None);
        }
        let rows = slips.iter().map(|slip| {
            let until = slip
                .collect_by
                .map(|until| dates::day(until - chrono::TimeDelta::seconds(1)));
            row(vec![
                text(slip.reference.clone()),
                text(slip.item.clone()),
                text(slip.owner.clone()),
                text(until.unwrap_or_default()),
                self.actions(slip),
            ])
        });
        table(&[NUMBER, ITEM, OWNER, KEPT_UNTIL, WHAT_TO_DO], rows.collect())
    }

    fn actions(self, slip: &Slip) -> View {
        let id = slip.id;
        let act = |words: Phrase, press: Box<dyn Fn()>| button("text-button", words, Some(self.deed), press);
        let prepare = act(
            PREPARE,
            Box::new(move || self.does(id, "prepared", &Nothing {}, PREPARED)),
        );
        let post = act(
            POST,
            Box::new(move || {
                if let Some(tracking) = asked(POST_ASK) {
                    self.does(id, "posted", &PostedRequest { tracking }, POSTED);
                }
            }),
        );
        let label = act(LABEL, Box::new(move || self.reads_label(id)));
        let elsewhere = act(MOVE, Box::new(move || self.moves(id)));
        let take_back = act(
            TAKE_BACK,
            Box::new(move || {
                if let Some(reason) = asked(TAKE_BACK_ASK) {
                    self.does(id, "withdrawal", &Reason { reason }, TAKEN_BACK);
                }
            }),
        );
        let offered = el("div").class("row-actions");
        match slip.status {
            SlipStatus::Preparing => offered.child([prepare, elsewhere, take_back]),
            SlipStatus::Ready => offered.child([elsewhere, take_back]),
            SlipStatus::ToMail => offered.child([label, post]),
            SlipStatus::Lapsed => offered.child(take_back),
            SlipStatus::Mailed | SlipStatus::Collected | SlipStatus::Withdrawn => offered,
        }
    }

    fn does(self, id: SlipId, what: &'static str, wish: &impl serde::Serialize, done: Phrase) {
        let body = serde_json::to_value(wish).unwrap_or_default();
        self.deed.run(async move {
            let _slip: Slip = STAFF.post(&format!("/slips/{id}/{what}"), &body).await?;
            toast(done);
            self.slips.refresh();
            Ok(())
        });
    }

    /// Releases a thing to another site, which is named by its place in a list.
    fn moves(self, id: SlipId) {
        let halls = self.halls.ready().map(|list| list.items).unwrap_or_default();
        let named: Vec<String> = halls
            .iter()
            .enumerate()
            .map(|(at, hall)| format!("{} {}", at + 1, hall.name))
            .collect();
        let Some(typed) = asked_with(&filled(MOVE_ASK, &[&named.join("\n")])) else {
            return;
        };
        let at = typed
            .trim()
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        match at.and_then(|at| halls.get(at)) {
            Some(hall) => self.does(id, "move", &MoveRequest { hall_id: hall.id }, MOVED),
            None => toast(NO_OTHER),
        }
    }

    fn reads_label(self, id: SlipId) {
        self.deed.run(async move {
            let label: MailLabel = STAFF.post(&format!("/slips/{id}/mail-label"), &Nothing {}).await?;
            self.label.try_set(Some(label));
            Ok(())
        });
    }

    fn labelled(self, label: &MailLabel) -> View {
        let facts = fragment().child(el("p").child(t(LABEL_HOW))).child(
            el("div")
                .class("cells")
                .child(fact(t(RECIPIENT), label.recipient.clone()))
                .child(fact(t(PHONE), label.phone.clone()))
                .child(fact(t(ADDRESS), label.address.clone())),
        );
        dialog(t(LABEL).to_owned(), move || self.label.set(None), facts)
    }
}

/// Why a slip is taken back, for the audit log.
#[derive(serde::Serialize)]
struct Reason {
    reason: String,
}

fn path(of: SlipStatus) -> String {
    format!("/admin/slips?status={}", of.as_str())
}

fn asked(words: Phrase) -> Option<String> {
    asked_with(t(words))
}

fn asked_with(words: &str) -> Option<String> {
    let typed = window().prompt_with_message(words).ok().flatten()?;
    Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty())
}

/// How much waits, and how much nobody came for.
fn statistics() -> View {
    let figures = Remote::<SlipStatistics>::fetch(STAFF, "/admin/slips/statistics");
    figures.view(1, |now| {
        el("ul").class("figures").child([
            figure(t(PREPARING), now.preparing.to_string()),
            figure(t(WAITING), now.waiting.to_string()),
            figure(t(OVERDUE), now.overdue.to_string()),
            figure(t(TO_MAIL), now.to_mail.to_string()),
            figure(t(COLLECTED), now.collected.to_string()),
        ])
    })
}
