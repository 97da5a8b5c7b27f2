//! Random sequences of what residents and clerks do, compared after every step with plain models in memory.
//!
//! A failing sequence is shortened until nothing can be left out of it, and printed.

mod queue;
mod seats;

use std::future::Future;

use proptest::test_runner::Config;
use tokio::runtime::Runtime;

/// As many sequences as a minute has room for; each has a server and a database of its own.
fn sequences() -> Config {
    Config {
        cases: 8,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    }
}

/// The system under test beside what the model said before the latest step.
struct Beside<System, Model> {
    runtime: Runtime,
    system: System,
    before: Model,
}

impl<System, Model: Clone> Beside<System, Model> {
    fn start(model: &Model, system: impl Future<Output = System>) -> Self {
        let runtime = Runtime::new().unwrap();
        let system = runtime.block_on(system);
        Self {
            runtime,
            system,
            before: model.clone(),
        }
    }
}
