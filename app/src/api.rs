//! Calls to the server: a thin layer over the browser's `fetch`.
//!
//! What a network swallows is asked again, under the same idempotency key, so that nothing happens twice; the page
//! says meanwhile that it is trying. When a session has ended, it is renewed once and the call repeated.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    API,
    identity::wire::{ATTENDED, SESSION_IDLE},
    problem::{Problem, UNAUTHENTICATED},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortController, Headers, Request, RequestInit, Response};

use crate::{
    browser,
    language::{Phrase, language, t, words},
};

words! {
    LOST_TITLE: "网络连接失败" / "No connection";
    LOST_ADVICE: "没有收到回复。请检查网络后重试，重复提交不会重复办理。" / "No answer came back. Check the network and try again; nothing happens twice.";
    UNREADABLE_TITLE: "系统暂时繁忙" / "The system is busy";
    UNREADABLE_ADVICE: "请稍后再试。" / "Please try again shortly.";
}

/// Without an answer for so long, a call counts as lost.
const PATIENCE: i32 = 15_000;
/// Pauses before a lost call is made again.
const PAUSES: [i32; 3] = [1_000, 2_000, 4_000];

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// No answer came, also after some tries.
    Lost,
    /// The server refuses, and says why.
    Refused(Box<Problem>),
    /// The answer cannot be read: something between here and the server spoke in its place.
    Unreadable,
}

impl Failure {
    /// What happened, in the language of the pages.
    pub fn title(&self) -> String {
        self.words(LOST_TITLE, UNREADABLE_TITLE, |problem| problem.title)
    }

    /// What to do next, in the language of the pages.
    pub fn advice(&self) -> String {
        self.words(LOST_ADVICE, UNREADABLE_ADVICE, |problem| problem.detail)
    }

    fn words(&self, lost: Phrase, unreadable: Phrase, of: fn(Problem) -> String) -> String {
        match self {
            Self::Lost => t(lost).to_owned(),
            Self::Unreadable => t(unreadable).to_owned(),
            Self::Refused(problem) => of(problem.as_ref().clone().translated(language())),
        }
    }

    /// The document, when the server refused.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            Self::Lost | Self::Unreadable => None,
        }
    }

    /// Whether the server refused for this reason.
    pub fn is(&self, kind: &shared::problem::ProblemType) -> bool {
        self.problem().is_some_and(|problem| problem.is(kind))
    }

    /// Whether signing in would help.
    pub fn asks_for_sign_in(&self) -> bool {
        self.is(&UNAUTHENTICATED) || self.is(&SESSION_IDLE)
    }

    /// The request's id, to quote when asking for help.
    pub fn reference(&self) -> Option<&str> {
        self.problem()
            .filter(|problem| problem.status >= 500)?
            .instance
            .as_deref()
    }
}

thread_local! {
    static RETRYING: ArcRwSignal<bool> = ArcRwSignal::new(false);
    /// The keys of unsafe calls that were lost, so that pressing the button again repeats the call and not the deed.
    static LOST_KEYS: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    /// The renewal under way, so that several calls that find the session ended wait for the same one.
    static RENEWAL: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static WAITING: Cell<u32> = const { Cell::new(0) };
    /// Whether somebody is at the screen, where that is told.
    static IS_ATTENDED: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
    static SIGNED_OUT: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// From now on calls tell whether somebody is at the screen: what staff do without anybody being there keeps no session open.
pub fn tell_whether_attended(is_attended: fn() -> bool) {
    IS_ATTENDED.set(Some(is_attended));
}

/// Whether the session of the member of staff has ended beneath an open page.
pub fn signed_out() -> ArcRwSignal<bool> {
    SIGNED_OUT.with(Clone::clone)
}

/// Whether a lost call is being made again right now.
pub fn retrying() -> bool {
    RETRYING.with(Get::get)
}

/// One who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Whose session is renewed when it has ended; a browser may hold a resident's and a clerk's.
    renews: Option<&'static str>,
}

/// Calls that need no one to be signed in.
pub const ANONYMOUS: Client = Client { renews: None };
/// Calls in the name of the resident who is signed in.
pub const AUTHORIZED: Client = Client {
    renews: Some("resident"),
};
/// Calls in the name of the device that this browser is.
pub const DEVICE: Client = Client { renews: Some("device") };
/// Calls in the name of the member of staff who is signed in.
pub const STAFF: Client = Client { renews: Some("staff") };

impl Client {
    /// Reads.
    pub async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, Failure> {
        read(&self.get_text(path).await?)
    }

    /// Reads, and leaves the text as it came.
    pub async fn get_text(self, path: &str) -> Result<String, Failure> {
        self.call("GET", path, None).await
    }

    /// Asks for something to happen.
    pub async fn post<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        read(&self.call("POST", path, Some(written(body))).await?)
    }

    /// Asks for something to happen that is answered without a word.
    pub async fn post_silently(self, path: &str, body: &impl Serialize) -> Result<(), Failure> {
        self.call("POST", path, Some(written(body))).await.map(drop)
    }

    /// Puts something in its place.
    pub async fn put<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        read(&self.call("PUT", path, Some(written(body))).await?)
    }

    /// Puts something in its place where the answer says nothing.
    pub async fn put_quietly(self, path: &str, body: &impl Serialize) -> Result<(), Failure> {
        self.call("PUT", path, Some(written(body))).await.map(drop)
    }

    /// Removes something.
    pub async fn delete(self, path: &str) -> Result<(), Failure> {
        self.call("DELETE", path, None).await.map(drop)
    }

    async fn call(self, method: &str, path: &str, body: Option<String>) -> Result<String, Failure> {
        let path = format!("{API}{path}");
        let answer = persistently(method, &path, body.as_deref()).await?;
        let answer = match self.renews {
            Some(kind) if answer.status == 401 && renewed(kind).await => {
                persistently(method, &path, body.as_deref()).await?
            }
            _ => answer,
        };
        if self == STAFF && answer.status == 401 {
            signed_out().set(true);
        }
        answer.judged()
    }
}

