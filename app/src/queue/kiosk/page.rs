//! The machine's page: its start, the step at which someone stands, and the way back when nobody stands there any more.

use chrono::TimeDelta;
use leptos::prelude::*;
use shared::{
    catalog::wire::{HallDetail, HallService},
    identity::{devices::DeviceKind, wire::DeviceView},
    ids::{GroupId, HallId},
    list::List,
    queue::wire::Ticket,
    time::Instant,
};

use super::{
    paper, steps,
    words::{BACK_TO_START, KIOSK, LEAVING, NEED_HELP, START_AGAIN},
};
use crate::{
    api::DEVICE,
    browser, dates,
    identity::{self, pairing},
    language::{self, Language, filled, t},
    ui::{Remote, View, el, fragment, live},
};

/// After so long without a touch the page goes back to its start and forgets what was typed.
const PATIENCE: TimeDelta = TimeDelta::seconds(45);
/// For so long before that it says so.
const WARNING: TimeDelta = TimeDelta::seconds(10);

/// Where someone stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nobody does.
    Start,
    /// Chooses what is to be done.
    Choose(Option<GroupId>),
    /// Types the number for a walk-in ticket.
    Identify(HallService),
    /// Types the code or the number of a booking.
    CheckIn,
    /// Holds the paper.
    Done(Ticket),
}

/// What the steps share.
#[derive(Clone, Copy)]
pub struct Machine {
    /// The hall.
    pub hall: HallId,
    /// Where someone stands.
    pub step: RwSignal<Step>,
    /// What the hall serves.
    pub services: Remote<List<HallService>>,
    /// The hall.
    pub detail: Remote<HallDetail>,
    touched: RwSignal<Instant>,
}

impl Machine {
    /// Goes to another step.
    pub fn go(self, step: Step) {
        self.touch();
        self.step.set(step);
    }

    /// Notes that someone is there.
    pub fn touch(self) {
        self.touched.set(browser::now());
    }

    /// How long somebody has been away.
    fn idle(self) -> TimeDelta {
        browser::now() - self.touched.get_untracked()
    }
}

/// The page.
pub fn kiosk(hall: HallId) -> View {
    document().set_title(t(KIOSK));
    identity::device_gate(
        DeviceKind::Kiosk,
        move |device| own(&device, hall),
        || pairing(DeviceKind::Kiosk),
    )
}

/// A machine serves its own hall, whatever the address says.
fn own(device: &DeviceView, hall: HallId) -> View {
    if device.hall_id != hall {
        crate::routes::replace(&format!("/kiosk/{}", device.hall_id));
    }
    let hall = device.hall_id;
    let machine = Machine {
        hall,
        step: RwSignal::new(Step::Start),
        services: Remote::fetch(DEVICE, format!("/halls/{hall}/services")),
        detail: Remote::fetch(DEVICE, format!("/halls/{hall}")),
        touched: RwSignal::new(browser::now()),
    };
    let time = RwSignal::new(dates::clock(browser::now()));
    let leaving = RwSignal::new(None::<i64>);
    browser::every(1_000, move || {
        time.set(dates::clock(browser::now()));
        let left = PATIENCE - machine.idle();
        let busy = machine.step.with_untracked(|step| *step != Step::Start);
        if left <= TimeDelta::zero() {
            leave(machine, busy);
        }
        let warned = (busy && left > TimeDelta::zero() && left <= WARNING).then(|| left.num_seconds());
        if leaving.get_untracked() != warned {
            leaving.set(warned);
        }
    });
    el("main")
        .class("kiosk")
        .on("pointerdown", move |_| machine.touch())
        .on("keydown", move |_| machine.touch())
        .child(
            el("header")
                .class("kiosk-top")
                .child(el("h1").child(live(move || machine.detail.ready().map(|detail| detail.summary.name))))
                .child(el("time").child(live(move || time.get()))),
        )
        .child(
            el("div")
                .class("kiosk-body")
                .child(live(move || show(machine, machine.step.get()))),
        )
        .child(live(move || {
            leaving.get().map(|seconds| {
                el("p")
                    .class("kiosk-leaving")
                    .attr("role", "alert")
                    .child(filled(LEAVING, &[&seconds.to_string()]))
            })
        }))
        .child(foot(machine))
}

/// Nobody is there any more: the next one finds the start, in Chinese.
fn leave(machine: Machine, busy: bool) {
    if busy {
        machine.step.set(Step::Start);
    }
    if language::language() != Language::Chinese {
        language::choose(Language::Chinese);
    }
}

fn show(machine: Machine, step: Step) -> View {
    match step {
        Step::Start => steps::start(machine),
        Step::Choose(group) => steps::choose(machine, group),
        Step::Identify(service) => steps::identify(machine, service),
        Step::CheckIn => steps::check_in(machine),
        Step::Done(ticket) => paper::paper(machine, &ticket),
    }
}

fn foot(machine: Machine) -> View {
    let other = language::other();
    let way_back = move || {
        machine.step.with(|step| *step != Step::Start).then(|| {
            let words = if machine.step.with(|step| matches!(step, Step::Done(_))) {
                START_AGAIN
            } else {
                BACK_TO_START
            };
            el("button")
                .attr("type", "button")
                .class("kiosk-button plain")
                .on("click", move |_| machine.go(Step::Start))
                .child(t(words))
        })
    };
    el("footer")
        .class("kiosk-foot")
        .child(fragment().child(live(way_back)))
        .child(el("p").child(t(NEED_HELP)))
        .child(
            el("button")
                .attr("type", "button")
                .class("kiosk-button plain")
                .attr("lang", other.tag())
                .on("click", move |_| language::choose(other))
                .child(identity::language_name(other)),
        )
}
