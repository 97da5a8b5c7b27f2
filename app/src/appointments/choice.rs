//! What has been chosen of a visit so far: hall, day, time, for whom.
//!
//! The choice is kept in the address, so signing in or binding an identity in between loses nothing.

use leptos::prelude::*;
use shared::{
    appointments::wire::Appointment,
    catalog::wire::WindowView,
    ids::{AppointmentId, HallId, PersonId, ServiceId, WindowId},
    list::List,
};

use super::windows::{self, Day};
use crate::{
    api::{ANONYMOUS, Failure},
    routes,
    ui::{Deed, Remote},
};

/// What the choice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A new appointment.
    Book,
    /// Another time for an appointment that there is.
    Reschedule(AppointmentId),
}

/// What has been chosen so far.
#[derive(Clone, Copy)]
pub struct Choice {
    /// What is to be done.
    pub service: ServiceId,
    /// What the choice is for.
    pub aim: Aim,
    /// The chosen hall.
    pub hall: RwSignal<Option<HallId>>,
    /// The chosen day.
    pub day: RwSignal<Option<Day>>,
    /// The chosen window.
    pub window: RwSignal<Option<WindowId>>,
    /// For whom; nobody means oneself.
    pub person: RwSignal<Option<PersonId>>,
    /// The windows of the chosen hall.
    pub windows: Remote<List<WindowView>>,
    /// A window that turned out to be full, for which another one is offered.
    pub full: RwSignal<Option<WindowView>>,
    /// The window that is offered in its place.
    pub offered: RwSignal<Option<WindowView>>,
    /// What the button at the foot does.
    pub deed: Deed,
}

/// What can be done with what has been chosen.
#[derive(Clone)]
pub enum Wish {
    /// Take a seat in a window.
    Seat(WindowView),
    /// Wait until someone gives a seat of this window back.
    WaitForWindow(WindowView),
    /// Wait until someone gives any seat of this day back.
    WaitForDay(Day),
}

fn kept<T: std::str::FromStr>(name: &str) -> Option<T> {
    routes::query(name)?.parse().ok()
}

impl Choice {
    /// The choice that the address keeps for a new appointment.
    pub fn to_book(service: ServiceId) -> Self {
        Self::from_address(service, Aim::Book, None)
    }

    /// The choice that the address keeps for another time of an appointment; it begins in the appointment's hall.
    pub fn to_reschedule(appointment: &Appointment) -> Self {
        let aim = Aim::Reschedule(appointment.id);
        Self::from_address(appointment.service_id, aim, Some(appointment.hall_id))
    }

    fn from_address(service: ServiceId, aim: Aim, hall: Option<HallId>) -> Self {
        let choice = Self {
            service,
            aim,
            hall: RwSignal::new(kept("hall").or(hall)),
            day: RwSignal::new(kept("day")),
            window: RwSignal::new(kept("window")),
            person: RwSignal::new(kept("person")),
            windows: Remote::idle(ANONYMOUS),
            full: RwSignal::new(None),
            offered: RwSignal::new(None),
            deed: Deed::new(),
        };
        if let Some(hall) = choice.hall.get_untracked() {
            choice.load(hall);
        }
        Effect::new(move |_| routes::remember(&choice.address()));
        choice
    }

    /// The address that keeps this choice.
    pub fn address(self) -> String {
        fn text<T: ToString + Clone + Send + Sync + 'static>(signal: RwSignal<Option<T>>) -> Option<String> {
            signal.get().map(|value| value.to_string())
        }
        let path = match self.aim {
            Aim::Book => format!("/book/{}", self.service),
            Aim::Reschedule(id) => format!("/appointments/{id}/reschedule"),
        };
        let chosen = [
            ("hall", text(self.hall)),
            ("day", text(self.day)),
            ("window", text(self.window)),
            ("person", text(self.person)),
        ];
        routes::with_query(&path, &chosen)
    }

    /// The page on which an identity is bound, from which one comes back here.
    pub fn bind_address(self) -> String {
        routes::with_query("/me", &[("next", Some(self.address()))])
    }

    fn load(self, hall: HallId) {
        self.windows
            .load(format!("/halls/{hall}/windows?service_id={}", self.service));
    }

    /// Chooses a hall, and the first free day there.
    pub fn choose_hall(self, hall: HallId) {
        if self.hall.get_untracked() == Some(hall) {
            return;
        }
        self.hall.set(Some(hall));
        self.day.set(None);
        self.window.set(None);
        self.forget_refusal();
        self.load(hall);
    }

    /// Chooses a day.
    pub fn choose_day(self, day: Day) {
        if self.day.get_untracked() != Some(day) {
            self.day.set(Some(day));
            self.window.set(None);
            self.forget_refusal();
        }
    }

    /// Chooses a window, with its day.
    pub fn choose_window(self, window: &WindowView) {
        // The same day again would build its times anew, and the focus would be lost with the one that was pressed.
        if self.day.get_untracked() != Some(window.day) {
            self.day.set(Some(window.day));
        }
        self.window.set(Some(window.id));
        self.forget_refusal();
    }

    fn forget_refusal(self) {
        self.full.set(None);
        self.deed.forget();
    }

    /// What can be done with what has been chosen; nothing while no time is.
    pub fn wish(self) -> Option<Wish> {
        let windows = self.windows.ready()?.items;
        let chosen = self.window.get();
        let found = windows.iter().find(|window| Some(window.id) == chosen);
        match found.filter(|window| windows::is_open(window)) {
            Some(window) if windows::is_free(window) => Some(Wish::Seat(window.clone())),
            Some(window) => Some(Wish::WaitForWindow(window.clone())),
            None => {
                let day = self.day.get()?;
                windows::is_full(windows.iter().filter(|window| window.day == day)).then_some(Wish::WaitForDay(day))
            }
        }
        .filter(|wish| self.aim == Aim::Book || matches!(wish, Wish::Seat(_)))
    }

    /// A window was full when it was to be taken: another one is offered.
    pub fn was_full(self, failure: &Failure, window: WindowView) {
        self.window.try_set(None);
        // The refusal names the nearest free window; the list that is fetched again comes later.
        self.offered.try_set(
            failure
                .problem()
                .and_then(|problem| problem.extensions.get("next_free"))
                .and_then(|next| serde_json::from_value(next.clone()).ok()),
        );
        self.full.try_set(Some(window));
        self.windows.refresh();
    }
}
