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
        rules::SlipStatus,
        token::SlipKind,
        wire::{MailLabel, MoveRequest, PostedRequest, Slip, SlipStatistics},
    },
};

use super::{
    list::status,
    shelf_asks,
    shelf_words::{
        ADDRESS, COLLECTED, HOW, ITEM, KEPT_UNTIL, LABEL, LABEL_HOW, LAID, LAY, LAY_DO, MOVE, MOVE_ASK, MOVE_DO, MOVED,
        NO_LOCKER, NO_OTHER, NONE, NUMBER, OVERDUE, OWNER, PHONE, POST, POST_ASK, POSTED, PREPARE, PREPARED, PREPARING,
        RECIPIENT, TAKE_BACK, TAKE_BACK_ASK, TAKE_OUT, TAKEN_BACK, TAKEN_OUT, TITLE, TO_MAIL, TO_REDEEM, WAITING,
        WHAT_TO_DO,
    },
    words::COMPARTMENT,
};
use crate::{
    admin::{figure, row, table, text},
    api::{Nothing, STAFF},
    dates, identity,
    language::{Phrase, filled, t},
    ui::{
        Deed, Load, Remote, View, button, chip, dialog, el, empty, fact, forget_drafts, fragment, live, notice, toast,
    },
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

/// What is asked before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Compartment,
    Place,
    Tracking,
    Reason,
}

#[derive(Clone, Copy)]
struct Shelf {
    slips: Remote<List<Slip>>,
    halls: Remote<List<HallSummary>>,
    lockers: Remote<List<DeviceView>>,
    deed: Deed,
    label: RwSignal<Option<MailLabel>>,
    asked: RwSignal<Option<(SlipId, Question)>>,
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
            asked: RwSignal::new(None),
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
            .child(live(move || shelf.asked.get().is_none().then(|| shelf.deed.outcome())))
            .child(shelf.slips.view(6, move |list| shelf.lying(&list.items)))
            .child(live(move || shelf.label.get().map(|label| shelf.labelled(&label))))
            .child(live(move || {
                shelf.asked.get().map(|(id, question)| shelf.asks(id, question))
            }))
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
        let ask = |words: Phrase, question| act(words, Box::new(move || self.ask(id, question)));
        let post = ask(POST, Question::Tracking);
        let label = act(LABEL, Box::new(move || self.reads_label(id)));
        let lay = ask(LAY, Question::Compartment);
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
        let elsewhere = ask(MOVE, Question::Place);
        let take_back = ask(TAKE_BACK, Question::Reason);
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
            self.asked.try_set(None);
            toast(done);
            self.slips.refresh();
            Ok(())
        });
    }

    fn ask(self, id: SlipId, question: Question) {
        // What was typed for one thing is not meant for the next.
        forget_drafts();
        self.deed.forget();
        self.asked.set(Some((id, question)));
    }

    fn asks(self, id: SlipId, question: Question) -> View {
        let (title, content) = match question {
            Question::Compartment => (LAY, self.asks_compartment(id)),
            Question::Place => (MOVE, self.asks_place(id)),
            Question::Tracking => {
                let post = move |tracking| self.does(id, "posted", &PostedRequest { tracking }, POSTED);
                (POST, shelf_asks::line(POST_ASK, POST, self.deed, post))
            }
            Question::Reason => {
                let take_back = move |reason| self.does(id, "withdrawal", &Reason { reason }, TAKEN_BACK);
                (
                    TAKE_BACK,
                    shelf_asks::line(TAKE_BACK_ASK, TAKE_BACK, self.deed, take_back),
                )
            }
        };
        dialog(t(title).to_owned(), move || self.asked.set(None), content)
    }

    /// Releases a thing to another site.
    fn asks_place(self, id: SlipId) -> View {
        self.halls.view(3, move |halls| {
            let here = self.slips.state.with_untracked(|slips| match slips {
                Load::Ready(slips) => slips.items.first().map(|slip| slip.site.id),
                Load::Waiting | Load::Failed(_) => None,
            });
            let others = halls.items.into_iter().filter(|hall| Some(hall.id) != here);
            let places: Vec<_> = others.map(|hall| (hall.id, hall.name)).collect();
            if places.is_empty() {
                return empty(NO_OTHER, None);
            }
            let go = move |hall_id| self.does(id, "move", &MoveRequest { hall_id }, MOVED);
            shelf_asks::one(MOVE_ASK, places, MOVE_DO, self.deed, go)
        })
    }

    /// Lays a document into a compartment.
    fn asks_compartment(self, id: SlipId) -> View {
        // What was not collected lies in its compartment still.
        let lapsed = Remote::<List<Slip>>::fetch(STAFF, path(SlipStatus::Lapsed));
        self.lockers.view(3, move |lockers| {
            if lockers.items.is_empty() {
                return empty(NO_LOCKER, None);
            }
            let lockers = lockers.items.into_iter().map(|locker| (locker.id, locker.name));
            let lying = move || {
                [self.slips.ready(), lapsed.ready()]
                    .into_iter()
                    .flatten()
                    .flat_map(|slips| slips.items)
                    .collect()
            };
            let lay = move |place| {
                self.deed.run(async move {
                    let _slip: Slip = STAFF.put(&format!("/slips/{id}/compartment"), &place).await?;
                    self.asked.try_set(None);
                    toast(LAID);
                    self.slips.refresh();
                    Ok(())
                });
            };
            shelf_asks::compartment(lockers.collect(), lying, LAY_DO, self.deed, lay)
        })
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
