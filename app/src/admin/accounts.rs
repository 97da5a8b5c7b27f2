//! The accounts of staff: one administrator makes and ends them, the other lets them begin and gives forgotten ones back.

use leptos::prelude::*;
use shared::{
    catalog::wire::HallSummary,
    identity::{
        accounts::{AccountState, BegunAccount, StaffAccount, StaffAccountRequest, belongs_to_a_hall},
        rules::StaffRole,
        wire::StaffView,
    },
    list::List,
};

use super::{
    inputs::{filled_with, form, input, optional, row, select, table, words},
    words::{
        ACCOUNT_ENDED, ACCOUNT_NAME, ACCOUNTS_HOW, ACTIONS, ACTIVE, APPROVE, COLLEAGUES_NAME, END, END_ASK, ENDED,
        FIRST_PASSWORD, HALL, INITIAL, LOCKED, MAKE_ACCOUNT, NO_HALL, PASSWORD_ONCE, PENDING, RESET, RESET_ASK, ROLE,
        ROLE_AUDITOR, ROLE_CASE_OFFICER, ROLE_CLERK, ROLE_FINANCE, ROLE_MANAGER, ROLE_SECURITY, ROLE_SYSTEM, STATE,
    },
};
use crate::{
    api::STAFF,
    language::{Phrase, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live},
};

const ROLES: [StaffRole; 7] = [
    StaffRole::Clerk,
    StaffRole::Manager,
    StaffRole::CaseOfficer,
    StaffRole::Finance,
    StaffRole::Auditor,
    StaffRole::SystemAdmin,
    StaffRole::SecurityAdmin,
];

const fn role_name(role: StaffRole) -> Phrase {
    match role {
        StaffRole::Clerk => ROLE_CLERK,
        StaffRole::Manager => ROLE_MANAGER,
        StaffRole::CaseOfficer => ROLE_CASE_OFFICER,
        StaffRole::Finance => ROLE_FINANCE,
        StaffRole::Auditor => ROLE_AUDITOR,
        StaffRole::SystemAdmin => ROLE_SYSTEM,
        StaffRole::SecurityAdmin => ROLE_SECURITY,
    }
}

/// What the page works on.
#[derive(Clone, Copy)]
struct Page {
    accounts: Remote<List<StaffAccount>>,
    begun: RwSignal<Option<BegunAccount>>,
    deed: Deed,
}

/// The page.
pub fn accounts(me: &StaffView) -> View {
    let page = Page {
        accounts: Remote::fetch(STAFF, "/admin/staff"),
        begun: RwSignal::new(None),
        deed: Deed::new(),
    };
    let (role, own) = (me.role, me.id);
    let makes = role == StaffRole::SystemAdmin;
    fragment()
        .child(el("p").class("explain").child(t(ACCOUNTS_HOW)))
        .child(makes.then(|| make(page)))
        .child(live(move || page.begun.get().map(|begun| password(&begun))))
        .child(page.deed.outcome())
        .child(page.accounts.view(6, move |list| {
            let rows = list
                .items
                .iter()
                .map(|account| line(account, makes, account.id == own, page));
            table(&[ACCOUNT_NAME, COLLEAGUES_NAME, ROLE, STATE, ACTIONS], rows.collect())
        }))
}

