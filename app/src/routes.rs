//! Which address shows which page, and how one gets from page to page.
//!
//! The pages are few and their addresses plain, so a signal and a match do what a router would; it costs a fifth of
//! the bytes.

use std::cell::Cell;

use leptos::prelude::*;
use shared::{
    identity::devices::DeviceKind,
    ids::{AppointmentId, CaseId, DecisionId, HallId, PaymentId, ServiceId, SlipId, TicketId},
    wechat::is_own_page,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, MouseEvent, UrlSearchParams};

use crate::{admin::AdminPage, browser::encoded};

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    Services,
    Service(ServiceId),
    Book(ServiceId),
    Appointments,
    Appointment(AppointmentId),
    Reschedule(AppointmentId),
    Ticket(TicketId),
    Slips,
    Slip(SlipId),
    Cases,
    Case(CaseId),
    /// What the steps of a case mean.
    CaseSteps,
    /// Property whose owner is looked for.
    Found,
    Fines,
    /// A decision, or a camera record: both have their own id.
    Fine(DecisionId),
    Payment(PaymentId),
    Login,
    Me,
    Account,
    /// Signing in by passkey.
    Passkey,
    Console,
    Admin(AdminPage),
    Board(HallId),
    Redeem,
    /// What lies at the site of whoever works there.
    Shelf,
    Kiosk(HallId),
    /// Where a browser becomes a device.
    Pairing(DeviceKind),
    Unknown,
}

impl Route {
    /// The page at a path.
    pub fn at(path: &str) -> Self {
        let mut parts = path.trim_matches('/').split('/');
        let found = match (parts.next().unwrap_or_default(), parts.next()) {
            ("", None) => Some(Self::Home),
            ("services", None) => Some(Self::Services),
            ("services", Some(id)) => id.parse().map(Self::Service).ok(),
            ("book", Some(id)) => id.parse().map(Self::Book).ok(),
            ("appointments", None) => Some(Self::Appointments),
            ("appointments", Some(id)) => match (id.parse(), parts.next()) {
                (Ok(id), None) => Some(Self::Appointment(id)),
                (Ok(id), Some("reschedule")) => Some(Self::Reschedule(id)),
                _ => None,
            },
            ("tickets", Some(id)) => id.parse().map(Self::Ticket).ok(),
            ("slips", None) | ("R", Some(_)) => Some(Self::Slips),
            ("slips", Some(id)) => id.parse().map(Self::Slip).ok(),
            ("cases", None) => Some(Self::Cases),
            ("cases", Some("steps")) => Some(Self::CaseSteps),
            ("cases", Some("found")) => Some(Self::Found),
            ("cases", Some(id)) => id.parse().map(Self::Case).ok(),
            ("fines", None) => Some(Self::Fines),
            ("fines", Some(id)) => id.parse().map(Self::Fine).ok(),
            ("payments", Some(id)) => id.parse().map(Self::Payment).ok(),
            ("login", None) => Some(Self::Login),
            ("me", None) => Some(Self::Me),
            ("account", None) => Some(Self::Account),
            ("passkey", None) => Some(Self::Passkey),
            ("console", None) => Some(Self::Console),
            ("redeem", None) => Some(Self::Redeem),
            ("redeem", Some("shelf")) => Some(Self::Shelf),
            ("admin", page) => AdminPage::at(page.unwrap_or_default()).map(Self::Admin),
            ("board", None) => Some(Self::Pairing(DeviceKind::Board)),
            ("board", Some(id)) => id.parse().map(Self::Board).ok(),
            ("kiosk", None) => Some(Self::Pairing(DeviceKind::Kiosk)),
            ("kiosk", Some(id)) => id.parse().map(Self::Kiosk).ok(),
            _ => None,
        };
        found.filter(|_| parts.next().is_none()).unwrap_or(Self::Unknown)
    }

    /// Whether the page is of the staff's program: an office's, or a screen's in a hall.
    pub fn is_of_staff(self) -> bool {
        matches!(
            self,
            Self::Console
                | Self::Admin(_)
                | Self::Board(_)
                | Self::Kiosk(_)
                | Self::Pairing(_)
                | Self::Redeem
                | Self::Shelf
        )
    }
}

thread_local! {
    /// Counts the visits, so that the same address shows anew when it is gone to again.
    static VISIT: ArcRwSignal<u32> = ArcRwSignal::new(0);
    /// How many pages lie behind this one inside the program.
    static BEHIND: Cell<u32> = const { Cell::new(0) };
    /// Which pages this program has; the others are loaded with theirs.
    static OURS: Cell<fn(Route) -> bool> = Cell::new(|_| true);
}

/// The page to show, for the one place that shows it.
pub fn followed_route() -> Route {
    VISIT.with(Track::track);
    here()
}

/// How many pages were visited before this one.
pub fn visits() -> u32 {
    VISIT.with(GetUntracked::get_untracked)
}

/// The list in which what a page shows would be found, and where one goes on when it is not there.
pub fn list_of(route: Route) -> Option<&'static str> {
    match route {
        Route::Service(_) | Route::Book(_) => Some("/services"),
        Route::Appointment(_) | Route::Reschedule(_) | Route::Ticket(_) => Some("/appointments"),
        Route::Case(_) => Some("/cases"),
        Route::Slip(_) => Some("/slips"),
        _ => None,
    }
}

/// The page of the address bar.
pub fn here() -> Route {
    Route::at(&path())
}

/// The address bar without what is asked for.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn visit() {
    VISIT.with(|visit| visit.update(|count| *count += 1));
}

/// Whether the page at an address is of this program.
fn is_ours(to: &str) -> bool {
    OURS.get()(Route::at(to.split(['?', '#']).next().unwrap_or_default()))
}