/// The body of a request that says nothing more than its path.
#[derive(Serialize)]
pub struct Nothing {}

/// An answer whose content does not matter.
#[derive(serde::Deserialize)]
pub struct Anything {}

fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// Reads an answer.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).ok().ok_or(Failure::Unreadable)
}

struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn judged(self) -> Result<String, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self.text);
        }
        Err(match serde_json::from_str::<Problem>(&self.text) {
            Ok(problem) => Failure::Refused(Box::new(problem)),
            Err(_) => Failure::Unreadable,
        })
    }
}

/// Makes a call until it is answered, or too often.
async fn persistently(method: &str, path: &str, body: Option<&str>) -> Result<Answer, Failure> {
    let deed = (method != "GET").then(|| format!("{method} {path} {}", body.unwrap_or_default()));
    let key = deed.as_ref().map(|deed| lost_key(deed).unwrap_or_else(new_key));
    let mut answer = once(method, path, body, key.as_deref()).await;
    for pause in PAUSES {
        if answer.is_some() {
            break;
        }
        set_waiting(1);
        browser::pause(pause).await;
        answer = once(method, path, body, key.as_deref()).await;
        set_waiting(-1);
    }
    if let (None, Some(deed), Some(key)) = (&answer, deed, key) {
        LOST_KEYS.with_borrow_mut(|keys| keys.push((deed, key)));
    }
    answer.ok_or(Failure::Lost)
}

fn set_waiting(change: i32) {
    let waiting = WAITING.get().saturating_add_signed(change);
    WAITING.set(waiting);
    RETRYING.with(|retrying| retrying.set(waiting > 0));
}

fn lost_key(deed: &str) -> Option<String> {
    LOST_KEYS.with_borrow_mut(|keys| {
        let at = keys.iter().position(|(known, _)| known == deed)?;
        Some(keys.swap_remove(at).1)
    })
}

/// A random UUID: the name of something that is done once. `crypto.randomUUID` is missing in the older engines that WeChat brings, and outside HTTPS.
pub fn new_key() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        crypto.get_random_values_with_u8_array(&mut bytes).ok();
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

async fn once(method: &str, path: &str, body: Option<&str>, key: Option<&str>) -> Option<Answer> {
    fetched(method, path, body, key).await.ok()
}

async fn fetched(method: &str, path: &str, body: Option<&str>, key: Option<&str>) -> Result<Answer, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json, application/problem+json")?;
    headers.set("accept-language", language().tag())?;
    if let Some(key) = key {
        headers.set("idempotency-key", key)?;
    }
    if let Some(is_attended) = IS_ATTENDED.get() {
        headers.set(ATTENDED, if is_attended() { "yes" } else { "no" })?;
    }
    let wish = RequestInit::new();
    wish.set_method(method);
    if let Some(body) = body {
        headers.set("content-type", "application/json")?;
        wish.set_body(&JsValue::from_str(body));
    }
    wish.set_headers(&headers);
    let abort = AbortController::new()?;
    wish.set_signal(Some(&abort.signal()));
    let timer = set_timeout_with_handle(
        move || abort.abort(),
        std::time::Duration::from_millis(u64::from(PATIENCE.unsigned_abs())),
    )?;
    let answer = match asked_ahead(method, path).await {
        Some(response) => answered(&response).await,
        None => answered(&responded(&Request::new_with_str_and_init(path, &wish)?).await?).await,
    };
    timer.clear();
    answer
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = window, js_name = answerAhead)]
    fn answer_ahead(path: &str, language: &str) -> Result<Option<Promise>, JsValue>;
}

/// The answer to what `shell.js` has asked for before this program was there.
async fn asked_ahead(method: &str, path: &str) -> Option<Response> {
    if method != "GET" {
        return None;
    }
    // Most pages ask nothing ahead, and a call fails that has nobody to answer it.
    let answer = answer_ahead(path, language().tag()).ok()??;
    JsFuture::from(answer).await.ok()?.dyn_into().ok()
}

async fn responded(request: &Request) -> Result<Response, JsValue> {
    JsFuture::from(window().fetch_with_request(request)).await?.dyn_into()
}

async fn answered(response: &Response) -> Result<Answer, JsValue> {
    if let Some(date) = response.headers().get("date")? {
        browser::set_clock(&date);
    }
    let text = JsFuture::from(response.text()?).await?;
    Ok(Answer {
        status: response.status(),
        text: text.as_string().unwrap_or_default(),
    })
}

/// Renews the session by its cookie; whether that worked.
async fn renewed(kind: &'static str) -> bool {
    let promise = RENEWAL.with_borrow_mut(|renewal| {
        renewal
            .get_or_insert_with(|| {
                future_to_promise(async move {
                    let path = format!("{API}/auth/sessions/refresh?kind={kind}");
                    let answer = persistently("POST", &path, Some("{}")).await;
                    RENEWAL.with_borrow_mut(|renewal| *renewal = None);
                    Ok(JsValue::from_bool(answer.is_ok_and(|answer| answer.status < 300)))
                })
            })
            .clone()
    });
    JsFuture::from(promise).await.is_ok_and(|worked| worked.is_truthy())
}
