//! Seats: hold, book, confirm, give back, let expire, cancel, move, check in.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};
use shared::appointments::problems::WINDOW_FULL;

use super::{Beside, sequences};
use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";
const RESIDENTS: usize = 4;
const SEATS: usize = 2;
/// The first window has almost begun, so that one can check in but no longer move; the others are hours away.
const WINDOWS: usize = 3;
/// Longer than a hold lives and than a seat that was given back stays away; twice of it ends before the first window begins.
const PAUSE: TimeDelta = TimeDelta::minutes(11);
const PAUSES: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Standing {
    Held,
    Booked,
    Arrived,
}

/// What a resident has: at most one seat, since all windows are on one day.
#[derive(Clone, Copy, Debug)]
struct Seat {
    window: usize,
    standing: Standing,
}

#[derive(Clone, Debug, Default)]
struct Model {
    seats: BTreeMap<usize, Seat>,
    /// Seats that were given back and are on their way, by window.
    away: BTreeMap<usize, usize>,
    pauses: usize,
}

#[derive(Clone, Debug)]
enum Act {
    Hold { who: usize, window: usize },
    Book { who: usize, window: usize },
    Confirm { who: usize },
    GiveBack { who: usize },
    Cancel { who: usize },
    Move { who: usize, window: usize },
    CheckIn { who: usize },
    Pause,
}

impl Model {
    fn taken(&self, window: usize) -> usize {
        let seats = self.seats.values().filter(|seat| seat.window == window).count();
        seats + self.away.get(&window).copied().unwrap_or(0)
    }

    /// Whether the act succeeds.
    fn allows(&self, act: &Act) -> bool {
        let free = |window: &usize| self.taken(*window) < SEATS;
        let stands = |who: &usize, standing| self.seats.get(who).is_some_and(|seat| seat.standing == standing);
        match act {
            Act::Hold { who, window } | Act::Book { who, window } => !self.seats.contains_key(who) && free(window),
            Act::Confirm { who } | Act::GiveBack { who } => stands(who, Standing::Held),
            Act::Cancel { who } => stands(who, Standing::Booked),
            Act::Move { who, window } => {
                stands(who, Standing::Booked)
                    && self
                        .seats
                        .get(who)
                        .is_some_and(|seat| seat.window != 0 && seat.window != *window)
                    && free(window)
            }
            Act::CheckIn { who } => {
                stands(who, Standing::Booked) && self.seats.get(who).is_some_and(|seat| seat.window == 0)
            }
            Act::Pause => true,
        }
    }

    fn after(mut self, act: &Act) -> Self {
        if !self.allows(act) {
            return self;
        }
        let mut put = |who: usize, window, standing| self.seats.insert(who, Seat { window, standing });
        match *act {
            Act::Hold { who, window } => drop(put(who, window, Standing::Held)),
            Act::Book { who, window } => drop(put(who, window, Standing::Booked)),
            Act::Confirm { who } => self.stand(who, Standing::Booked),
            Act::CheckIn { who } => self.stand(who, Standing::Arrived),
            Act::GiveBack { who } | Act::Cancel { who } => self.send_away(who),
            Act::Move { who, window } => {
                self.send_away(who);
                self.seats.insert(
                    who,
                    Seat {
                        window,
                        standing: Standing::Booked,
                    },
                );
            }
            Act::Pause => {
                self.pauses += 1;
                self.away.clear();
                self.seats.retain(|_, seat| seat.standing != Standing::Held);
            }
        }
        self
    }

    fn stand(&mut self, who: usize, standing: Standing) {
        self.seats.entry(who).and_modify(|seat| seat.standing = standing);
    }

