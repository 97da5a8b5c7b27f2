//! Two instances on a PostgreSQL of their own, with a Redis and the sandbox.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use crate::bureau::{Build, Place};
use crate::service::{self, Service};
use crate::stores;
use crate::workspace;

/// Two instances, which do not run yet or do.
pub struct Twins {
    running: Vec<Service>,
    _redis: Service,
    /// Where each of them listens.
    pub instances: [SocketAddr; 2],
    /// How they are reached and run.
    pub place: Place,
}

impl Twins {
    /// Loads the demonstration bureau into a database; `name` is the folder of the logs.
    pub fn load(build: Build, folder: &Path, name: &str, database_url: String) -> Result<Self> {
        let redis = service::free_address()?;
        let started = stores::start_redis(folder, redis)?;
        let instances = [service::free_address()?, service::free_address()?];
        let [server, _] = instances;
        let place = Place {
            build,
            server,
            sandbox: service::free_address()?,
            client: workspace::dist(),
            data: folder.join("data"),
            logs: logs(name)?,
            settings: vec![
                ("BIANMIN_DATABASE_URL", database_url),
                ("BIANMIN_REDIS_URL", format!("redis://{redis}")),
            ],
        };
        fs::create_dir_all(&place.data)?;
        place.load_demonstration()?;
        Ok(Self {
            running: Vec::new(),
            _redis: started,
            instances,
            place,
        })
    }

    /// Starts the sandbox and both instances.
    pub fn open(&mut self) -> Result<()> {
        self.running.push(self.place.open_sandbox()?);
        for (instance, name) in self.instances.into_iter().zip(["server-1", "server-2"]) {
            self.running.push(self.place.open_instance(instance, name)?);
        }
        Ok(())
    }

    /// Ends everything; what the place was stays known.
    pub fn close(self) -> Place {
        self.place
    }

    /// Fails when one of them has ended.
    pub fn still_run(&mut self) -> Result<()> {
        self.running.iter_mut().try_for_each(Service::still_runs)
    }
}

/// The folder of a soak's logs.
pub fn logs(name: &str) -> Result<std::path::PathBuf> {
    let logs = workspace::root().join("test-output").join(name);
    fs::create_dir_all(&logs)?;
    Ok(logs)
}
