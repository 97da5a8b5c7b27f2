//! Passkeys in the browser: `navigator.credentials`, spoken to by its names, so that no more of it is loaded than is used.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use shared::identity::passkeys::{PasskeyAnswer, PasskeyOffer, PasskeyQuestion, PasskeyRequest};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How long the device may take, in milliseconds: as long as the question is open.
const PATIENCE: f64 = 300_000.0;

/// Whether this browser has passkeys; WeChat's has none.
pub fn available() -> bool {
    Reflect::get(&window(), &"PublicKeyCredential".into()).is_ok_and(|known| known.is_function())
}

/// Lets the device make a passkey; nothing when its user would not, or it has one already.
pub async fn make(offer: &PasskeyOffer, site: &str, name: String) -> Option<PasskeyRequest> {
    let user = object(&[
        ("id", octets(&offer.user_id)?),
        ("name", (&offer.user_name).into()),
        ("displayName", (&offer.user_name).into()),
    ]);
    let kinds = offer.algorithms.iter().map(|algorithm| {
        #[allow(clippy::cast_precision_loss, reason = "the names of algorithms are small numbers")]
        object(&[("type", "public-key".into()), ("alg", (*algorithm as f64).into())])
    });
    let kinds: Array = kinds.collect();
    let wish = object(&[
        (
            "rp",
            object(&[("id", (&offer.question.rp_id).into()), ("name", site.into())]),
        ),
        ("user", user),
        ("challenge", octets(&offer.question.challenge)?),
        ("pubKeyCredParams", kinds.into()),
        ("excludeCredentials", listed(&offer.question)?),
        (
            "authenticatorSelection",
            object(&[
                ("residentKey", "required".into()),
                ("requireResidentKey", true.into()),
                ("userVerification", "required".into()),
            ]),
        ),
        ("attestation", "none".into()),
        ("timeout", PATIENCE.into()),
    ]);
    let response = member(&asked("create", wish).await?, "response")?;
    Some(PasskeyRequest {
        name,
        client_data: text(&response, "clientDataJSON")?,
        attestation: text(&response, "attestationObject")?,
    })
}

/// Lets a passkey sign; nothing when its user would not, or there is none.
pub async fn sign(question: &PasskeyQuestion) -> Option<PasskeyAnswer> {
    let wish = object(&[
        ("challenge", octets(&question.challenge)?),
        ("rpId", (&question.rp_id).into()),
        ("allowCredentials", listed(question)?),
        ("userVerification", "required".into()),
        ("timeout", PATIENCE.into()),
    ]);
    let credential = asked("get", wish).await?;
    let response = member(&credential, "response")?;
    Some(PasskeyAnswer {
        credential: text(&credential, "rawId")?,
        client_data: text(&response, "clientDataJSON")?,
        authenticator_data: text(&response, "authenticatorData")?,
        signature: text(&response, "signature")?,
        user: text(&response, "userHandle"),
    })
}

async fn asked(what: &str, wish: JsValue) -> Option<JsValue> {
    let credentials = member(&window().navigator(), "credentials")?;
    let ask: Function = member(&credentials, what)?.dyn_into().ok()?;
    let wish = object(&[("publicKey", wish)]);
    let answer: Promise = ask.call1(&credentials, &wish).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok().filter(|answer| !answer.is_null())
}

/// The passkeys that a question names.
fn listed(question: &PasskeyQuestion) -> Option<JsValue> {
    let named = question.credentials.iter().map(|id| {
        let id = octets(id)?;
        Some(object(&[("type", "public-key".into()), ("id", id)]))
    });
    Some(named.collect::<Option<Array>>()?.into())
}

fn object(members: &[(&str, JsValue)]) -> JsValue {
    let made = js_sys::Object::new();
    for (name, value) in members {
        Reflect::set(&made, &(*name).into(), value).ok();
    }
    made.into()
}

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(of, &name.into()).ok()?;
    (!found.is_undefined() && !found.is_null()).then_some(found)
}

/// Octets that the server wrote in base64url.
fn octets(text: &str) -> Option<JsValue> {
    let text = window().atob(&text.replace('-', "+").replace('_', "/")).ok()?;
    let octets: Option<Vec<u8>> = text.chars().map(|octet| u8::try_from(octet).ok()).collect();
    Some(Uint8Array::from(octets?.as_slice()).into())
}

/// Octets of the browser, as the server reads them.
fn text(of: &JsValue, name: &str) -> Option<String> {
    let octets = Uint8Array::new(&member(of, name)?).to_vec();
    let octets: String = octets.into_iter().map(char::from).collect();
    let text = window().btoa(&octets).ok()?;
    Some(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}
