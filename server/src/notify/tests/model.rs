//! Random histories of two instances that work, die, stand still and meet failing providers.

use std::collections::HashMap;

use chrono::TimeDelta;
use proptest::{prelude::*, test_runner::TestRunner};

use super::{
    super::claim::Lane,
    rig::{Death, Rig, Treatment, progress},
};

#[derive(Clone, Debug)]
enum Step {
    Enqueue(usize),
    Work(usize, usize, Death),
    /// An instance claims, and then stands still until it is woken.
    FallAsleep(usize),
    Wake,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let death =
        prop_oneof![4 => Just(Death::Never), 1 => Just(Death::BeforeTheCall), 1 => Just(Death::BeforeTheRecord)];
    prop_oneof![
        2 => (0usize..4).prop_map(Step::Enqueue),
        5 => (0usize..2, 1usize..5, death).prop_map(|(instance, room, death)| Step::Work(instance, room, death)),
        1 => (0usize..2).prop_map(Step::FallAsleep),
        1 => Just(Step::Wake),
        3 => (0i64..60).prop_map(Step::Wait),
    ]
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![
        3 => Just(Treatment::Takes),
        2 => Just(Treatment::TakesAndLosesTheAnswer),
        2 => (1i64..20).prop_map(Treatment::TakesAndTellsLate),
        2 => Just(Treatment::LosesTheText),
        2 => Just(Treatment::Refuses),
        1 => Just(Treatment::Limits),
    ]
}

/// Whatever is lost on the way and whoever dies: every text is taken exactly once, and those about one topic in order.
#[test]
fn no_text_is_lost_doubled_or_overtaken() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 32,
        ..ProptestConfig::default()
    });
    let script = (
        prop::collection::vec(step(), 1..60),
        prop::collection::vec(treatment(), 0..40),
    );
    runner
        .run(&script, |(steps, treatments)| {
            runtime.block_on(async {
                let rig = Rig::new().await;
                rig.treat(treatments);
                let mut sent: HashMap<usize, usize> = HashMap::new();
                let mut asleep = Vec::new();
                for step in steps.into_iter().chain([Step::Wake]) {
                    match step {
                        Step::Enqueue(recipient) => {
                            let number = sent.entry(recipient).or_default();
                            *number += 1;
                            rig.enqueue(vec![progress(recipient, *number)]).await;
                        }
                        Step::Work(instance, room, death) => {
                            rig.work(instance, Lane::Rest, room, death).await;
                        }
                        Step::FallAsleep(instance) => {
                            let workers = rig.instances[instance].clone();
                            let work = workers.take(Lane::Rest, 2).await.unwrap();
                            asleep.extend(work.into_iter().map(|work| (workers.clone(), work)));
                        }
                        Step::Wake => {
                            for (workers, work) in asleep.drain(..) {
                                let done = workers.clone().call(work).await;
                                workers.record(vec![done]).await;
                            }
                        }
                        Step::Wait(seconds) => rig.advance(TimeDelta::seconds(seconds)),
                    }
                }
                rig.treat([]);
                for _ in 0..50 {
                    rig.drain().await;
                    rig.advance(TimeDelta::minutes(5));
                }
                let world = rig.world.lock().unwrap();
                for (recipient, number) in sent {
                    let case = format!("{recipient:04}");
                    let steps: Vec<_> = world.order.iter().filter(|text| text.contains(&case)).collect();
                    prop_assert_eq!(steps.len(), number, "of {}: {:?}", recipient, steps);
                    for (at, text) in steps.iter().enumerate() {
                        let expected = format!("第{}步", at + 1);
                        prop_assert!(text.contains(&expected), "{:?}", steps);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}
