//! What is fetched for a page: waited for, there, or failed.

use super::view::{View, live};
use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::{failed, skeleton};
use crate::{
    api::{self, Client, Failure},
    browser::{self, Task},
};

/// How far the fetching has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    Waiting,
    Ready(T),
    Failed(Failure),
}

/// Something fetched from a path that can change.
pub struct Remote<T: 'static> {
    /// How far it has come.
    pub state: RwSignal<Load<T>>,
    path: StoredValue<String>,
    client: Client,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remote<T> {}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> Remote<T> {
    /// Something that is fetched when a path is given to [`Remote::load`].
    pub fn idle(client: Client) -> Self {
        Self {
            state: RwSignal::new(Load::Waiting),
            path: StoredValue::new(String::new()),
            client,
        }
    }

    /// Fetches from a path at once.
    pub fn fetch(client: Client, path: impl Into<String>) -> Self {
        let remote = Self::idle(client);
        remote.load(path);
        remote
    }

    /// Fetches from another path. What an earlier path answers later is thrown away.
    pub fn load(self, path: impl Into<String>) {
        self.path.set_value(path.into());
        self.state.set(Load::Waiting);
        self.refresh();
    }

    /// Fetches again, and shows meanwhile what was there.
    pub fn refresh(self) {
        browser::beside(self.refreshed());
    }

    /// The same, for whoever waits until it is there.
    pub fn refreshed(self) -> Task<()> {
        let deliver = move |outcome: Result<String, Failure>| {
            self.state.try_set(match outcome.and_then(|text| api::read(&text)) {
                Ok(value) => Load::Ready(value),
                Err(failure) => Load::Failed(failure),
            });
        };
        fetched(self.client, self.path, Box::new(deliver))
    }

    /// Fetches again from the start.
    pub fn again(self) {
        self.state.set(Load::Waiting);
        self.refresh();
    }

    /// What was fetched, if it is there; followed.
    pub fn ready(self) -> Option<T> {
        match self.state.get() {
            Load::Ready(value) => Some(value),
            Load::Waiting | Load::Failed(_) => None,
        }
    }

    /// Shows it, or that it is on its way, or why not.
    pub fn view(self, lines: usize, show: impl Fn(T) -> View + 'static) -> View {
        live(move || match self.state.get() {
            Load::Waiting => skeleton(lines),
            Load::Ready(value) => show(value),
            Load::Failed(failure) => failed(&failure, move || self.again()),
        })
    }
}

/// Fetches, and delivers unless another path is wanted by then. This part is the same for all that can be fetched.
fn fetched(client: Client, path: StoredValue<String>, deliver: Box<dyn FnOnce(Result<String, Failure>)>) -> Task<()> {
    let asked = path.get_value();
    Box::pin(async move {
        let outcome = client.get_text(&asked).await;
        if path.try_get_value().is_some_and(|wanted| wanted == asked) {
            deliver(outcome);
        }
    })
}
