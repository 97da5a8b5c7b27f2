//! Random sequences of what residents and clerks do, compared step by step with a plain model in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";
const RESIDENTS: usize = 4;
const SEATS: usize = 2;
const STEPS: usize = 120;

/// A generator with a given seed, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// A live hold or appointment of the model: one a resident, since all windows are on one day.
#[derive(Clone, Debug, PartialEq)]
struct Seat {
    id: String,
    window: usize,
    held: bool,
}

#[derive(Default)]
struct Seats {
    live: BTreeMap<usize, Seat>,
    /// Cancelled seats that are on their way back, by window.
    away: BTreeMap<usize, usize>,
}

impl Seats {
    fn taken(&self, window: usize) -> usize {
        let live = self.live.values().filter(|seat| seat.window == window).count();
        live + self.away.get(&window).copied().unwrap_or(0)
    }
}

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// Books, holds, confirms, releases, lets expire, cancels and moves, and looks after each step whether seats are as the model has them.
#[allow(
    clippy::too_many_lines,
    reason = "each command stands beside what the model makes of it"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_are_what_a_plain_model_says_after_every_step() {
    let app = TestApp::start().await;
    let windows: Vec<Value> = app.windows("zhongxin", SERVICE).await;
    let day = windows[40]["day"].clone();
    let windows: Vec<Value> = windows
        .into_iter()
        .filter(|window| window["day"] == day)
        .take(3)
        .collect();
    for window in &windows {
        let id = app.sql_id(&window["id"]);
        app.execute(&format!("UPDATE windows SET online_quota = {SEATS} WHERE id = {id}"))
            .await;
    }
    let service = app.service(SERVICE);
    let mut clients: Vec<Client> = Vec::new();
    for number in 1..=RESIDENTS {
        clients.push(app.resident(number).await);
    }
    let (mut dice, mut model) = (Dice(20_261_122), Seats::default());
    for step in 0..STEPS {
        let (who, to) = (dice.below(RESIDENTS), dice.below(windows.len()));
        let wish = json!({"window_id": windows[to]["id"], "service_id": service});
        let own = model.live.get(&who).cloned();
        let free = model.taken(to) < SEATS;
        let client = &clients[who];
        let command = dice.below(7);
        // What was refused a moment ago is remembered shortly; the model knows no such note.
        tokio::time::sleep(std::time::Duration::from_millis(if command < 2 { 520 } else { 0 })).await;
        match (command, own) {
            (0 | 1, own) => {
                let held = command == 0;
                let path = if held { "/holds" } else { "/appointments" };
                let answer = client.post(path, wish).await;
                assert_eq!(answer.status == 201, own.is_none() && free, "step {step}: {answer:?}");
                if answer.status == 201 {
                    let id = id_of(&answer.expect(201));
                    model.live.insert(who, Seat { id, window: to, held });
                }
            }
            (2, Some(seat)) => {
                let answer = client.post("/appointments", json!({"hold_id": seat.id})).await;
                assert_eq!(answer.status == 201, seat.held, "step {step}: {answer:?}");
                model.live.insert(who, Seat { held: false, ..seat });
            }
            (3, Some(seat)) => {
                let answer = client.delete(&format!("/holds/{}", seat.id)).await;
                assert_eq!(answer.status == 204, seat.held, "step {step}: {answer:?}");
                if seat.held {
                    model.live.remove(&who);
                }
            }
            (4, Some(seat)) => {
                let answer = client
                    .post(&format!("/appointments/{}/cancel", seat.id), json!({}))
                    .await;
                assert_eq!(answer.status == 200, !seat.held, "step {step}: {answer:?}");
                if !seat.held {
                    model.live.remove(&who);
                    *model.away.entry(seat.window).or_default() += 1;
                }
            }
            (5, Some(seat)) => {
                let path = format!("/appointments/{}/reschedule", seat.id);
                let answer = client.post(&path, json!({"window_id": windows[to]["id"]})).await;
                let moves = !seat.held && to != seat.window && free;
                assert_eq!(answer.status == 200, moves, "step {step}: {answer:?}");
                if moves {
                    let id = id_of(&answer.expect(200));
                    *model.away.entry(seat.window).or_default() += 1;
                    model.live.insert(
                        who,
                        Seat {
                            id,
                            window: to,
                            held: false,
                        },
                    );
                }
            }
            (6, _) if step % 3 == 0 => {
                // Ten minutes: every hold has run out, and every cancelled seat is back.
                app.clock.advance(TimeDelta::minutes(10));
                app.do_jobs().await;
                model.live.retain(|_, seat| !seat.held);
                model.away.clear();
                for (number, client) in clients.iter_mut().enumerate() {
                    *client = app.resident_again(number + 1).await;
                }
            }
            _ => {}
        }
        for (at, window) in windows.iter().enumerate() {
            let id = app.sql_id(&window["id"]);
            let taken = app
                .count(&format!("SELECT online_taken FROM windows WHERE id = {id}"))
                .await;
            assert_eq!(
                usize::try_from(taken).unwrap(),
                model.taken(at),
                "step {step}, window {at}"
            );
        }
        assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0, "step {step}");
    }
}

