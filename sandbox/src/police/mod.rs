//! The police systems around the server: traffic police, cases, documents.
//!
//! They take what the server writes back, and push what they know to it, signed with a key for each system.

mod keys;
mod photos;
mod push;
mod scenarios;
mod write_backs;

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{middleware::from_fn, web};
use serde_json::Value;

use self::{
    keys::{SYSTEMS, System},
    scenarios::Scenario,
    write_backs::WriteBack,
};
use crate::{clock::Clock, faults};

/// The system that faults in write-backs are aimed at.
pub const TARGET: &str = "police";
/// The same for what the police systems push.
pub const PUSH_TARGET: &str = "police-push";
/// The same for what their daily list says.
const SETTLEMENT_TARGET: &str = "police-settlement";

/// Keys, write-backs and what has been pushed.
#[derive(Debug)]
pub struct Police {
    systems: Vec<System>,
    scenarios: Vec<Scenario>,
    inner: Mutex<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    write_backs: Vec<WriteBack>,
    sequences: HashMap<&'static str, i64>,
    /// Numbers that scenarios made for a phone, such as its last case.
    numbers: HashMap<(String, String), String>,
    /// The number of the next case; the first one is drawn, since a server may know cases of an earlier run.
    cases: Option<u32>,
    /// Camera records that were pushed, by number: handling one makes a decision of it.
    violations: HashMap<String, Value>,
}

impl Police {
    /// Sequences begin at the clock, so that a restarted sandbox is still ahead of what the server has accepted.
    pub fn new(clock: &Clock) -> io::Result<Self> {
        let systems = SYSTEMS.into_iter().map(System::named).collect::<io::Result<Vec<_>>>()?;
        let start = clock.now().timestamp_millis();
        let sequences = SYSTEMS.into_iter().map(|name| (name, start)).collect();
        Ok(Self {
            systems,
            scenarios: scenarios::read()?,
            inner: Mutex::new(Desk {
                sequences,
                ..Desk::default()
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `/police/…`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(keys::routes)
        .configure(push::routes)
        .configure(scenarios::routes)
        .configure(write_backs::control)
        .service(
            web::scope("/police/{system}")
                .wrap(from_fn(|request, next| {
                    faults::inject(TARGET, faults::plain_wording, request, next)
                }))
                .configure(write_backs::api),
        );
}
