//! Choosing where: by hall, or by whichever hall is free first.

use leptos::prelude::*;
use shared::{
    catalog::wire::{HallSummary, NearestWindow},
    list::List,
};

use super::{
    choice::Choice,
    words::{BY_HALL, BY_TIME, EARLIEST, NONE_FREE, STEP_HALL},
};
use crate::{
    api::ANONYMOUS,
    dates,
    language::{filled, t},
    routes,
    ui::{Icon, Load, Remote, View, chip, choice, el, fragment, icon, live, notice, skeleton},
};

type Nearest = Remote<List<NearestWindow>>;

/// The halls that serve something, each with its first free time.
pub fn section(halls: Vec<HallSummary>, form: Choice) -> View {
    let nearest = Nearest::fetch(ANONYMOUS, format!("/services/{}/nearest", form.service));
    let by_time = RwSignal::new(routes::query("by").is_some());
    let ways = (halls.len() > 1).then(|| {
        el("div")
            .class("chips")
            .child(chip(t(BY_HALL), move || !by_time.get(), move || by_time.set(false)))
            .child(chip(t(BY_TIME), move || by_time.get(), move || by_time.set(true)))
    });
    el("fieldset")
        .class("block")
        .child(el("legend").class("cells-title").child(t(STEP_HALL)))
        .child(ways)
        .child(el("div").class("cells").child(live(move || {
            if by_time.get() {
                soonest(&halls, nearest, form)
            } else {
                fragment().child(
                    halls
                        .iter()
                        .map(|hall| by_hall(hall, nearest, form))
                        .collect::<Vec<_>>(),
                )
            }
        })))
}

fn by_hall(hall: &HallSummary, nearest: Nearest, form: Choice) -> View {
    let id = hall.id;
    let earliest = move || {
        let found = nearest.ready()?.items.into_iter().find(|found| found.hall_id == id);
        Some(found.map_or_else(
            || t(NONE_FREE).to_owned(),
            |found| filled(EARLIEST, &[&dates::moment(found.window.starts_at)]),
        ))
    };
    choice(
        "hall",
        move || form.hall.get() == Some(id),
        move || form.choose_hall(id),
        fragment()
            .child(el("strong").child(hall.name.clone()))
            .child(
                el("span")
                    .class("cell-note")
                    .child(icon(Icon::Pin))
                    .child(hall.address.clone()),
            )
            .child(el("span").class("cell-note free").child(live(earliest))),
    )
}

/// The halls by their first free times; choosing one chooses that time.
fn soonest(halls: &[HallSummary], nearest: Nearest, form: Choice) -> View {
    let found = match nearest.state.get() {
        Load::Waiting => return skeleton(3),
        Load::Ready(found) => found.items,
        Load::Failed(failure) => return crate::ui::failed(&failure, move || nearest.again()),
    };
    if found.is_empty() {
        return notice("bad", t(NONE_FREE));
    }
    let rows = found.into_iter().filter_map(|found| {
        let hall = halls.iter().find(|hall| hall.id == found.hall_id)?;
        let window = found.window;
        let (id, time) = (window.id, dates::day_span(window.starts_at, window.ends_at));
        Some(choice(
            "soonest",
            move || form.window.get() == Some(id),
            move || {
                form.choose_hall(found.hall_id);
                form.choose_window(&window);
            },
            fragment()
                .child(el("strong").child(time))
                .child(el("span").class("cell-note").child(hall.name.clone())),
        ))
    });
    fragment().child(rows.collect::<Vec<_>>())
}