/// A hall with one counter: walk-ins in their order, the open ticket, those that were put aside and those that were missed.
#[derive(Default)]
struct Hall {
    waiting: VecDeque<String>,
    /// Missed tickets and behind how many calls they still wait, the earliest first.
    missed: Vec<(String, usize, usize)>,
    open: Option<(String, bool)>,
    parked: BTreeSet<String>,
    misses: BTreeMap<String, usize>,
    order: BTreeMap<String, usize>,
}

impl Hall {
    /// Who is called: missed tickets go by their place in the day once enough others were called, or when nobody else is there.
    fn next(&mut self) -> Option<String> {
        let mut here: Vec<(usize, usize, String)> = self
            .waiting
            .iter()
            .map(|id| (0, self.order[id], id.clone()))
            .chain(
                self.missed
                    .iter()
                    .map(|(id, behind, _)| (*behind, self.order[id], id.clone())),
            )
            .collect();
        here.sort();
        let (_, _, id) = here.into_iter().next()?;
        self.waiting.retain(|other| *other != id);
        self.missed.retain(|(other, ..)| *other != id);
        for (_, behind, _) in &mut self.missed {
            *behind = behind.saturating_sub(1);
        }
        self.open = Some((id.clone(), false));
        Some(id)
    }
}

/// Takes tickets, calls, misses, serves, parks, resumes, transfers and voids; the one who is called is always the one that the model names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_what_a_plain_model_says_after_every_step() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let counter = counters.iter().find(|counter| counter["number"] == 1).unwrap();
    let group = counter["groups"][0].clone();
    let next = format!("/counters/{}/call-next", counter["id"].as_str().unwrap());
    let session = format!("/counters/{}/session", counter["id"].as_str().unwrap());
    clerk.post(&session, json!({})).await.expect(201);
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let wish = json!({"service_id": app.service(SERVICE)});
    let (mut dice, mut model) = (Dice(7), Hall::default());
    for step in 0..STEPS * 2 {
        let act = |id: &str, action: &str| format!("/tickets/{id}/{action}");
        let open = model.open.clone();
        match (dice.below(9), open) {
            (0 | 1, _) => {
                let id = id_of(&clerk.post(&tickets, wish.clone()).await.expect(201));
                model.order.insert(id.clone(), model.order.len());
                model.waiting.push_back(id);
            }
            (2 | 3, Some(_)) => {
                assert_eq!(clerk.post(&next, json!({})).await.status, 409, "step {step}");
            }
            (2 | 3, None) => {
                let answer = clerk.post(&next, json!({})).await;
                match model.next() {
                    Some(id) => assert_eq!(id_of(&answer.expect(200)), id, "step {step}"),
                    None => assert_eq!(answer.status, 409, "step {step}"),
                }
            }
            (4, Some((id, serving))) => {
                let answer = clerk.post(&act(&id, "miss"), json!({})).await;
                assert_eq!(answer.status == 200, !serving, "step {step}: {answer:?}");
                if !serving {
                    model.open = None;
                    let misses = model.misses.entry(id.clone()).or_default();
                    *misses += 1;
                    if *misses < 3 {
                        model.missed.push((id, 3, step));
                    }
                }
            }
            (5 | 6, Some((id, serving))) => {
                let action = if serving { "finish" } else { "serve" };
                clerk.post(&act(&id, action), json!({})).await.expect(200);
                model.open = (!serving).then_some((id, true));
            }
            (7, Some((id, serving))) => {
                let answer = clerk.post(&act(&id, "park"), json!({})).await;
                assert_eq!(answer.status == 200, serving, "step {step}: {answer:?}");
                if serving {
                    model.open = None;
                    model.parked.insert(id);
                }
            }
            (8, Some((id, serving))) => {
                let answer = clerk.post(&act(&id, "transfer"), json!({"group_id": group})).await;
                assert_eq!(answer.status == 200, serving, "step {step}: {answer:?}");
                if serving {
                    model.open = None;
                    model.waiting.push_back(id);
                }
            }
            (4, None) => {
                if let Some(id) = model.waiting.pop_back() {
                    clerk.post(&act(&id, "void"), json!({})).await.expect(200);
                }
            }
            (7, None) => {
                if let Some(id) = model.parked.pop_first() {
                    clerk.post(&act(&id, "resume"), json!({})).await.expect(200);
                    model.open = Some((id, true));
                }
            }
            _ => {}
        }
        let waiting = app
            .count("SELECT count(*) FROM tickets WHERE status IN ('waiting', 'missed')")
            .await;
        assert_eq!(
            usize::try_from(waiting).unwrap(),
            model.waiting.len() + model.missed.len(),
            "step {step}"
        );
        let open = app
            .count("SELECT count(*) FROM tickets WHERE status IN ('called', 'serving')")
            .await;
        assert_eq!(open, i64::from(model.open.is_some()), "step {step}");
    }
}
