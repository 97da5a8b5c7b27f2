//! Paying: an order, and the cashier of the place where the payer is.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use shared::{
    fines::{
        attempt::Channel,
        wire::{Bridge, BridgeWord, Payment, PaymentRequest, RefreshRequest, WECHAT_USER_REQUIRED},
    },
    ids::DecisionId,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::words::{CANCELLED, FAILED, PAY};
use crate::{
    api::{self, AUTHORIZED, Anything, Failure},
    browser, routes,
    ui::{self, Deed, View, el, fragment, toast},
};

const KEPT_AS: &str = "wechat-state";

/// The button. Whoever comes back from WeChat's question who one is goes on at once.
pub fn button(decision: DecisionId) -> View {
    let deed = Deed::new();
    if let Some(code) = returned_code() {
        routes::remember(&format!("/fines/{decision}"));
        deed.run(pay(decision, Some(code)));
    }
    fragment()
        .child(deed.outcome())
        .child(
            el("div")
                .class("actions")
                .child(ui::button("button primary", PAY, Some(deed), move || {
                    deed.run(pay(decision, None));
                })),
        )
}

/// The code in the address, when it answers the question that this browser asked.
fn returned_code() -> Option<String> {
    let asked = browser::kept(KEPT_AS)?;
    let code = routes::query("code").filter(|_| routes::query("state") == Some(asked))?;
    browser::forget(KEPT_AS);
    Some(code)
}

fn bridge() -> Option<JsValue> {
    let bridge = Reflect::get(&window(), &JsValue::from_str("WeixinJSBridge")).ok()?;
    bridge.is_object().then_some(bridge)
}

async fn pay(decision: DecisionId, wechat_code: Option<String>) -> Result<(), Failure> {
    let inside = bridge();
    let channel = if inside.is_some() { Channel::Jsapi } else { Channel::H5 };
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
    if let (Some(inside), Some(invocation)) = (inside, &order.bridge) {
        let word = invoke(&inside, invocation).await;
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

/// Opens the cashier inside WeChat, and waits for its word.
async fn invoke(bridge: &JsValue, invocation: &Bridge) -> BridgeWord {
    let parameters = Object::new();
    for (name, value) in [
        ("appId", &invocation.app_id),
        ("timeStamp", &invocation.time_stamp),
        ("nonceStr", &invocation.nonce_str),
        ("package", &invocation.package),
        ("signType", &invocation.sign_type),
        ("paySign", &invocation.pay_sign),
    ] {
        Reflect::set(&parameters, &JsValue::from_str(name), &JsValue::from_str(value)).ok();
    }
    let said = Promise::new(&mut |resolve, _| {
        let tell = Closure::once_into_js(move |answer: JsValue| {
            resolve.call1(&JsValue::NULL, &answer).ok();
        });
        let invoke = Reflect::get(bridge, &JsValue::from_str("invoke")).ok();
        if let Some(invoke) = invoke.and_then(|invoke| invoke.dyn_into::<Function>().ok()) {
            invoke
                .call3(bridge, &JsValue::from_str("getBrandWCPayRequest"), &parameters, &tell)
                .ok();
        }
    });
    let answer = JsFuture::from(said).await.unwrap_or_default();
    let word = Reflect::get(&answer, &JsValue::from_str("err_msg"))
        .ok()
        .and_then(|word| word.as_string());
    match word.as_deref() {
        Some("get_brand_wcpay_request:ok") => BridgeWord::Ok,
        Some("get_brand_wcpay_request:cancel") => BridgeWord::Cancel,
        _ => BridgeWord::Fail,
    }
}
