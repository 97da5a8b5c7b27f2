//! The shelf of a site: what is being made, lies ready, is to be posted or was not collected, and what staff do with it.

use leptos::prelude::*;
use shared::{
    catalog::wire::HallSummary,
    identity::{
        rules::StaffRole,
        wire::{DeviceView, StaffView},
    },
    ids::SlipId,
    list::List,
    slips::{
        locker::CompartmentRequest,
        rules::SlipStatus,
        token::SlipKind,
        wire::{MailLabel, MoveRequest, PostedRequest, Slip, SlipStatistics},
    },
};

use super::{
    list::status,
    shelf_words::{
        ADDRESS, COLLECTED, HOW, ITEM, KEPT_UNTIL, LABEL, LABEL_HOW, LAID, LAY, LAY_ASK, MOVE, MOVE_ASK, MOVED,
        NO_COMPARTMENT, NO_LOCKER, NO_OTHER, NONE, NUMBER, OVERDUE, OWNER, PHONE, POST, POST_ASK, POSTED, PREPARE,
        PREPARED, PREPARING, RECIPIENT, TAKE_BACK, TAKE_BACK_ASK, TAKE_OUT, TAKEN_BACK, TAKEN_OUT, TITLE, TO_MAIL,
        TO_REDEEM, WAITING, WHAT_TO_DO,
    },
    words::COMPARTMENT,
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
    lockers: Remote<List<DeviceView>>,
    deed: Deed,
    label: RwSignal<Option<MailLabel>>,
}

impl Shelf {
    fn open(staff: &StaffView) -> View {
        let chosen = RwSignal::new(SlipStatus::Preparing);
        let shelf = Self {
            slips: Remote::fetch(STAFF, path(SlipStatus::Preparing)),
            halls: Remote::fetch(STAFF, "/halls"),
            lockers: Remote::fetch(STAFF, "/lockers"),
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
                text(place_of(slip)),
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
        let lay = act(LAY, Box::new(move || self.lays(id)));
        let take_out = slip.compartment.is_some().then(|| {
            act(
                TAKE_OUT,
                Box::new(move || {
                    self.deed.run(async move {
                        STAFF.delete(&format!("/slips/{id}/compartment")).await?;
                        toast(TAKEN_OUT);
                        self.slips.refresh();
                        Ok(())
                    });
                }),
            )
        });
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
            SlipStatus::Ready if slip.kind == SlipKind::Document => {
                offered.child([lay]).child(take_out).child([elsewhere, take_back])
            }
            SlipStatus::Ready => offered.child([elsewhere, take_back]),
            SlipStatus::ToMail => offered.child([label, post]),
            SlipStatus::Lapsed => offered.child(take_out).child(take_back),
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
        let names = numbered(halls.iter().map(|hall| &hall.name));
        let Some(typed) = asked_with(&filled(MOVE_ASK, &[&names])) else {
            return;
        };
        match at_number(&halls, &typed) {
            Some(hall) => self.does(id, "move", &MoveRequest { hall_id: hall.id }, MOVED),
            None => toast(NO_OTHER),
        }
    }

    /// Lays a document into a compartment, which is named by the locker's place in a list and its own number.
    fn lays(self, id: SlipId) {
        let lockers = self.lockers.ready().map(|list| list.items).unwrap_or_default();
        if lockers.is_empty() {
            toast(NO_LOCKER);
            return;
        }
        let names = numbered(lockers.iter().map(|locker| &locker.name));
        let Some(typed) = asked_with(&filled(LAY_ASK, &[&names])) else {
            return;
        };
        let chosen = typed.split_once(['-', ' ', '－']).and_then(|(locker, number)| {
            Some(CompartmentRequest {
                locker_id: at_number(&lockers, locker)?.id,
                number: number.trim().parse().ok()?,
            })
        });
        let Some(place) = chosen else {
            toast(NO_COMPARTMENT);
            return;
        };
        self.deed.run(async move {
            let _slip: Slip = STAFF.put(&format!("/slips/{id}/compartment"), &place).await?;
            toast(LAID);
            self.slips.refresh();
            Ok(())
        });
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

/// What something is, and in which compartment it lies.
fn place_of(slip: &Slip) -> String {
    match &slip.compartment {
        Some(place) => format!(
            "{} · {}",
            slip.item,
            filled(COMPARTMENT, &[&place.locker, &place.number.to_string()])
        ),
        None => slip.item.clone(),
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

/// A list in which each line begins with its number.
fn numbered<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let lines: Vec<String> = names
        .enumerate()
        .map(|(at, name)| format!("{} {name}", at + 1))
        .collect();
    lines.join("\n")
}

/// What stands at a typed number of such a list.
fn at_number<'a, T>(list: &'a [T], typed: &str) -> Option<&'a T> {
    let number: usize = typed.trim().parse().ok()?;
    list.get(number.checked_sub(1)?)
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
