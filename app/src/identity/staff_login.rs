//! The sign-in of staff: a password and a one-time code.

use leptos::prelude::*;
use shared::{
    identity::{
        rules::LoginCode,
        wire::{Me, PASSWORD_CHANGE_REQUIRED, Session, StaffSessionRequest, StaffView},
    },
    ids::StaffId,
};

use super::{
    begin_account, changes,
    words::{
        NOT_STAFF, PASSWORD, REQUIRED, SIGN_IN, SIGN_IN_AGAIN, SIGN_IN_AGAIN_HOW, STAFF_SIGN_IN, TOTP, TOTP_HINT,
        TOTP_WRONG, USERNAME, USERNAME_HINT,
    },
};
use crate::{
    api::{self, ANONYMOUS, STAFF},
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, Load, Remote, View, el, failed, fragment, live, notice, skeleton},
};

fn missing(text: &str) -> Option<Phrase> {
    text.trim().is_empty().then_some(REQUIRED)
}

pub(super) fn totp_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(TOTP_WRONG)
}

/// Shows something to staff, and the sign-in to everyone else. When a session ends while its page is open, the sign-in lies over the page,
/// where everything stays as it was typed.
pub fn gate(show: impl Fn(StaffView) -> View + 'static) -> View {
    let me = Remote::<Me>::fetch(STAFF, "/me?kind=staff");
    live(move || match me.state.get() {
        Load::Waiting => skeleton(6),
        Load::Ready(Me::Staff(staff)) => {
            let id = staff.id;
            let signed_out = api::signed_out();
            signed_out.set(false);
            fragment()
                .child(changes::told())
                .child(show(staff))
                .child(live(move || signed_out.get().then(|| over_the_page(me, id))))
        }
        Load::Ready(Me::Resident(_)) => form(me, Entrance::Resident),
        Load::Failed(failure) if failure.asks_for_sign_in() => form(me, Entrance::Page),
        Load::Failed(failure) => failed(&failure, move || me.again()),
    })
}

/// Ends the session of the member of staff.
pub fn sign_out_staff(deed: Deed) {
    deed.run(async {
        match STAFF.delete("/auth/sessions/current?kind=staff").await {
            Err(failure) if !failure.asks_for_sign_in() => Err(failure),
            _ => {
                window().location().reload().ok();
                Ok(())
            }
        }
    });
}

/// From where the sign-in is come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entrance {
    /// Nobody is signed in.
    Page,
    /// A resident is.
    Resident,
    /// This account's session has ended beneath an open page.
    Over(StaffId),
}

/// The sign-in in a dialog. Whoever closes it sees the page, and the dialog again at the next call that is refused.
fn over_the_page(me: Remote<Me>, staff: StaffId) -> View {
    let close = || api::signed_out().set(false);
    ui::dialog(t(SIGN_IN_AGAIN).to_owned(), close, form(me, Entrance::Over(staff)))
}

fn form(me: Remote<Me>, entrance: Entrance) -> View {
    if !matches!(entrance, Entrance::Over(_)) {
        document().set_title(t(STAFF_SIGN_IN));
    }
    let username = Field::new(missing);
    let password = Field::new(missing);
    let totp = Field::new(totp_wrong);
    let deed = Deed::new();
    let begins = RwSignal::new(None::<(String, String)>);
    // An account that begins has no authenticator yet, so the code may be missing.
    let ready = move || username.is_right() && password.is_right() && (totp.is_right() || totp.now().is_empty());
    let enter = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let asked = StaffSessionRequest {
                username: username.now(),
                password: password.value.get_untracked(),
                totp: totp.now(),
            };
            let outcome = ANONYMOUS.post::<Session>("/auth/staff-sessions", &asked).await;
            // A one-time code works once, so it is asked for again after every try.
            totp.clear();
            if let Err(failure) = &outcome
                && failure
                    .problem()
                    .is_some_and(|problem| problem.is(&PASSWORD_CHANGE_REQUIRED))
            {
                begins.try_set(Some((asked.username, asked.password)));
                return Ok(());
            }
            let session = outcome?;
            let is_same = |staff: StaffView| entrance == Entrance::Over(staff.id);
            if session.staff.is_some_and(is_same) {
                api::signed_out().set(false);
                return Ok(());
            }
            ui::forget_drafts();
            me.again();
            Ok(())
        });
    };
    let signing_in = move || {
        let place = match entrance {
            Entrance::Over(_) => el("div").class("signed-out").child(el("p").child(t(SIGN_IN_AGAIN_HOW))),
            Entrance::Page | Entrance::Resident => {
                el("main").class("staff-login").child(el("h1").child(t(STAFF_SIGN_IN)))
            }
        };
        place
            .child((entrance == Entrance::Resident).then(|| notice("bad", t(NOT_STAFF))))
            .child(
                el("form")
                    .on("submit", enter)
                    .child(
                        el("div")
                            .class("cells")
                            .child(username.view(
                                "username",
                                USERNAME,
                                USERNAME_HINT,
                                Keyboard::Text { fill: "username" },
                                None,
                            ))
                            .child(password.view("password", PASSWORD, PASSWORD, Keyboard::Password, None))
                            .child(totp.view("totp", TOTP, TOTP_HINT, Keyboard::OneTimeCode, None)),
                    )
                    .child(deed.outcome())
                    .child(el("div").class("actions").child(ui::submit(SIGN_IN, deed, ready))),
            )
    };
    live(move || match begins.get() {
        Some((username, password)) => begin_account::form(username, password, me),
        None => signing_in(),
    })
}