    fn send_away(&mut self, who: usize) {
        if let Some(seat) = self.seats.remove(&who) {
            *self.away.entry(seat.window).or_default() += 1;
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Act> {
        let (who, window) = (0..RESIDENTS, 0..WINDOWS);
        let both = (who.clone(), window);
        prop_oneof![
            3 => both.clone().prop_map(|(who, window)| Act::Hold { who, window }),
            3 => both.clone().prop_map(|(who, window)| Act::Book { who, window }),
            3 => who.clone().prop_map(|who| Act::Confirm { who }),
            1 => who.clone().prop_map(|who| Act::GiveBack { who }),
            2 => who.clone().prop_map(|who| Act::Cancel { who }),
            3 => both.prop_map(|(who, window)| Act::Move { who, window }),
            2 => who.prop_map(|who| Act::CheckIn { who }),
            1 => Just(Act::Pause),
        ]
        .boxed()
    }

    fn apply(state: Self, act: &Act) -> Self {
        state.after(act)
    }

    fn preconditions(state: &Self, act: &Act) -> bool {
        match act {
            Act::Pause => state.pauses < PAUSES,
            // Within two hours of its window an appointment is still cancelled, but counts as missed: `strikes.rs` tests that.
            Act::Cancel { who } => state.seats.get(who).is_none_or(|seat| seat.window != 0),
            _ => true,
        }
    }
}

struct Bureau {
    app: TestApp,
    windows: Vec<Value>,
    clients: Vec<Client>,
    ids: BTreeMap<usize, String>,
}

impl Bureau {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let all = app.windows("zhongxin", SERVICE).await;
        let begins = |window: &Value| -> DateTime<Utc> { window["starts_at"].as_str().unwrap().parse().unwrap() };
        let first = begins(&all[0]);
        let later = all
            .iter()
            .filter(|window| begins(window) >= first + TimeDelta::hours(4));
        let windows: Vec<Value> = all.iter().take(1).chain(later.take(WINDOWS - 1)).cloned().collect();
        for window in &windows {
            assert_eq!(window["day"], all[0]["day"]);
            let id = app.sql_id(&window["id"]);
            app.execute(&format!("UPDATE windows SET online_quota = {SEATS} WHERE id = {id}"))
                .await;
        }
        app.clock.set(first - TimeDelta::minutes(25));
        let mut clients = Vec::new();
        for number in 1..=RESIDENTS {
            clients.push(app.resident(number).await);
        }
        Self {
            app,
            windows,
            clients,
            ids: BTreeMap::new(),
        }
    }

    /// Asks the server, and tells whether it did what was asked.
    async fn ask(&mut self, act: &Act, expected: bool) -> bool {
        let own = |who: &usize| {
            self.ids
                .get(who)
                .cloned()
                .unwrap_or_else(|| uuid::Uuid::nil().to_string())
        };
        let to = |window: usize| json!(self.windows[window]["id"]);
        let wish = |window| json!({"window_id": to(window), "service_id": self.app.service(SERVICE)});
        let (who, path, body) = match act {
            Act::Hold { who, window } => (*who, "/holds".to_owned(), wish(*window)),
            Act::Book { who, window } => (*who, "/appointments".to_owned(), wish(*window)),
            Act::Confirm { who } => (*who, "/appointments".to_owned(), json!({"hold_id": own(who)})),
            Act::Cancel { who } => (*who, format!("/appointments/{}/cancel", own(who)), json!({})),
            Act::Move { who, window } => (
                *who,
                format!("/appointments/{}/reschedule", own(who)),
                json!({"window_id": to(*window)}),
            ),
            Act::CheckIn { who } => (
                *who,
                format!("/appointments/{}/check-in", own(who)),
                json!({"presence": self.app.presence("zhongxin").await}),
            ),
            Act::GiveBack { who } => {
                let answer = self.clients[*who].delete(&format!("/holds/{}", own(who))).await;
                return answer.status == 204;
            }
            Act::Pause => {
                self.app.clock.advance(PAUSE);
                self.app.do_jobs().await;
                for number in 1..=RESIDENTS {
                    self.clients[number - 1] = self.app.resident_again(number).await;
                }
                return true;
            }
        };
        let mut answer = self.clients[who].post(&path, body.clone()).await;
        if expected && answer.status == WINDOW_FULL.status {
            // What was found full is refused for half a second without asking the database; the model knows no such note.
            tokio::time::sleep(Duration::from_millis(600)).await;
            answer = self.clients[who].post(&path, body).await;
        }
        assert!(answer.status.as_u16() < 500, "{act:?}: {answer:?}");
        let done = answer.status.is_success();
        if done && !matches!(act, Act::CheckIn { .. }) {
            let changed: Value = serde_json::from_str(&answer.text).unwrap();
            self.ids.insert(who, changed["id"].as_str().unwrap().to_owned());
        }
        done
    }

    async fn compare(&self, model: &Model) {
        for (at, window) in self.windows.iter().enumerate() {
            let id = self.app.sql_id(&window["id"]);
            let taken = self
                .app
                .count(&format!("SELECT online_taken FROM windows WHERE id = {id}"))
                .await;
            assert_eq!(usize::try_from(taken).unwrap(), model.taken(at), "window {at}");
        }
        assert_eq!(self.app.count(TAKEN_IS_BOOKED).await, 0);
        for (status, standing) in [
            ("held", Standing::Held),
            ("confirmed", Standing::Booked),
            ("checked_in", Standing::Arrived),
        ] {
            let rows = self
                .app
                .count(&format!("SELECT count(*) FROM appointments WHERE status = '{status}'"))
                .await;
            let seats = model.seats.values().filter(|seat| seat.standing == standing).count();
            assert_eq!(usize::try_from(rows).unwrap(), seats, "{status}");
        }
    }
}

struct SeatTest;

impl StateMachineTest for SeatTest {
    type SystemUnderTest = Beside<Bureau, Model>;
    type Reference = Model;

    fn init_test(model: &Model) -> Self::SystemUnderTest {
        Beside::start(model, Bureau::open())
    }

    fn apply(mut state: Self::SystemUnderTest, model: &Model, act: Act) -> Self::SystemUnderTest {
        let expected = state.before.allows(&act);
        let done = state.runtime.block_on(state.system.ask(&act, expected));
        assert_eq!(done, expected, "{act:?} after {:?}", state.before);
        state.runtime.block_on(state.system.compare(model));
        state.before = model.clone();
        state
    }
}

prop_state_machine! {
    #![proptest_config(sequences())]

    #[test]
    fn seats_are_what_a_plain_model_says_after_every_step(sequential 1..50 => SeatTest);
}
