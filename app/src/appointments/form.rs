//! Booking: hall, day, time, for whom; then a seat is held while one confirms.
//!
//! The choice is kept in the address, so signing in or binding an identity in between loses nothing.

use leptos::prelude::*;
use shared::{
    appointments::wire::{Hold, HoldRequest, WINDOW_FULL},
    catalog::wire::{HallSummary, ServiceDetail, WindowView},
    identity::wire::IDENTITY_REQUIRED,
    ids::{HallId, PersonId, ServiceId, WindowId},
    list::List,
};

use super::{
    confirm, persons,
    windows::{self, Day},
    words::{
        BIND_FIRST, BIND_TO_BOOK, BOOK, CHOOSE_TIME, FULL_INSTEAD, FULL_NONE, HOLD, NO_HALLS, SIGN_IN_TO_BOOK,
        STEP_HALL, STEP_WHO, TAKE_INSTEAD,
    },
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED, Failure},
    dates, identity,
    language::{filled, t},
    routes,
    ui::{self, Deed, Icon, Remote, View, button, choice, el, empty, fragment, icon, live, notice},
};

/// What has been chosen so far.
#[derive(Clone, Copy)]
pub struct Choice {
    service: ServiceId,
    hall: RwSignal<Option<HallId>>,
    /// The chosen day.
    pub day: RwSignal<Option<Day>>,
    /// The chosen window.
    pub window: RwSignal<Option<WindowId>>,
    /// For whom; nobody means oneself.
    pub person: RwSignal<Option<PersonId>>,
    /// The windows of the chosen hall.
    pub windows: Remote<List<WindowView>>,
    /// A window that turned out to be full, for which another one is offered.
    full: RwSignal<Option<WindowView>>,
    offered: RwSignal<Option<WindowView>>,
    /// The seat that is held, and in which window.
    pub held: RwSignal<Option<(Hold, WindowView)>>,
    deed: Deed,
}

fn kept<T: std::str::FromStr>(name: &str) -> Option<T> {
    routes::query(name)?.parse().ok()
}

impl Choice {
    /// The choice that the address keeps.
    fn from_address(service: ServiceId) -> Self {
        let choice = Self {
            service,
            hall: RwSignal::new(kept("hall")),
            day: RwSignal::new(kept("day")),
            window: RwSignal::new(kept("window")),
            person: RwSignal::new(kept("person")),
            windows: Remote::idle(ANONYMOUS),
            full: RwSignal::new(None),
            offered: RwSignal::new(None),
            held: RwSignal::new(None),
            deed: Deed::new(),
        };
        if let Some(hall) = choice.hall.get_untracked() {
            choice.load(hall);
        }
        Effect::new(move |_| routes::remember(&choice.address()));
        choice
    }

    fn address(self) -> String {
        fn text<T: ToString + Clone + Send + Sync + 'static>(signal: RwSignal<Option<T>>) -> Option<String> {
            signal.get().map(|value| value.to_string())
        }
        routes::with_query(
            &format!("/book/{}", self.service),
            &[
                ("hall", text(self.hall)),
                ("day", text(self.day)),
                ("window", text(self.window)),
                ("person", text(self.person)),
            ],
        )
    }

    /// The page on which an identity is bound, from which one comes back here.
    pub fn bind_address(self) -> String {
        routes::with_query("/me", &[("next", Some(self.address()))])
    }

    fn load(self, hall: HallId) {
        let days = windows::days();
        let (Some(from), Some(to)) = (days.first(), days.last()) else {
            return;
        };
        let service = self.service;
        self.windows.load(format!(
            "/halls/{hall}/windows?service_id={service}&from={from}&to={to}"
        ));
    }

    fn choose_hall(self, hall: HallId) {
        if self.hall.get_untracked() == Some(hall) {
            return;
        }
        self.hall.set(Some(hall));
        self.day.set(None);
        self.window.set(None);
        self.full.set(None);
        self.deed.forget();
        self.load(hall);
    }

    /// Chooses a window, with its day.
    pub fn choose_window(self, window: &WindowView) {
        self.day.set(Some(window.day));
        self.window.set(Some(window.id));
        self.full.set(None);
        self.deed.forget();
    }

    /// The chosen window, while it can be taken.
    fn chosen(self) -> Option<WindowView> {
        let id = self.window.get()?;
        self.windows
            .ready()?
            .items
            .into_iter()
            .find(|window| window.id == id && windows::is_free(window))
    }

    /// Holds a seat in a window.
    fn hold(self, window: WindowView) {
        let asked = HoldRequest {
            window_id: window.id,
            service_id: self.service,
            person_id: self.person.get_untracked(),
        };
        self.full.set(None);
        self.deed.run(async move {
            match AUTHORIZED.post::<Hold>("/holds", &asked).await {
                Ok(hold) => {
                    self.held.try_set(Some((hold, window)));
                    Ok(())
                }
                Err(failure) => self.not_held(&failure, window),
            }
        });
    }

    fn not_held(self, failure: &Failure, window: WindowView) -> Result<(), Failure> {
        if failure.is(&WINDOW_FULL) {
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
            Ok(())
        } else if failure.asks_for_sign_in() {
            identity::forget_sign_in();
            routes::go(&routes::sign_in_for(&routes::address()));
            Ok(())
        } else if failure.is(&IDENTITY_REQUIRED) {
            routes::go(&routes::with_query("/me", &[("next", Some(routes::address()))]));
            Ok(())
        } else {
            Err(failure.clone())
        }
    }
}

