//! The first sign-in of a member of staff: an authenticator is set up, and the first password replaced.

use leptos::prelude::*;
use shared::identity::{
    accounts::{Enrolment, EnrolmentRequest, PasswordRequest, check_password},
    wire::{Me, Session},
};

use super::{
    staff_login::totp_wrong,
    words::{
        BEGIN_ACCOUNT, BEGIN_ACCOUNT_HOW, CHOOSE_PASSWORD, NEW_PASSWORD, NEW_PASSWORD_HINT, NEW_PASSWORD_WRONG, SCAN,
        SECRET, TOTP, TOTP_HINT,
    },
};
use crate::{
    api::ANONYMOUS,
    browser,
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, Remote, View, el, live},
};

fn password_wrong(text: &str) -> Option<Phrase> {
    check_password(text, "\0").is_err().then_some(NEW_PASSWORD_WRONG)
}

/// The form; `me` is looked at anew once the account has begun.
pub fn form(username: String, password: String, me: Remote<Me>) -> View {
    let enrolment = RwSignal::new(None::<Enrolment>);
    let (enrolling, choosing) = (Deed::new(), Deed::new());
    let (chosen, totp) = (Field::new(password_wrong), Field::new(totp_wrong));
    let asked = EnrolmentRequest {
        username: username.clone(),
        password: password.clone(),
    };
    enrolling.run(async move {
        let made: Enrolment = ANONYMOUS.post("/auth/staff-enrolments", &asked).await?;
        enrolment.try_set(Some(made));
        Ok(())
    });
    let ready = move || chosen.is_right() && totp.is_right();
    let choose = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        let asked = PasswordRequest {
            username: username.clone(),
            password: password.clone(),
            totp: totp.now(),
            new_password: chosen.value.get_untracked(),
        };
        choosing.run(async move {
            let outcome = ANONYMOUS.post::<Session>("/auth/staff-passwords", &asked).await;
            totp.clear();
            outcome?;
            ui::forget_drafts();
            me.again();
            Ok(())
        });
    };
    let code = live(move || {
        enrolment.get().map(|made| {
            let picture = format!("data:image/svg+xml,{}", browser::encoded(&made.qr_svg));
            el("div")
                .child(el("p").child(t(SCAN)))
                .child(el("img").attr("src", picture).attr("alt", t(SCAN)).attr("width", "240"))
                .child(el("p").child(t(SECRET)).child(" ").child(el("code").child(made.secret)))
        })
    });
    el("main")
        .class("staff-login")
        .child(el("h1").child(t(BEGIN_ACCOUNT)))
        .child(el("p").child(t(BEGIN_ACCOUNT_HOW)))
        .child(enrolling.outcome())
        .child(code)
        .child(
            el("form")
                .on("submit", choose)
                .child(
                    el("div")
                        .class("cells")
                        .child(chosen.view(
                            "new-password",
                            NEW_PASSWORD,
                            NEW_PASSWORD_HINT,
                            Keyboard::NewPassword,
                            None,
                        ))
                        .child(totp.view("first-totp", TOTP, TOTP_HINT, Keyboard::OneTimeCode, None)),
                )
                .child(choosing.outcome())
                .child(
                    el("div")
                        .class("actions")
                        .child(ui::submit(CHOOSE_PASSWORD, choosing, ready)),
                ),
        )
}
