//! The office that answers for the money (财务): payments, exceptions, refunds, the books of the days, alerts.

mod alerts;
mod books;
mod exceptions;
mod payments;
mod refunds;
mod words;

use leptos::prelude::*;
use shared::{identity::rules::StaffRole, identity::wire::StaffView};

use self::words::{ALERTS, BOOKS, EXCEPTIONS, NOT_FINANCE, OFFICE, PAYMENTS, REFUNDS, TREASURY};
use crate::{
    admin, identity,
    language::{Phrase, t},
    ui::{View, el, fragment, notice},
};

/// A page of the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficePage {
    Payments,
    Exceptions,
    Refunds,
    Books,
    Alerts,
}

impl OfficePage {
    const ALL: [Self; 5] = [
        Self::Payments,
        Self::Exceptions,
        Self::Refunds,
        Self::Books,
        Self::Alerts,
    ];

    /// The last part of the page's address.
    const fn slug(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Exceptions => "exceptions",
            Self::Refunds => "refunds",
            Self::Books => "reconciliation",
            Self::Alerts => "payment-alerts",
        }
    }

    /// The page with this last part.
    pub fn at(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.slug() == slug)
    }

    const fn name(self) -> Phrase {
        match self {
            Self::Payments => PAYMENTS,
            Self::Exceptions => EXCEPTIONS,
            Self::Refunds => REFUNDS,
            Self::Books => BOOKS,
            Self::Alerts => ALERTS,
        }
    }
}

/// A page.
pub fn office(page: OfficePage) -> View {
    identity::gate(move |staff| {
        document().set_title(&format!("{} · {}", t(page.name()), t(OFFICE)));
        if staff.role == StaffRole::Finance {
            frame(&staff, page)
        } else {
            el("main").class("staff-login").child(notice("bad", t(NOT_FINANCE)))
        }
    })
}

fn frame(staff: &StaffView, page: OfficePage) -> View {
    let links = OfficePage::ALL.map(|other| {
        el("a")
            .attr("href", format!("/admin/{}", other.slug()))
            .attr("aria-current", (other == page).then_some("page"))
            .child(t(other.name()))
    });
    let content = match page {
        OfficePage::Payments => payments::payments(),
        OfficePage::Exceptions => exceptions::exceptions(),
        OfficePage::Refunds => refunds::refunds(),
        OfficePage::Books => books::books(),
        OfficePage::Alerts => alerts::alerts(),
    };
    let place = fragment().child(t(TREASURY));
    admin::desk(staff, (OFFICE, place), fragment().child(links), (page.name(), content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_by_its_address() {
        for page in OfficePage::ALL {
            assert_eq!(OfficePage::at(page.slug()), Some(page));
        }
        assert_eq!(OfficePage::at(""), None);
    }
}
