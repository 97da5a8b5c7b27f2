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

use super::words::{CANCELLED, FAILED, PAY, PAY_BY_CODE};
use crate::{
    api::{self, AUTHORIZED, Anything, Failure},
    browser,
    language::Phrase,
    routes,
    ui::{self, Deed, View, fragment, toast},
};

const KEPT_AS: &str = "wechat-state";
/// How often, and after how many milliseconds each, the bridge is looked for.
const GLANCES: u32 = 50;
const GLANCE: i32 = 100;

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
    let ways = match here() {
        Channel::Jsapi => fragment().child(way("button primary", PAY, Channel::Jsapi)),
        Channel::H5 => fragment().child(way("button primary", PAY, Channel::H5)).child(way(
            "button plain",
            PAY_BY_CODE,
            Channel::Native,
        )),
        Channel::Native => fragment().child(way("button primary", PAY_BY_CODE, Channel::Native)),
    };
    fragment().child(deed.outcome()).child(ui::actions(ways))
}

/// How the payer reaches the cashier from this browser.
fn here() -> Channel {
    let agent = window().navigator().user_agent().unwrap_or_default();
    if agent.contains("MicroMessenger") || bridge().is_some() {
        Channel::Jsapi
    } else if agent.contains("Mobile") {
        Channel::H5
    } else {
        Channel::Native
    }
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

/// WeChat puts its bridge into a page some time after the page has begun.
async fn awaited_bridge() -> Option<JsValue> {
    for _ in 0..GLANCES {
        if let Some(bridge) = bridge() {
            return Some(bridge);
        }
        browser::pause(GLANCE).await;
    }
    None
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
        let word = match awaited_bridge().await {
            Some(bridge) => invoke(&bridge, invocation).await,
            None => BridgeWord::Fail,
        };
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
