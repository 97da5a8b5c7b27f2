//! Dealers (黄牛) against people: who gets a seat that a dealer gives back for a customer.
//!
//! Dealers book with identities of their own, and cancel when a customer is found, who asks for that window every few seconds. People
//! found it full before, wait on the list, and look at the phone once in a while.

use chrono::TimeDelta;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use shared::appointments::problems::WINDOW_FULL;

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

const SERVICE: &str = "id-card-replace-lost";
const SEED: u64 = 20_261_123;
const DEALERS: usize = 10;
const CUSTOMERS: usize = 10;
const PEOPLE: usize = 40;
/// How far the clock moves between two looks of the customers' programs.
const STEP: TimeDelta = TimeDelta::seconds(15);
/// How long it goes on: within the life of one access token, and longer than a returned seat stays away.
const STEPS: usize = 38;

struct Contender {
    client: Client,
    is_customer: bool,
    /// The steps that pass between two looks.
    patience: usize,
    seat: bool,
}

impl Contender {
    /// Takes the seat that is held for the contender, if one is.
    async fn looks(&mut self) {
        let waiting = self.client.get("/waitlist").await.expect(200);
        if waiting["items"][0]["status"] == "offered" {
            let hold = json!({"hold_id": waiting["items"][0]["offer"]["id"]});
            self.client.post("/appointments", hold).await.expect(201);
            self.seat = true;
        }
    }
}

async fn sold_out(app: &TestApp) -> (Value, Vec<(Client, String)>) {
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    app.execute(&format!(
        "UPDATE windows SET online_quota = {DEALERS} WHERE id = {}",
        app.sql_id(&window["id"])
    ))
    .await;
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let mut dealers = Vec::new();
    for number in 1..=DEALERS {
        let dealer = app.resident(number).await;
        let booked = dealer.post("/appointments", wish.clone()).await.expect(201);
        dealer.post("/holds", wish.clone()).await.expect(409);
        dealers.push((dealer, booked["id"].as_str().unwrap().to_owned()));
    }
    (window, dealers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dealer_cannot_hand_a_seat_to_a_customer_while_people_wait() {
    let app = TestApp::start().await;
    let mut chance = StdRng::seed_from_u64(SEED);
    let (window, mut dealers) = sold_out(&app).await;
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let entry = json!({"service_id": app.service(SERVICE), "hall_id": app.hall("zhongxin"), "window_id": window["id"]});

    let mut contenders = Vec::new();
    for number in 0..CUSTOMERS + PEOPLE {
        contenders.push(Contender {
            client: app.resident(DEALERS + 1 + number).await,
            is_customer: number < CUSTOMERS,
            patience: if number < CUSTOMERS {
                1
            } else {
                chance.random_range(4..12)
            },
            seat: false,
        });
    }
    // A customer comes to a dealer after finding that people wait already.
    contenders.sort_by_key(|contender| (contender.is_customer, contender.patience));
    for contender in &contenders {
        contender.client.post("/waitlist", entry.clone()).await.expect(201);
    }

    let mut direct = 0;
    for step in 0..STEPS {
        if step % 2 == 0
            && let Some((dealer, booked)) = dealers.pop()
        {
            let path = format!("/appointments/{booked}/cancel");
            dealer.post(&path, json!({})).await.expect(200);
        }
        contenders.shuffle(&mut chance);
        for contender in contenders.iter_mut().filter(|contender| !contender.seat) {
            if step % contender.patience == 0 {
                contender.looks().await;
            }
            if contender.is_customer && !contender.seat {
                let answer = contender.client.post("/appointments", wish.clone()).await;
                if answer.status == 201 {
                    (contender.seat, direct) = (true, direct + 1);
                } else {
                    answer.refused(&WINDOW_FULL);
                }
            }
        }
        app.clock.advance(STEP);
        app.do_jobs().await;
    }

    let seats = |customers: bool| {
        let of = contenders.iter().filter(|one| one.is_customer == customers && one.seat);
        of.count()
    };
    println!(
        "{DEALERS} seats given back by dealers: {} to people who waited, {} to customers, {direct} of these by asking every {} s",
        seats(false),
        seats(true),
        STEP.num_seconds(),
    );
    assert_eq!((direct, seats(true)), (0, 0));
    assert_eq!(seats(false), DEALERS);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}
