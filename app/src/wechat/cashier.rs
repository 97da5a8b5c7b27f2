//! The cashier inside WeChat, behind the bridge that WeChat puts into its pages.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use shared::fines::wire::{Bridge, BridgeWord};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use crate::browser;

/// How often, and after how many milliseconds each, the bridge is looked for.
const GLANCES: u32 = 50;
const GLANCE: i32 = 100;

/// Whether WeChat has put its bridge into this page already.
pub(super) fn is_here() -> bool {
    bridge().is_some()
}

/// Opens the cashier, and waits for its word. It is no proof.
pub async fn pay(invocation: &Bridge) -> BridgeWord {
    match awaited_bridge().await {
        Some(bridge) => invoke(&bridge, invocation).await,
        None => BridgeWord::Fail,
    }
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