/// Goes to an address.
pub fn go(to: &str) {
    if !is_ours(to) {
        window().location().assign(to).ok();
        return;
    }
    if let Ok(history) = window().history() {
        history.push_state_with_url(&JsValue::NULL, "", Some(to)).ok();
    }
    BEHIND.set(BEHIND.get() + 1);
    window().scroll_to_with_x_and_y(0.0, 0.0);
    visit();
}

/// Goes to an address in place of this one, to which one then does not come back.
pub fn replace(to: &str) {
    if !is_ours(to) {
        window().location().replace(to).ok();
        return;
    }
    remember(to);
    window().scroll_to_with_x_and_y(0.0, 0.0);
    visit();
}

/// Changes the address without leaving the page, so that the page can be left and come back to as it is.
pub fn remember(address: &str) {
    if let Ok(history) = window().history() {
        history.replace_state_with_url(&JsValue::NULL, "", Some(address)).ok();
    }
}

/// Goes back, or home when the pages were entered here.
pub fn back() {
    // Whoever came from a page of the other program has that page behind.
    let origin = window().location().origin().unwrap_or_default();
    let entered = BEHIND.get() == 0 && !document().referrer().starts_with(&origin);
    match window().history() {
        Ok(history) if !entered => {
            history.back().ok();
        }
        _ => replace("/"),
    }
}

/// A value from the address.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search)
        .ok()?
        .get(name)
        .filter(|value| !value.is_empty())
}

/// An address with those of the values that there are.
pub fn with_query(path: &str, values: &[(&str, Option<String>)]) -> String {
    let mut address = path.to_owned();
    let present = values.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    for (index, (name, value)) in present.enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&encoded(value));
    }
    address
}

/// The address of this page, as a place to come back to.
pub fn address() -> String {
    path() + &window().location().search().unwrap_or_default()
}

/// The sign-in page that comes back to an address.
pub fn sign_in_for(address: &str) -> String {
    with_query("/login", &[("next", Some(address.to_owned()))])
}

/// Where the `next` of this address leads, inside this client only: a foreign page must not borrow our sign-in.
pub fn next_or(fallback: &str) -> String {
    query("next")
        .filter(|next| is_own_page(next))
        .unwrap_or_else(|| fallback.to_owned())
}

/// Follows the browser's own back and forward, and lets links inside the client not load the page again.
pub fn follow(ours: fn(Route) -> bool) {
    OURS.set(ours);
    let popped = Closure::<dyn FnMut()>::new(|| {
        BEHIND.set(BEHIND.get().saturating_sub(1));
        visit();
    });
    let clicked = Closure::<dyn FnMut(MouseEvent)>::new(|click: MouseEvent| follow_link(&click));
    let window = window();
    window
        .add_event_listener_with_callback("popstate", popped.as_ref().unchecked_ref())
        .ok();
    window
        .add_event_listener_with_callback("click", clicked.as_ref().unchecked_ref())
        .ok();
    // They live as long as the page does.
    popped.forget();
    clicked.forget();
}

fn follow_link(click: &MouseEvent) {
    if click.default_prevented()
        || click.button() != 0
        || click.ctrl_key()
        || click.meta_key()
        || click.shift_key()
        || click.alt_key()
    {
        return;
    }
    let link = click
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("a[href]").ok().flatten())
        .filter(|link| !link.has_attribute("target") && !link.has_attribute("download"));
    let Some(to) = link.and_then(|link| link.get_attribute("href")) else {
        return;
    };
    if to.starts_with('/') && is_ours(&to) {
        click.prevent_default();
        go(&to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_page_and_no_other() {
        let id = "0190f3c4-0000-7000-8000-000000000001";
        assert_eq!(Route::at("/"), Route::Home);
        assert_eq!(Route::at("/services/"), Route::Services);
        assert!(matches!(Route::at(&format!("/book/{id}")), Route::Book(_)));
        assert!(matches!(Route::at(&format!("/board/{id}")), Route::Board(_)));
        // The address in a slip's other form leads whoever scans it to the slips.
        assert_eq!(Route::at("/R/AEAQ"), Route::Slips);
        assert_eq!(Route::at("/admin"), Route::Admin(AdminPage::Overview));
        assert_eq!(Route::at("/admin/closures"), Route::Admin(AdminPage::Closures));
        assert_eq!(Route::at("/admin/refunds"), Route::Admin(AdminPage::Refunds));
        assert_eq!(Route::at("/admin/x"), Route::Unknown);
        assert_eq!(Route::at("/kiosk"), Route::Pairing(DeviceKind::Kiosk));
        assert!(matches!(Route::at(&format!("/cases/{id}")), Route::Case(_)));
        assert_eq!(Route::at("/cases/steps"), Route::CaseSteps);
        assert_eq!(Route::at("/cases/found"), Route::Found);
        assert!(matches!(Route::at(&format!("/fines/{id}")), Route::Fine(_)));
        assert!(matches!(Route::at(&format!("/payments/{id}")), Route::Payment(_)));
        assert!(matches!(
            Route::at(&format!("/appointments/{id}/reschedule")),
            Route::Reschedule(_)
        ));
        assert_eq!(Route::at(&format!("/appointments/{id}/x")), Route::Unknown);
        assert_eq!(Route::at(&format!("/appointments/{id}/reschedule/x")), Route::Unknown);
        assert_eq!(Route::at("/services/x"), Route::Unknown);
        assert_eq!(Route::at("/me/x"), Route::Unknown);
        assert_eq!(Route::at(&format!("/tickets/{id}/x")), Route::Unknown);
    }
}
