//! What stands around every page of the manager: who is signed in, and the way to the others.

use leptos::prelude::*;
use shared::{
    catalog::{arrangements::GroupView, wire::HallDetail},
    identity::rules::StaffRole,
    identity::wire::StaffView,
    ids::{GroupId, HallId},
    list::List,
};

use super::{
    accounts, closures, counters, devices, overview, priorities, publication, schedules, statistics, strikes,
    words::{
        ADMIN, CLOSURES, COUNTERS, DEVICES, NOT_MANAGER, OVERVIEW, PAGES, PRIORITIES, PUBLICATION, SCHEDULES, SIGN_OUT,
        STATISTICS, STRIKES,
    },
};
use crate::{
    api::STAFF,
    identity,
    language::{self, Phrase, t},
    ui::{Deed, Remote, View, button, el, live, notice},
};

/// A page of the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminPage {
    Overview,
    Counters,
    Schedules,
    Publication,
    Closures,
    Priorities,
    Strikes,
    Statistics,
    Devices,
}

impl AdminPage {
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Counters,
        Self::Schedules,
        Self::Publication,
        Self::Closures,
        Self::Priorities,
        Self::Strikes,
        Self::Statistics,
        Self::Devices,
    ];

    /// The last part of the page's address.
    const fn slug(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Counters => "counters",
            Self::Schedules => "schedules",
            Self::Publication => "publication",
            Self::Closures => "closures",
            Self::Priorities => "priorities",
            Self::Strikes => "strikes",
            Self::Statistics => "statistics",
            Self::Devices => "devices",
        }
    }

    /// The page with this last part.
    pub fn at(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.slug() == slug)
    }

    const fn name(self) -> Phrase {
        match self {
            Self::Overview => OVERVIEW,
            Self::Counters => COUNTERS,
            Self::Schedules => SCHEDULES,
            Self::Publication => PUBLICATION,
            Self::Closures => CLOSURES,
            Self::Priorities => PRIORITIES,
            Self::Strikes => STRIKES,
            Self::Statistics => STATISTICS,
            Self::Devices => DEVICES,
        }
    }
}

/// What every page knows of the hall.
#[derive(Clone, Copy)]
pub struct Hall {
    /// The hall.
    pub id: HallId,
    /// Its counters and hours.
    pub detail: Remote<HallDetail>,
    /// Every group of the bureau, with the hall's counters that serve it.
    pub groups: Remote<List<GroupView>>,
}

impl Hall {
    /// The groups that the hall serves, once they are known.
    pub fn served(self) -> Vec<GroupView> {
        let groups = self.groups.ready().map(|list| list.items).unwrap_or_default();
        groups.into_iter().filter(|group| !group.counters.is_empty()).collect()
    }

    /// What a group is called.
    pub fn name_of(self, group: GroupId) -> String {
        let groups = self.groups.ready().map(|list| list.items).unwrap_or_default();
        let found = groups.into_iter().find(|known| known.id == group);
        found
            .map(|group| format!("{} {}", group.prefix, group.name))
            .unwrap_or_default()
    }
}

/// A page.
pub fn admin(page: AdminPage) -> View {
    identity::gate(move |staff| {
        document().set_title(&format!("{} · {}", t(page.name()), t(ADMIN)));
        let keeps_accounts = matches!(staff.role, StaffRole::SystemAdmin | StaffRole::SecurityAdmin);
        match staff.hall.filter(|_| staff.role == StaffRole::Manager) {
            Some(hall) => frame(&staff, hall, page),
            None if keeps_accounts => accounts::accounts(&staff, sign_out()),
            None => el("main")
                .class("staff-login")
                .child(notice("bad", t(NOT_MANAGER)))
                .child(sign_out()),
        }
    })
}

fn sign_out() -> View {
    let leaving = Deed::new();
    button("text-button", SIGN_OUT, Some(leaving), move || {
        identity::sign_out_staff(leaving);
    })
}

fn frame(staff: &StaffView, hall: HallId, page: AdminPage) -> View {
    let hall = Hall {
        id: hall,
        detail: Remote::fetch(STAFF, format!("/halls/{hall}")),
        groups: Remote::fetch(STAFF, "/admin/services"),
    };
    let links = AdminPage::ALL.map(|other| {
        el("a")
            .attr(
                "href",
                format!("/admin/{}", other.slug()).trim_end_matches('/').to_owned(),
            )
            .attr("aria-current", (other == page).then_some("page"))
            .child(t(other.name()))
    });
    let other = language::other();
    el("div")
        .class("admin")
        .child(
            el("nav")
                .class("admin-nav")
                .attr("aria-label", t(PAGES))
                .child(el("strong").child(t(ADMIN)))
                .child(el("p").child(live(move || hall.detail.ready().map(|detail| detail.summary.name))))
                .child(links)
                .child(
                    el("div")
                        .class("admin-who")
                        .child(el("span").child(staff.name.clone()))
                        .child(sign_out())
                        .child(
                            el("button")
                                .attr("type", "button")
                                .class("text-button")
                                .attr("lang", other.tag())
                                .on("click", move |_| language::choose(other))
                                .child(identity::language_name(other)),
                        ),
                ),
        )
        .child(
            el("main")
                .class("admin-page")
                .child(el("h1").attr("tabindex", "-1").child(t(page.name())))
                .child(show(hall, page)),
        )
}

fn show(hall: Hall, page: AdminPage) -> View {
    match page {
        AdminPage::Overview => overview::overview(hall),
        AdminPage::Counters => counters::counters(hall),
        AdminPage::Schedules => schedules::schedules(hall),
        AdminPage::Publication => publication::publication(hall),
        AdminPage::Closures => closures::closures(hall),
        AdminPage::Priorities => priorities::priorities(),
        AdminPage::Strikes => strikes::strikes(),
        AdminPage::Statistics => statistics::statistics(hall),
        AdminPage::Devices => devices::devices(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_by_its_address() {
        for page in AdminPage::ALL {
            assert_eq!(AdminPage::at(page.slug()), Some(page));
        }
        assert_eq!(AdminPage::at("elsewhere"), None);
    }
}
