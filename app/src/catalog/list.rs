//! Finding a service: by what one would say, or by family.

use leptos::prelude::*;
use shared::{
    catalog::{rules::Family, wire::ServiceSummary},
    list::List,
};

use super::{
    page::fee,
    words::{ALL, BOOKABLE, CLEAR, FAMILY, FOUND, MORE, NOTHING, SEARCH, SEARCH_HINT, SERVICES, SHOW_ALL},
};
use crate::{
    api::{ANONYMOUS, Failure},
    browser, identity,
    language::{filled, t},
    routes,
    ui::{self, Deed, Icon, Remote, Tab, View, actions, button, chip, el, empty, fragment, icon, link_cell, live},
};

/// How long typing rests before the search goes out.
const REST: i32 = 250;

/// How many services larger type shows before one asks for the others.
const FEW: usize = 4;

type Services = List<ServiceSummary>;

/// The page.
pub fn list() -> View {
    let asked = RwSignal::new(routes::query("q").unwrap_or_default());
    let family = RwSignal::new(routes::query("category").and_then(|name| name.parse::<Family>().ok()));
    let found = Remote::<Services>::idle(ANONYMOUS);

    let whole = RwSignal::new(!identity::elder_mode());

    let search = move || {
        let words = Some(asked.get_untracked().trim().to_owned()).filter(|words| !words.is_empty());
        let family = family.get_untracked().map(|family| family.as_str().to_owned());
        let address = routes::with_query("/services", &[("q", words), ("category", family)]);
        // Who comes back finds the same search.
        routes::remember(&address);
        found.load(address);
    };
    search();
    let strokes = StoredValue::new(0_u32);
    let typed = move || {
        strokes.update_value(|count| *count += 1);
        let stroke = strokes.get_value();
        browser::beside(Box::pin(async move {
            browser::pause(REST).await;
            // Another stroke has come meanwhile, or the page was left.
            if strokes.try_get_value() == Some(stroke) {
                search();
            }
        }));
    };

    let families = std::iter::once(None).chain(Family::ALL.map(Some)).map(|offered| {
        let name = offered.map_or(t(ALL), |family| t(family.name()));
        let choose = move || {
            family.set(offered);
            search();
        };
        chip(name, move || family.get() == offered, choose)
    });
    let clear = move || {
        asked.set(String::new());
        family.set(None);
        search();
    };
    let content = fragment()
        .child(
            el("form")
                .class("search")
                .attr("role", "search")
                .on("submit", move |event| {
                    event.prevent_default();
                    search();
                })
                .child(icon(Icon::Search))
                .child(
                    el("input")
                        .attr("type", "search")
                        .attr("aria-label", t(SEARCH))
                        .attr("placeholder", t(SEARCH_HINT))
                        .attr("enterkeyhint", "search")
                        .live_prop("value", move || asked.get())
                        .on("input", move |event| {
                            asked.set(event_target_value(&event));
                            typed();
                        }),
                )
                .child(live(move || {
                    (!asked.with(String::is_empty)).then(|| button("search-clear", CLEAR, None, clear))
                })),
        )
        .child(
            el("div")
                .class("chips")
                .attr("role", "group")
                .attr("aria-label", t(FAMILY))
                .child(families.collect::<Vec<_>>()),
        )
        .child(found.view(6, move |services| results(services, found, whole, clear)));
    ui::page(t(SERVICES), Some(Tab::Services), content)
}

/// What was found. It is cut to the first few until the whole of it is asked for.
fn results(
    services: Services,
    found: Remote<Services>,
    whole: RwSignal<bool>,
    clear: impl Fn() + Copy + 'static,
) -> View {
    if services.items.is_empty() {
        return empty(NOTHING, Some(button("button plain", SHOW_ALL, None, clear)));
    }
    let count = services.items.len();
    let shown = if whole.get() { count } else { count.min(FEW) };
    let more = if shown < count {
        Some(actions(button("button plain", MORE, None, move || whole.set(true))))
    } else {
        services.next_cursor.clone().map(|cursor| more(cursor, found))
    };
    fragment()
        .child(
            el("p")
                .class("count")
                .attr("role", "status")
                .child(filled(FOUND, &[&count.to_string()])),
        )
        .child(
            el("div")
                .class("cells")
                .child(services.items.into_iter().take(shown).map(row).collect::<Vec<_>>()),
        )
        .child(more)
}

fn row(service: ServiceSummary) -> View {
    let price = fee(service.fee_fen);
    let bookable = service
        .bookable
        .then(|| el("span").class("tag good").child(t(BOOKABLE)));
    link_cell(
        format!("/services/{}", service.id),
        fragment()
            .child(el("strong").child(service.name))
            .child(el("span").class("cell-note clamp").child(service.summary))
            .child(
                el("span")
                    .class("tags")
                    .child(el("span").class("tag").child(t(service.category.name())))
                    .child(el("span").class("tag").child(price))
                    .child(bookable),
            ),
    )
}

/// Reads on behind the last entry.
fn more(cursor: String, found: Remote<Services>) -> View {
    let deed = Deed::new();
    let read_on = move || {
        let address = routes::address();
        let mark = if address.contains('?') { '&' } else { '?' };
        let path = format!("{address}{mark}cursor={}", browser::encoded(&cursor));
        deed.run(async move {
            let next: Services = ANONYMOUS.get(&path).await?;
            append(found, next);
            Ok::<(), Failure>(())
        });
    };
    fragment()
        .child(deed.outcome())
        .child(actions(button("button plain", MORE, Some(deed), read_on)))
}

fn append(found: Remote<Services>, next: Services) {
    found.state.try_update(|state| {
        if let ui::Load::Ready(services) = state {
            services.items.extend(next.items);
            services.next_cursor = next.next_cursor;
        }
    });
}
