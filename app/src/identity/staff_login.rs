//! The sign-in of staff: a password and a one-time code.

use leptos::prelude::*;
use shared::identity::{
    rules::LoginCode,
    wire::{Me, PASSWORD_CHANGE_REQUIRED, Session, StaffSessionRequest, StaffView},
};

use super::{
    begin_account,
    words::{
        NOT_STAFF, PASSWORD, REQUIRED, SIGN_IN, STAFF_SIGN_IN, TOTP, TOTP_HINT, TOTP_WRONG, USERNAME, USERNAME_HINT,
    },
};
use crate::{
    api::{ANONYMOUS, STAFF},
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, Load, Remote, View, el, failed, live, notice, skeleton},
};

fn missing(text: &str) -> Option<Phrase> {
    text.trim().is_empty().then_some(REQUIRED)
}

pub(super) fn totp_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(TOTP_WRONG)
}

/// Shows something to staff, and the sign-in to everyone else.
pub fn gate(show: impl Fn(StaffView) -> View + 'static) -> View {
    let me = Remote::<Me>::fetch(STAFF, "/me?kind=staff");
    live(move || match me.state.get() {
        Load::Waiting => skeleton(6),
        Load::Ready(Me::Staff(staff)) => show(staff),
        Load::Ready(Me::Resident(_)) => form(me, true),
        Load::Failed(failure) if failure.asks_for_sign_in() => form(me, false),
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

fn form(me: Remote<Me>, resident: bool) -> View {
    document().set_title(t(STAFF_SIGN_IN));
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
            outcome?;
            ui::forget_drafts();
            me.again();
            Ok(())
        });
    };
    let signing_in = move || {
        el("main")
            .class("staff-login")
            .child(el("h1").child(t(STAFF_SIGN_IN)))
            .child(resident.then(|| notice("bad", t(NOT_STAFF))))
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
