//! `bianmin doctor`: looks at a deployment the way an operator would, and says in a sentence each what it found.

use chrono::TimeDelta;

use crate::{
    operations,
    platform::{
        Platform,
        audit::{self, Verified},
    },
};

/// A clock that is further off than this refuses payments and ends tokens early.
const CLOCK_MAY_BE_OFF: TimeDelta = TimeDelta::seconds(5);

/// What was found of one thing.
#[derive(Debug)]
pub struct Finding {
    /// Whether it is as it should be.
    pub well: bool,
    /// What it is, and what to do when it is not well.
    pub sentence: String,
}

/// Looks at everything that a server needs.
pub async fn examine(platform: &Platform) -> Vec<Finding> {
    vec![
        database(platform).await,
        clock(platform).await,
        audit_chain(platform).await,
        bus(platform),
        client(platform),
        public_url(platform),
    ]
}

fn well(sentence: impl Into<String>) -> Finding {
    Finding {
        well: true,
        sentence: sentence.into(),
    }
}

fn ill(sentence: impl Into<String>) -> Finding {
    Finding {
        well: false,
        sentence: sentence.into(),
    }
}

async fn database(platform: &Platform) -> Finding {
    if platform.db.is_ready().await {
        well("The database answers and has every migration.")
    } else {
        ill("The database lacks migrations: run `bianmin migrate`, or start the server, which takes them.")
    }
}

async fn clock(platform: &Platform) -> Finding {
    match platform.db.clock().await {
        Ok(theirs) => {
            let off = (platform.clock.now() - theirs).abs();
            if off <= CLOCK_MAY_BE_OFF {
                well("This machine's clock agrees with the database's.")
            } else {
                ill(format!(
                    "This machine's clock and the database's differ by {} s: synchronise both.",
                    off.num_seconds()
                ))
            }
        }
        Err(error) => ill(format!("The database does not tell its time: {error}")),
    }
}

async fn audit_chain(platform: &Platform) -> Finding {
    match audit::verify(platform).await {
        Ok(Verified::Sound { sealed, unsealed }) => well(format!(
            "The audit log is whole: {sealed} entries are sealed, {unsealed} will be."
        )),
        Ok(Verified::Broken { at }) => ill(format!(
            "Entry {at} of the audit log was changed or removed, or another deployment's keys are in {}.",
            platform.config.keys_dir.display()
        )),
        Ok(Verified::Cut { sealed }) => ill(format!(
            "The audit log ends after {sealed} entries and is not signed as whole there: entries are missing, or another deployment's keys are \
             in {}.",
            platform.config.keys_dir.display()
        )),
        Err(error) => ill(format!("The audit log cannot be read: {error}")),
    }
}

fn bus(platform: &Platform) -> Finding {
    if platform.bus.is_connected() {
        well("Instances hear each other.")
    } else {
        ill("Redis cannot be reached: every instance works, and what happens on the others reaches it late.")
    }
}

fn client(platform: &Platform) -> Finding {
    let folder = &platform.config.client_dir;
    if operations::PAGES.iter().all(|page| folder.join(page).is_file()) {
        well(format!("The client is in {}.", folder.display()))
    } else {
        ill(format!(
            "There is no client in {}: build it with `cargo xtask client`, or set BIANMIN_CLIENT_DIR.",
            folder.display()
        ))
    }
}

fn public_url(platform: &Platform) -> Finding {
    let url = &platform.config.public_url;
    if url.starts_with("https://") {
        well(format!("Browsers reach the service at {url}."))
    } else {
        ill(format!(
            "{url} is not encrypted: put a proxy that ends TLS in front and set BIANMIN_PUBLIC_URL to its https address."
        ))
    }
}