fn make(page: Page) -> View {
    let (username, name) = (filled_with(""), filled_with(""));
    let (role, hall) = (filled_with(StaffRole::Clerk.as_str()), filled_with(""));
    let halls = Remote::<List<HallSummary>>::fetch(STAFF, "/halls");
    let deed = Deed::new();
    let send = move || {
        let role: StaffRole = role.get_untracked().parse().unwrap_or(StaffRole::Clerk);
        let asked = StaffAccountRequest {
            username: username.get_untracked().trim().to_owned(),
            name: name.get_untracked(),
            role,
            hall_id: optional(hall).filter(|_| belongs_to_a_hall(role)),
            counters: Vec::new(),
        };
        deed.run(async move {
            let begun: BegunAccount = STAFF.post("/admin/staff", &asked).await?;
            page.begun.try_set(Some(begun));
            username.try_set(String::new());
            name.try_set(String::new());
            page.accounts.refresh();
            Ok(())
        });
    };
    let roles = ROLES.map(|role| (role.as_str().to_owned(), t(role_name(role)).to_owned()));
    let of_hall = live(move || {
        let none = (String::new(), t(NO_HALL).to_owned());
        let known = halls.ready().map(|list| list.items).unwrap_or_default();
        let options = known.into_iter().map(|hall| (hall.id.to_string(), hall.name));
        select(HALL, std::iter::once(none).chain(options).collect(), hall)
    });
    let fields = vec![
        input("text", ACCOUNT_NAME, username),
        input("text", COLLEAGUES_NAME, name),
        select(ROLE, roles.to_vec(), role),
        of_hall,
    ];
    form(fields, MAKE_ACCOUNT, deed, None, send)
}

fn password(begun: &BegunAccount) -> View {
    let fact = |name: Phrase, value: &str| {
        fragment()
            .child(el("dt").child(t(name)))
            .child(el("dd").child(el("code").child(value.to_owned())))
    };
    el("div")
        .class("panel key")
        .attr("role", "status")
        .child(el("p").child(t(PASSWORD_ONCE)))
        .child(
            el("dl")
                .child(fact(ACCOUNT_NAME, &begun.account.username))
                .child(fact(FIRST_PASSWORD, &begun.password)),
        )
}

fn line(account: &StaffAccount, makes: bool, is_own: bool, page: Page) -> View {
    let state = match account.state {
        AccountState::Pending => PENDING,
        AccountState::Ended => ENDED,
        AccountState::Active if account.locked_until.is_some() => LOCKED,
        AccountState::Active if account.initial_until.is_some() => INITIAL,
        AccountState::Active => ACTIVE,
    };
    let ended = account.state == AccountState::Ended;
    let deeds = fragment()
        .child((!makes && account.state == AccountState::Pending).then(|| approve(account, page)))
        .child((!makes && !ended && !is_own).then(|| reset(account, page)))
        .child((makes && !ended && !is_own).then(|| end(account, page)));
    row(vec![
        words(account.username.clone()),
        words(account.name.clone()),
        words(t(role_name(account.role))),
        words(t(state)),
        deeds,
    ])
}

fn approve(account: &StaffAccount, page: Page) -> View {
    let path = format!("/admin/staff/{}/approval", account.id);
    button("text-button", APPROVE, Some(page.deed), move || {
        let path = path.clone();
        page.deed.run(async move {
            STAFF.post::<StaffAccount>(&path, &()).await?;
            page.accounts.refresh();
            Ok(())
        });
    })
}

fn reset(account: &StaffAccount, page: Page) -> View {
    let path = format!("/admin/staff/{}/reset", account.id);
    let confirmed = move || {
        let path = path.clone();
        page.deed.run(async move {
            let begun: BegunAccount = STAFF.post(&path, &()).await?;
            page.begun.try_set(Some(begun));
            page.accounts.refresh();
            Ok(())
        });
    };
    button("text-button", RESET, Some(page.deed), move || {
        ui::confirm(t(RESET_ASK), "button danger", RESET, confirmed.clone());
    })
}

fn end(account: &StaffAccount, page: Page) -> View {
    let path = format!("/admin/staff/{}", account.id);
    let confirmed = move || {
        let path = path.clone();
        page.deed.run(async move {
            STAFF.delete(&path).await?;
            ui::toast(ACCOUNT_ENDED);
            page.accounts.refresh();
            Ok(())
        });
    };
    button("text-button", END, Some(page.deed), move || {
        ui::confirm(t(END_ASK), "button danger", END, confirmed.clone());
    })
}
