//! A line as slow as in a cellar: 400 kbit/s, and 400 ms until an answer begins.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    changes::span,
    support::{Browser, HALL, LOST_CARD, Line, Resident, hall, service},
};

/// What a resident needs on the first page can be read after so long at the latest, in milliseconds. Connecting, asking and receiving the
/// page take about one second of it; the rest is for a machine that others use too.
const FIRST_PAINT: f64 = 2_500.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_first_visit_is_useful_at_once_and_a_booking_completes() {
    let (hall, service) = (hall(HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in("13800000015").await;
    let line = Line::slow(400_000, Duration::from_millis(400)).await;
    let phone = Browser::phone("slow").await.through(line.pages());

    let begun = Instant::now();
    phone.opens("/").await;
    let started = begun.elapsed();
    let paints = "return performance.getEntriesByName('first-contentful-paint').map((paint) => paint.startTime)";
    let painted = phone.asks(paints).await[0].as_f64().expect("a first paint");
    println!(
        "400 kbit/s, 400 ms: useful content after {painted:.0} ms, the program after {} ms",
        started.as_millis()
    );
    assert!(painted < FIRST_PAINT, "{painted} ms");
    phone.picture("01-home").await;

    phone.is_the_phone_of(&resident).await;
    phone.opens(&format!("/services/{service}")).await;
    phone.presses("预约办理").await;
    phone.presses(HALL).await;
    phone.sees("3. 选择时段").await;
    let window = phone.chooses_window(&hall, &service).await;
    let (day, id) = (window["day"].as_str().unwrap(), window["id"].as_str().unwrap());
    phone
        .opens(&format!("/book/{service}?hall={hall}&day={day}&window={id}"))
        .await;
    phone.sees(&span(&window)).await;
    phone.presses("占住这个号").await;
    phone.arrives_at("/appointments/").await;
    phone.presses("确认预约").await;
    phone.sees("预约码").await;
    println!(
        "400 kbit/s, 400 ms: booked {} ms after the first visit began",
        begun.elapsed().as_millis()
    );
    phone.shows("02-booked").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_list_of_services_is_on_its_way_before_the_program_and_asked_for_once() {
    let line = Line::slow(400_000, Duration::from_millis(400)).await;
    let phone = Browser::phone("slow").await.through(line.pages());
    phone.opens("/services").await;
    phone.sees(LOST_CARD).await;
    let begun = "return performance.getEntriesByType('resource').map((one) => [new URL(one.name).pathname, one.startTime, one.responseEnd])";
    let begun = phone.asks(begun).await;
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<(f64, f64)> {
        let all = begun.as_array().unwrap().iter();
        all.filter(|one| wanted(one[0].as_str().unwrap()))
            .map(|one| (one[1].as_f64().unwrap(), one[2].as_f64().unwrap()))
            .collect()
    };
    let lists = of(&|path| path == "/api/v1/services");
    let programs = of(&|path| path.contains(".wasm"));
    assert_eq!((lists.len(), programs.len()), (1, 1), "{begun}");
    assert!(lists[0].0 < programs[0].1, "the list waits for the program: {begun}");
    phone.leaves().await;
}
