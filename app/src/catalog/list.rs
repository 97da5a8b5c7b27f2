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
    language::{filled, t},
    routes,
    ui::{self, Deed, Icon, Remote, Tab, button, empty, icon, link_cell},
};

/// How long typing rests before the search goes out.
const REST: u64 = 250;

type Services = List<ServiceSummary>;

/// The page.
pub fn list() -> AnyView {
    let asked = RwSignal::new(routes::query("q").unwrap_or_default());
    let family = RwSignal::new(routes::query("category").and_then(|name| name.parse::<Family>().ok()));
    let found = Remote::<Services>::idle(ANONYMOUS);

    let search = move || {
        let words = Some(asked.get_untracked().trim().to_owned()).filter(|words| !words.is_empty());
        let family = family.get_untracked().map(|family| family.as_str().to_owned());
        let address = routes::with_query("/services", &[("q", words), ("category", family)]);
        // Who comes back finds the same search.
        routes::remember(&address);
        found.load(address);
    };
    search();
    let typed = leptos::leptos_dom::helpers::debounce(std::time::Duration::from_millis(REST), move |()| search());

    let families = std::iter::once(None).chain(Family::ALL.map(Some)).map(|offered| {
        let name = offered.map_or(t(ALL), |family| t(family.name()));
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (family.get() == offered).to_string()
                on:click=move |_| {
                    family.set(offered);
                    search();
                }
            >
                {name}
            </button>
        }
        .into_any()
    });
    let clear = move || {
        asked.set(String::new());
        family.set(None);
        search();
    };
    let mut typed_once = typed;
    let content = view! {
        <form class="search" role="search" on:submit=move |event| { event.prevent_default(); search(); }>
            {icon(Icon::Search)}
            <input
                type="search"
                aria-label=t(SEARCH)
                placeholder=t(SEARCH_HINT)
                enterkeyhint="search"
                prop:value=move || asked.get()
                on:input=move |event| {
                    asked.set(event_target_value(&event));
                    typed_once(());
                }
            />
            {move || (!asked.with(String::is_empty)).then(|| button("search-clear", CLEAR, None, clear))}
        </form>
        <div class="chips" role="group" aria-label=t(FAMILY)>{families.collect_view()}</div>
        {found.view(6, move |services| results(services, found, clear))}
    }
    .into_any();
    ui::page(t(SERVICES), Some(Tab::Services), content)
}

fn results(services: Services, found: Remote<Services>, clear: impl Fn() + Send + Sync + Copy + 'static) -> AnyView {
    if services.items.is_empty() {
        return empty(NOTHING, Some(button("button plain", SHOW_ALL, None, clear)));
    }
    let count = services.items.len().to_string();
    let more = services.next_cursor.clone().map(|cursor| more(cursor, found));
    view! {
        <p class="count" role="status">{filled(FOUND, &[&count])}</p>
        <div class="cells">{services.items.into_iter().map(row).collect_view()}</div>
        {more}
    }
    .into_any()
}

fn row(service: ServiceSummary) -> AnyView {
    let price = fee(service.fee_fen);
    let bookable = service
        .bookable
        .then(|| view! { <span class="tag good">{t(BOOKABLE)}</span> });
    link_cell(
        format!("/services/{}", service.id),
        view! {
            <strong>{service.name}</strong>
            <span class="cell-note clamp">{service.summary}</span>
            <span class="tags"><span class="tag">{t(service.category.name())}</span><span class="tag">{price}</span>{bookable}</span>
        }
        .into_any(),
    )
}

/// Reads on behind the last entry.
fn more(cursor: String, found: Remote<Services>) -> AnyView {
    let deed = Deed::new();
    let read_on = move || {
        let address = routes::address();
        let mark = if address.contains('?') { '&' } else { '?' };
        let path = format!("{address}{mark}cursor={}", crate::browser::encoded(&cursor));
        deed.run(async move {
            let next: Services = ANONYMOUS.get(&path).await?;
            append(found, next);
            Ok::<(), Failure>(())
        });
    };
    view! { {deed.outcome()} <div class="actions">{button("button plain", MORE, Some(deed), read_on)}</div> }.into_any()
}

fn append(found: Remote<Services>, next: Services) {
    found.state.try_update(|state| {
        if let ui::Load::Ready(services) = state {
            services.items.extend(next.items);
            services.next_cursor = next.next_cursor;
        }
    });
}
