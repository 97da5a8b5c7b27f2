//! Following something live: a snapshot, then every change, and back again after a break.
//!
//! The snapshot comes first at every connection, by an ordinary call: it renews a session that has ended, which an
//! `EventSource` cannot, and it tells why when there is nothing to follow.

use std::rc::Rc;

use leptos::prelude::*;
use shared::API;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::{
    api::{Client, Failure, STAFF},
    browser::{self, Task},
    language::language,
};

/// What the changes are called.
const EVENTS: [&str; 3] = ["ticket", "board", "message"];

/// Pauses before the next try to connect, the last one again and again.
const PAUSES: [i32; 6] = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/// An open stream; it closes when it is dropped.
struct Stream {
    source: EventSource,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _open: Closure<dyn FnMut()>,
    _broken: Closure<dyn FnMut()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A closed source calls nobody any more.
        self.source.close();
    }
}

struct State {
    client: Client,
    path: String,
    deliver: Rc<dyn Fn(&str)>,
    stream: Option<Stream>,
    broken: usize,
    over: bool,
}

/// Something that is being followed for as long as its page stands.
#[derive(Clone, Copy)]
pub struct Feed {
    /// Whether changes arrive right now.
    pub live: RwSignal<bool>,
    /// Why there is nothing to follow.
    pub failure: RwSignal<Option<Failure>>,
    state: StoredValue<State, LocalStorage>,
}

/// Follows what stands at a path, whose changes stand at the same path with `/events`.
pub fn follow(client: Client, path: String, deliver: impl Fn(&str) + 'static) -> Feed {
    let feed = Feed {
        live: RwSignal::new(false),
        failure: RwSignal::new(None),
        state: StoredValue::new_local(State {
            client,
            path,
            deliver: Rc::new(deliver),
            stream: None,
            broken: 0,
            over: false,
        }),
    };
    feed.connect();
    feed
}

impl Feed {
    fn with<T>(self, action: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state.try_update_value(action)
    }

    /// Follows no more, because nothing will change any more.
    pub fn end(self) {
        self.with(|state| {
            state.over = true;
            state.stream = None;
        });
    }

    fn connect(self) {
        browser::beside(self.connected());
    }

    /// Begins anew at once, also between two tries; for whoever waits until the snapshot is there.
    pub fn again(self) -> Task<()> {
        self.with(|state| state.stream = None);
        if self.failure.with_untracked(Option::is_some) {
            self.failure.set(None);
        }
        self.connected()
    }

    fn connected(self) -> Task<()> {
        let following =
            self.with(|state| (!state.over).then(|| (state.client, state.path.clone(), Rc::clone(&state.deliver))));
        Box::pin(async move {
            let Some((client, path, deliver)) = following.flatten() else {
                return;
            };
            match client.get_text(&path).await {
                Ok(snapshot) => {
                    // The page may have been left while the snapshot was on its way.
                    if self.with(|_| ()).is_some() {
                        deliver(&snapshot);
                        if self.with(|state| state.over) == Some(false) {
                            self.open(&path);
                        }
                    }
                }
                // Whoever signs in again over the open page goes on following.
                Err(failure) if client == STAFF && failure.asks_for_sign_in() => self.connect_later(),
                Err(failure) if failure.problem().is_some_and(|problem| problem.status < 500) => {
                    self.failure.try_set(Some(failure));
                }
                Err(_) => self.connect_later(),
            }
        })
    }

    fn connect_later(self) {
        let Some(broken) = self.with(|state| {
            state.broken += 1;
            state.broken
        }) else {
            return;
        };
        self.live.try_set(false);
        let pause = PAUSES.get(broken - 1).or(PAUSES.last()).copied().unwrap_or_default();
        browser::beside(Box::pin(async move {
            browser::pause(pause).await;
            self.connect();
        }));
    }

    fn open(self, path: &str) {
        let Ok(source) = EventSource::new(&format!("{API}{path}/events?language={}", language().tag())) else {
            self.connect_later();
            return;
        };
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some((text, deliver)) = event
                .data()
                .as_string()
                .and_then(|text| Some((text, self.with(|state| Rc::clone(&state.deliver))?)))
            {
                deliver(&text);
            }
        });
        let opened = Closure::<dyn FnMut()>::new(move || {
            self.live.try_set(true);
            self.with(|state| state.broken = 0);
        });
        let closing = source.clone();
        let broken = Closure::<dyn FnMut()>::new(move || {
            // The browser would try again by itself, but not after a refusal, and never with a renewed session.
            closing.close();
            self.connect_later();
        });
        for name in EVENTS {
            source
                .add_event_listener_with_callback(name, message.as_ref().unchecked_ref())
                .ok();
        }
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        self.with(|state| {
            state.stream = Some(Stream {
                source,
                _message: message,
                _open: opened,
                _broken: broken,
            });
        });
    }
}
