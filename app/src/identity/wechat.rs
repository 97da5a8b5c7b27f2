//! Signing in by WeChat, from its own browser.

use leptos::prelude::*;
use shared::identity::{
    wechat::{WechatQuestion, WechatQuestionRequest, WechatSessionRequest},
    wire::{Session, WECHAT_UNLINKED},
};

use super::words::{WECHAT_SIGN_IN, WECHAT_UNLINKED_WHY};
use crate::{
    api::ANONYMOUS,
    language::t,
    routes,
    ui::{self, Deed, View, fragment, live, notice},
    wechat::{Surroundings, surroundings},
};

/// The state under which this WeChat waits for its account, once it is known that it has none.
pub type Waiting = RwSignal<Option<String>>;

/// The way in by WeChat, in its own browser only. Whoever comes back from WeChat is signed in, or told to sign in once by phone.
pub fn way_in(waiting: Waiting, signed_in: fn()) -> View {
    if surroundings() != Surroundings::Wechat {
        return fragment();
    }
    let deed = Deed::new();
    if let (Some(code), Some(state)) = (routes::query("code"), routes::query("state")) {
        // The answer is good for once, so it does not stay in the address.
        routes::remember(&routes::with_query("/login", &[("next", routes::query("next"))]));
        deed.run(async move {
            let answer = WechatSessionRequest {
                code,
                state: state.clone(),
            };
            match ANONYMOUS.post::<Session>("/auth/wechat-sessions", &answer).await {
                Ok(_session) => signed_in(),
                Err(failure) if failure.is(&WECHAT_UNLINKED) => {
                    waiting.try_set(Some(state));
                }
                Err(failure) => return Err(failure),
            }
            Ok(())
        });
    }
    let ask = move || {
        deed.run(async move {
            let asked = WechatQuestionRequest {
                next: routes::query("next"),
            };
            let question: WechatQuestion = ANONYMOUS.post("/auth/wechat-questions", &asked).await?;
            window().location().set_href(&question.authorize_url).ok();
            Ok(())
        });
    };
    let part = live(move || {
        if waiting.get().is_some() {
            notice("info", t(WECHAT_UNLINKED_WHY))
        } else {
            ui::actions(ui::button("button primary", WECHAT_SIGN_IN, Some(deed), ask))
        }
    });
    fragment().child(part).child(deed.outcome())
}
