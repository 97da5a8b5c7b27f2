//! Signing in by phone and code.

use leptos::prelude::*;
use shared::identity::{
    rules::{LoginCode, Phone},
    wire::{CodePurpose, Session, SessionRequest, SmsCodeRequest, SmsCodeSent},
};

use super::{
    session, webauthn,
    wechat::{self, Waiting},
    words::{
        CODE, CODE_AGAIN, CODE_HINT, CODE_SENT, CODE_WRONG, GET_CODE, KEPT_CHOICE, PASSKEY_SIGN_IN, PHONE, PHONE_HINT,
        PHONE_WRONG, PRIVACY, SIGN_IN, SIGN_IN_WHY, SIGNED_IN,
    },
};
use crate::{
    api::{ANONYMOUS, Failure},
    browser,
    language::{Phrase, filled, t},
    routes,
    ui::{self, Deed, Field, Keyboard, View, el, fragment, live, notice, toast},
};

fn phone_wrong(text: &str) -> Option<Phrase> {
    text.parse::<Phone>().is_err().then_some(PHONE_WRONG)
}

fn code_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(CODE_WRONG)
}

/// The sign-in page.
pub fn login() -> View {
    let phone = Field::new(phone_wrong);
    let code = Field::new(code_wrong);
    let sending = Deed::new();
    let entering = Deed::new();
    let waiting = Waiting::new(None);
    let wait = RwSignal::new(0_u32);
    browser::every(1_000, move || {
        if wait.get_untracked() > 0 {
            wait.update(|seconds| *seconds -= 1);
        }
    });

    let send = move || {
        entering.forget();
        sending.run(async move {
            let asked = SmsCodeRequest {
                phone: phone.now(),
                purpose: CodePurpose::Login,
            };
            let outcome = ANONYMOUS.post::<SmsCodeSent>("/auth/sms-codes", &asked).await;
            wait.try_set(outcome.as_ref().map_or_else(retry_after, |sent| sent.retry_after));
            outcome?;
            toast(CODE_SENT);
            focus_code();
            Ok(())
        });
    };
    let enter = move |event: web_sys::Event| {
        event.prevent_default();
        if !(phone.is_right() && code.is_right()) {
            return;
        }
        sending.forget();
        entering.run(async move {
            let asked = SessionRequest {
                phone: phone.now(),
                code: code.now(),
                wechat_state: waiting.get_untracked(),
            };
            ANONYMOUS.post::<Session>("/auth/sessions", &asked).await?;
            signed_in();
            Ok(())
        });
    };

    let send_button = el("button")
        .attr("type", "button")
        .class("field-button")
        .live_attr("disabled", move || {
            sending.is_busy() || wait.get() != 0 || !phone.is_right()
        })
        .on("click", move |_| send())
        .child(live(move || match wait.get() {
            0 => t(GET_CODE).to_owned(),
            seconds => filled(CODE_AGAIN, &[&seconds.to_string()]),
        }));
    let kept = routes::query("next")
        .filter(|next| next.starts_with("/book/"))
        .map(|_| notice("good", t(KEPT_CHOICE)));
    let form = fragment()
        .child(kept)
        .child(wechat::way_in(waiting, signed_in))
        .child(el("p").class("lead").child(t(SIGN_IN_WHY)))
        .child(
            el("form")
                .on("submit", enter)
                .child(
                    el("div")
                        .class("cells")
                        .child(phone.view("phone", PHONE, PHONE_HINT, Keyboard::Phone, None))
                        .child(code.view("code", CODE, CODE_HINT, Keyboard::OneTimeCode, Some(send_button))),
                )
                .child(sending.outcome())
                .child(entering.outcome())
                .child(el("div").class("actions").child(ui::submit(SIGN_IN, entering, move || {
                    phone.is_right() && code.is_right()
                }))),
        )
        .child(by_passkey())
        .child(el("p").class("small").child(t(PRIVACY)));
    ui::page(t(SIGN_IN), None, form)
}

/// The way to the page of passkeys, which is in another program, so that whoever comes to book does not load it.
fn by_passkey() -> Option<View> {
    webauthn::available().then(|| {
        let to = routes::with_query("/passkey", &[("next", routes::query("next"))]);
        ui::actions(ui::way("button plain", PASSKEY_SIGN_IN, to))
    })
}

/// Goes on to where one wanted to go.
pub fn signed_in() {
    session::remember_sign_in();
    ui::forget_drafts();
    toast(SIGNED_IN);
    routes::replace(&routes::next_or("/"));
}

/// How long to wait after a refusal: as long as it says.
fn retry_after(failure: &Failure) -> u32 {
    failure
        .problem()
        .and_then(|problem| problem.extensions.get("retry_after")?.as_u64())
        .and_then(|seconds| u32::try_from(seconds).ok())
        .unwrap_or(0)
}

fn focus_code() {
    use wasm_bindgen::JsCast;
    if let Some(field) = document()
        .get_element_by_id("code")
        .and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok())
    {
        field.focus().ok();
    }
}
