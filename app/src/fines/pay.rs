//! Paying: an order, and the cashier of the place where the payer is.

use leptos::prelude::*;
use shared::{
    fines::{
        attempt::Channel,
        wire::{BridgeWord, Payment, PaymentRequest, RefreshRequest, WECHAT_USER_REQUIRED},
    },
    ids::DecisionId,
};

use super::words::{CANCELLED, FAILED, IN_MINI_PROGRAM, PAY, PAY_BY_CODE};
use crate::{
    api::{self, AUTHORIZED, Anything, Failure},
    browser,
    language::{Phrase, t},
    routes,
    ui::{self, Deed, View, fragment, notice, toast},
    wechat::{self, Surroundings},
};

const KEPT_AS: &str = "wechat-state";

/// The buttons. Whoever comes back from WeChat's question who one is goes on at once.
///
/// Inside WeChat there is one way to pay. A browser on a phone opens WeChat, or shows a code to another phone; on any other screen there is the code alone.
pub fn buttons(decision: DecisionId) -> View {
    let deed = Deed::new();
    if let Some(code) = returned_code() {
        routes::remember(&format!("/fines/{decision}"));
        deed.run(pay(decision, Channel::Jsapi, Some(code)));
    }
    let way = move |class: &'static str, words: Phrase, channel: Channel| {
        ui::button(class, words, Some(deed), move || {
            deed.run(pay(decision, channel, None));
        })
    };
    let ways = match wechat::channel() {
        Channel::Jsapi => fragment().child(way("button primary", PAY, Channel::Jsapi)),
        Channel::H5 => fragment().child(way("button primary", PAY, Channel::H5)).child(way(
            "button plain",
            PAY_BY_CODE,
            Channel::Native,
        )),
        Channel::Native => fragment().child(way("button primary", PAY_BY_CODE, Channel::Native)),
    };
    let is_mini_program = wechat::surroundings() == Surroundings::MiniProgram;
    let link = is_mini_program.then(|| wechat::copy_link(format!("/fines/{decision}")));
    fragment()
        .child(is_mini_program.then(|| notice("info", t(IN_MINI_PROGRAM))))
        .child(deed.outcome())
        .child(ui::actions(ways.child(link)))
}

/// The code in the address, when it answers the question that this browser asked.
fn returned_code() -> Option<String> {
    let asked = browser::kept(KEPT_AS)?;
    let code = routes::query("code").filter(|_| routes::query("state") == Some(asked))?;
    browser::forget(KEPT_AS);
    Some(code)
}

async fn pay(decision: DecisionId, channel: Channel, wechat_code: Option<String>) -> Result<(), Failure> {
    let request = PaymentRequest { channel, wechat_code };
    let order: Payment = match AUTHORIZED
        .post(&format!("/decisions/{decision}/payments"), &request)
        .await
    {
        Ok(order) => order,
        Err(failure) if failure.is(&WECHAT_USER_REQUIRED) => return ask_who(failure),
        Err(failure) => return Err(failure),
    };
    let page = format!("/payments/{}", order.id);
    if let Some(cashier) = &order.h5_url {
        // The cashier leads back to the payment, whatever happened there.
        let back = window().location().origin().unwrap_or_default() + &page;
        let address = format!("{cashier}&redirect_url={}", browser::encoded(&back));
        window().location().set_href(&address).ok();
        return Ok(());
    }
    if let Some(invocation) = &order.bridge {
        let word = wechat::pay(invocation).await;
        match word {
            BridgeWord::Ok => {}
            BridgeWord::Cancel => toast(CANCELLED),
            BridgeWord::Fail => toast(FAILED),
        }
        // What the bridge says is no proof; the server asks WeChat. Without an answer the payment's page asks again.
        let told = RefreshRequest { bridge: Some(word) };
        AUTHORIZED
            .post::<Anything>(&format!("{page}/refresh"), &told)
            .await
            .ok();
    }
    routes::go(&page);
    Ok(())
}

/// Leads to WeChat, which says who pays and comes back here.
fn ask_who(failure: Failure) -> Result<(), Failure> {
    let address = failure
        .problem()
        .and_then(|problem| problem.extensions.get("authorize_url"));
    let Some(address) = address.and_then(|address| address.as_str()).map(ToOwned::to_owned) else {
        return Err(failure);
    };
    let state = api::new_key();
    browser::keep(KEPT_AS, &state);
    window()
        .location()
        .set_href(&format!("{address}&state={state}#wechat_redirect"))
        .ok();
    Ok(())
}
