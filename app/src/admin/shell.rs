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
        ACCOUNTS, ADMIN, BOOKS, CASES, CLOSURES, COLLECTIVE, COUNTERS, DEVICES, ENQUIRIES, EXCEPTIONS, NOT_MANAGER,
        OVERVIEW, PAGES, PAYMENT_ALERTS, PAYMENTS, PRIORITIES, PUBLICATION, REFUNDS, REVIEWS, SCHEDULES, SIGN_OUT,
        STATISTICS, STRIKES, TEXTS, TO_CONSOLE,
    },
};
use crate::{
    api::STAFF,
    appointments, cases, fines, identity,
    language::{self, Phrase, t},
    notify,
    ui::{self, Deed, Remote, View, button, el, live, notice},
};

/// A page of an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminPage {
    Overview,
    Counters,
    Schedules,
    Publication,
    Closures,
    Priorities,
    Strikes,
    Collective,
    Statistics,
    Devices,
    Cases,
    Reviews,
    Enquiries,
    Texts,
    Payments,
    Exceptions,
    Refunds,
    Books,
    PaymentAlerts,
    Accounts,
}

impl AdminPage {
    const ALL: [Self; 20] = [
        Self::Overview,
        Self::Counters,
        Self::Schedules,
        Self::Publication,
        Self::Closures,
        Self::Priorities,
        Self::Strikes,
        Self::Collective,
        Self::Statistics,
        Self::Devices,
        Self::Cases,
        Self::Reviews,
        Self::Enquiries,
        Self::Texts,
        Self::Payments,
        Self::Exceptions,
        Self::Refunds,
        Self::Books,
        Self::PaymentAlerts,
        Self::Accounts,
    ];

    /// Whether it is a page of those with this role.
    const fn is_for(self, role: StaffRole) -> bool {
        match self {
            Self::Collective => matches!(role, StaffRole::Manager | StaffRole::Clerk),
            Self::Cases | Self::Reviews => matches!(role, StaffRole::CaseOfficer),
            Self::Enquiries => matches!(role, StaffRole::Auditor),
            Self::Texts => matches!(role, StaffRole::SystemAdmin),
            Self::Accounts => matches!(role, StaffRole::SystemAdmin | StaffRole::SecurityAdmin),
            Self::Payments | Self::Exceptions | Self::Refunds | Self::Books | Self::PaymentAlerts => {
                matches!(role, StaffRole::Finance)
            }
            _ => matches!(role, StaffRole::Manager),
        }
    }

    /// The pages of somebody with this role, the first of which is shown to whoever comes without naming one.
    fn of(role: StaffRole) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |page| page.is_for(role))
    }

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
            Self::Collective => "collective",
            Self::Statistics => "statistics",
            Self::Devices => "devices",
            Self::Cases => "cases",
            Self::Reviews => "reviews",
            Self::Enquiries => "enquiries",
            Self::Texts => "texts",
            Self::Payments => "payments",
            Self::Exceptions => "exceptions",
            Self::Refunds => "refunds",
            Self::Books => "reconciliation",
            Self::PaymentAlerts => "payment-alerts",
            Self::Accounts => "staff",
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
            Self::Collective => COLLECTIVE,
            Self::Statistics => STATISTICS,
            Self::Devices => DEVICES,
            Self::Cases => CASES,
            Self::Reviews => REVIEWS,
            Self::Enquiries => ENQUIRIES,
            Self::Texts => TEXTS,
            Self::Payments => PAYMENTS,
            Self::Exceptions => EXCEPTIONS,
            Self::Refunds => REFUNDS,
            Self::Books => BOOKS,
            Self::PaymentAlerts => PAYMENT_ALERTS,
            Self::Accounts => ACCOUNTS,
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
        let first = AdminPage::of(staff.role).next();
        let page = if page == AdminPage::Overview {
            first.unwrap_or(page)
        } else {
            page
        };
        document().set_title(&format!("{} · {}", t(page.name()), t(ADMIN)));
        let hall = staff.hall.map(|id| Hall {
            id,
            detail: Remote::fetch(STAFF, format!("/halls/{id}")),
            groups: match staff.role {
                StaffRole::Manager => Remote::fetch(STAFF, "/admin/services"),
                _ => Remote::idle(STAFF),
            },
        });
        let content = page.is_for(staff.role).then(|| show(&staff, hall, page)).flatten();
        match content {
            Some(content) => frame(&staff, hall, page, content),
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

fn frame(staff: &StaffView, hall: Option<Hall>, page: AdminPage, content: View) -> View {
    let links = AdminPage::of(staff.role).map(|other| {
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
                .child(el("p").child(live(move || hall?.detail.ready().map(|detail| detail.summary.name))))
                .child(links.collect::<Vec<_>>())
                .child(
                    // Whoever calls at a counter comes from there and goes back.
                    (staff.role == StaffRole::Clerk).then(|| el("a").attr("href", "/console").child(t(TO_CONSOLE))),
                )
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
                .child(content),
        )
        .child(ui::questions())
}

/// The page itself; nothing when it is a hall's and there is none.
fn show(staff: &StaffView, hall: Option<Hall>, page: AdminPage) -> Option<View> {
    Some(match page {
        AdminPage::Overview => overview::overview(hall?),
        AdminPage::Counters => counters::counters(hall?),
        AdminPage::Schedules => schedules::schedules(hall?),
        AdminPage::Publication => publication::publication(hall?),
        AdminPage::Closures => closures::closures(hall?),
        AdminPage::Priorities => priorities::priorities(),
        AdminPage::Strikes => strikes::strikes(),
        AdminPage::Collective => appointments::collective(hall?.id),
        AdminPage::Statistics => statistics::statistics(hall?),
        AdminPage::Devices => devices::devices(),
        AdminPage::Cases => cases::look_up(),
        AdminPage::Reviews => cases::reviews(),
        AdminPage::Enquiries => cases::enquiries(),
        AdminPage::Texts => notify::texts(),
        AdminPage::Payments => fines::payments(),
        AdminPage::Exceptions => fines::exceptions(),
        AdminPage::Refunds => fines::refunds(),
        AdminPage::Books => fines::books(),
        AdminPage::PaymentAlerts => fines::alerts(),
        AdminPage::Accounts => accounts::accounts(staff),
    })
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