/// The page.
pub fn form(service: ServiceId) -> View {
    let choice = Choice::from_address(service);
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{service}"));
    ui::page(t(BOOK), None, detail.view(8, move |detail| steps(detail, choice)))
}

fn steps(detail: ServiceDetail, choice: Choice) -> View {
    let halls = detail.halls;
    if halls.is_empty() {
        return empty(NO_HALLS, None);
    }
    if let ([only], None) = (halls.as_slice(), choice.hall.get_untracked()) {
        choice.choose_hall(only.id);
    }
    let name = detail.summary.name;
    let held_name = name.clone();
    let who = persons::Persons::fetch();
    let places: Vec<(HallId, String)> = halls.iter().map(|hall| (hall.id, hall.name.clone())).collect();
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-title").child(name)),
        )
        .child(
            el("fieldset")
                .class("block")
                .child(el("legend").class("cells-title").child(t(STEP_HALL)))
                .child(
                    el("div").class("cells").child(
                        halls
                            .into_iter()
                            .map(|hall| hall_choice(hall, choice))
                            .collect::<Vec<_>>(),
                    ),
                ),
        )
        .child(live(move || choice.hall.get().map(|_| windows::section(choice))))
        .child(
            el("fieldset")
                .class("block")
                .child(el("legend").class("cells-title").child(t(STEP_WHO)))
                .child(who.view(choice)),
        )
        .child(
            el("div")
                .class("foot")
                .child(choice.deed.outcome())
                .child(live(move || match choice.full.get() {
                    Some(full) => instead(choice, &full),
                    None => way_on(choice, who),
                })),
        )
        .child(live(move || {
            let (hold, window) = choice.held.get()?;
            let place = choice
                .hall
                .get_untracked()
                .and_then(|id| places.iter().find(|(hall, _)| *hall == id));
            let place = place.map(|(_, name)| name.clone()).unwrap_or_default();
            Some(confirm::dialog(
                choice,
                &hold,
                &window,
                [held_name.clone(), place, who.name(choice)],
            ))
        }))
}

fn hall_choice(hall: HallSummary, form: Choice) -> View {
    let id = hall.id;
    choice(
        "hall",
        move || form.hall.get() == Some(id),
        move || form.choose_hall(id),
        fragment()
            .child(el("strong").child(hall.name))
            .child(el("span").class("cell-note").child(icon(Icon::Pin)).child(hall.address)),
    )
}

/// The next free window in one tap, when the chosen one was just taken.
fn instead(choice: Choice, full: &WindowView) -> View {
    let free = choice.offered.get().or_else(|| {
        let windows = choice.windows.ready()?;
        windows::nearest_free(&windows.items, full)
    });
    let Some(window) = free else {
        return notice("bad", t(FULL_NONE));
    };
    let words = filled(
        TAKE_INSTEAD,
        &[
            &dates::day(window.starts_at),
            &dates::span(window.starts_at, window.ends_at),
        ],
    );
    let take = move |_| {
        choice.choose_window(&window);
        choice.hold(window.clone());
    };
    el("div")
        .attr("role", "alert")
        .child(notice("bad", t(FULL_INSTEAD)))
        .child(
            el("button")
                .attr("type", "button")
                .class("button primary")
                .on("click", take)
                .child(words),
        )
}

/// The one button at the foot: whatever is needed next.
fn way_on(choice: Choice, who: persons::Persons) -> View {
    let Some(window) = choice.chosen() else {
        return el("button")
            .attr("type", "button")
            .class("button primary")
            .attr("disabled", true)
            .child(t(CHOOSE_TIME));
    };
    if who.signed_out() {
        let to = routes::sign_in_for(&choice.address());
        return el("a")
            .class("button primary")
            .attr("href", to)
            .child(t(SIGN_IN_TO_BOOK));
    }
    if who.unbound() {
        return fragment().child(notice("good", t(BIND_FIRST))).child(
            el("a")
                .class("button primary")
                .attr("href", choice.bind_address())
                .child(t(BIND_TO_BOOK)),
        );
    }
    button("button primary", HOLD, Some(choice.deed), move || {
        choice.hold(window.clone());
    })
}
