//! Keys are changed while servers go on: of tokens, of the audit chain, and the master key under which all of them lie.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::TimeDelta;
use serde_json::json;
use server::{
    platform::{
        Platform,
        audit::{Verified, seal, verify},
        clock::Clock,
        keyring,
        keys::{Master, Purpose},
    },
    rekey::{self, Reindexed},
};
use shared::{problem::UNAUTHENTICATED, queue::wire::TICKET_HELD};

use crate::support::{Client, TestApp};

async fn load(app: &TestApp) {
    keyring::load(&app.platform.db, &app.platform.keys, app.clock.now())
        .await
        .unwrap();
}

/// Adds a key and lets it come into use at every instance.
async fn change(instances: &[&TestApp], purpose: Purpose) -> u8 {
    let app = instances[0];
    let (number, used_from) = keyring::add(
        &app.platform.db,
        &app.platform.keys,
        purpose,
        crypto::INTERNATIONAL,
        app.clock.now(),
    )
    .await
    .unwrap();
    for now in [app.clock.now(), used_from] {
        app.clock.set(now);
        for instance in instances {
            load(instance).await;
        }
    }
    number
}

/// A second instance where there can be one, and the first one again where there cannot.
async fn other(app: &TestApp) -> Option<TestApp> {
    if app.is_scaled() {
        Some(app.another_instance().await)
    } else {
        None
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_the_older_key_are_good_until_they_end_and_nobody_is_signed_out() {
    let app = TestApp::start().await;
    let other = other(&app).await;
    let instances: Vec<&TestApp> = [Some(&app), other.as_ref()].into_iter().flatten().collect();
    let before = app.resident(1).await;
    assert_eq!(change(&instances, Purpose::Token).await, 2);
    let after = app.resident(2).await;
    for instance in &instances {
        before.on(&instance.address).get("/me").await.expect(200);
        after.on(&instance.address).get("/me").await.expect(200);
    }
    app.clock.advance(TimeDelta::minutes(11));
    for instance in &instances {
        before.on(&instance.address).get("/me").await.refused(&UNAUTHENTICATED);
    }
}

async fn seal_all(platform: &Platform) -> i64 {
    while seal(platform, platform.clock.now()).await.unwrap() > 0 {}
    match verify(platform).await.unwrap() {
        Verified::Sound { sealed, unsealed: 0 } => sealed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_chain_goes_on_across_a_change_of_its_key_which_cannot_be_forged() {
    let app = TestApp::start().await;
    let other = other(&app).await;
    let instances: Vec<&TestApp> = [Some(&app), other.as_ref()].into_iter().flatten().collect();
    app.staff("clerk-zhongxin-1").await;
    let before = seal_all(&app.platform).await;
    change(&instances, Purpose::Audit).await;
    app.staff("clerk-zhongxin-2").await;
    let last = *instances.last().unwrap();
    // The row of the added key, the sign-in, and the row that hands over.
    assert!(seal_all(&last.platform).await >= before + 3);
    change(&instances, Purpose::Audit).await;
    app.staff("manager-zhongxin").await;
    seal_all(&app.platform).await;
    assert_eq!(app.count("SELECT key_number FROM audit_head").await, 3);
    let handed = "SELECT count(*) FROM audit_entries WHERE action = 'keys.hand-over'";
    assert_eq!(app.count(handed).await, 2);

    let at = app
        .count("SELECT min(sequence) FROM audit_entries WHERE action = 'keys.hand-over'")
        .await;
    app.execute("UPDATE audit_entries SET action = 'keys.other' WHERE action = 'keys.hand-over'")
        .await;
    assert_eq!(verify(&app.platform).await.unwrap(), Verified::Broken { at });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn indexes_change_keys_while_people_sign_in_and_nobody_becomes_another() {
    let app = Arc::new(TestApp::start().await);
    let other = other(&app).await;
    let instances: Vec<&TestApp> = [Some(&*app), other.as_ref()].into_iter().flatten().collect();
    let accounts = "SELECT count(*) FROM residents";
    let (known, persons) = (
        app.count(accounts).await,
        app.count("SELECT count(*) FROM persons").await,
    );
    change(&instances, Purpose::Index).await;
    let late = "SELECT count(*) FROM residents WHERE length(phone_index) = 32";
    assert_eq!(app.count(late).await, known);
    // Found by the older key; a phone that is new is found by the newer one, also by an instance that was told before.
    app.resident(1).await.get("/me").await.expect(200);
    let new = app.sign_in("13912345678").await;
    app.execute("DELETE FROM rate_windows").await;
    app.clock.advance(TimeDelta::seconds(61));
    app.sign_in("13912345678").await;
    assert_eq!(app.count(accounts).await, known + 1);

    let busy = {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            for number in 2..12 {
                go_on(&app.resident(number).await).await;
            }
        })
    };
    let done = rekey::reindex(&app.platform, |_, _| {}).await.unwrap();
    assert!(done.changed >= u64::try_from(known + persons).unwrap(), "{done:?}");
    assert_eq!(done.left, 0);
    busy.await.unwrap();
    assert_eq!(app.count(late).await, 0);
    assert_eq!(
        rekey::reindex(&app.platform, |_, _| {}).await.unwrap(),
        Reindexed::default()
    );
    // Once more: the third key's indexes follow from the second's.
    change(&instances, Purpose::Index).await;
    rekey::reindex(&app.platform, |_, _| {}).await.unwrap();
    app.execute("DELETE FROM rate_windows").await;
    app.clock.advance(TimeDelta::seconds(61));
    let me = app.resident(1).await.get("/me").await.expect(200);
    assert_eq!(me["person"]["name"], "杨**");
    drop(new);
    assert_eq!(app.count(accounts).await, known + 1);

    // What the older key alone would find is found twice, and is not decided by a program.
    let doubled = app.platform.keys.blind_index("phone", "13912345678");
    let twice = format!(
        "INSERT INTO residents (id, phone, phone_index, language, created_at) SELECT {}, phone, {}, language, created_at FROM residents WHERE \
         length(phone_index) = 33 LIMIT 1",
        literal(&app, &[9; 16]),
        literal(&app, &doubled)
    );
    app.execute(&twice).await;
    let done = rekey::reindex(&app.platform, |_, _| {}).await.unwrap();
    assert_eq!(done, Reindexed { changed: 0, left: 1 });
}

/// Octets as the database reads them in a statement; sixteen are an id.
fn literal(app: &TestApp, octets: &[u8]) -> String {
    use std::fmt::Write;
    let mut digits = String::new();
    for octet in octets {
        write!(digits, "{octet:02x}").unwrap();
    }
    match (app.is_scaled(), octets.len()) {
        (true, 16) => format!("'{digits}'::uuid"),
        (true, _) => format!("'\\x{digits}'::bytea"),
        (false, _) => format!("x'{digits}'"),
    }
}

/// Puts a file in the place of the master key.
fn put(file: &Path, app: &TestApp) {
    std::fs::copy(file, app.platform.config.keys_dir.join("master.key")).unwrap();
}

async fn go_on(resident: &Client) {
    let member = json!({"name": "王小明", "id_number": "110101199003074530", "relation": "儿子"});
    let added = resident.post("/me/family", member).await.expect(201);
    let me = resident.get("/me").await.expect(200);
    assert!(me["person"]["name"].as_str().unwrap().ends_with('*'));
    let path = format!("/me/family/{}", added["id"].as_str().unwrap());
    resident.delete(&path).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_master_key_changes_while_residents_go_on_and_the_older_one_then_opens_nothing() {
    let app = Arc::new(TestApp::start_with_own_keys().await);
    let resident = app.resident(1).await;
    change(&[&app], Purpose::Field).await;
    let done = Arc::new(AtomicBool::new(false));
    let busy = {
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                go_on(&resident).await;
            }
        })
    };

    let folder = tempfile::tempdir().unwrap();
    let (new, old) = (folder.path().join("new.key"), folder.path().join("old.key"));
    std::fs::copy(app.platform.config.keys_dir.join("master.key"), &old).unwrap();
    let (db, keys) = (&app.platform.db, &app.platform.keys);
    let master = Master::at(&new).unwrap();
    // The field key and the root; a change that is begun twice is no other one.
    for _ in 0..2 {
        assert_eq!(
            keyring::change_master(db, keys, &master, app.clock.now())
                .await
                .unwrap(),
            2
        );
    }
    let refused = keyring::forget_master(db, keys, app.clock.now()).await;
    assert_eq!(refused.unwrap(), 2, "the present file may win as well");
    keyring::change_master(db, keys, &master, app.clock.now())
        .await
        .unwrap();

    // An instance with the new file beside the one that still has the old file.
    let own = folder.path().join("keys");
    std::fs::create_dir(&own).unwrap();
    std::fs::copy(&new, own.join("master.key")).unwrap();
    let with_new = app.another_instance_with(own).await;
    let other = app.resident_again(2).await;
    for instance in [&*app, &with_new] {
        go_on(&other.on(&instance.address)).await;
    }
    let busy_master = keyring::add(db, keys, Purpose::Token, crypto::INTERNATIONAL, app.clock.now()).await;
    assert!(busy_master.is_err(), "no key is added that only some could open");

    put(&new, &app);
    assert_eq!(keyring::forget_master(db, keys, app.clock.now()).await.unwrap(), 2);
    // Keys that are added from here on are known to both, also to the one that began with the older file.
    change(&[&with_new, &app], Purpose::Field).await;
    for instance in [&*app, &with_new] {
        go_on(&other.on(&instance.address)).await;
    }
    done.store(true, Ordering::Relaxed);
    busy.await.unwrap();

    put(&old, &app);
    let refused = Platform::connect_with((*app.platform.config).clone(), Arc::clone(&app.clock) as _).await;
    let told = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told.contains("was changed since"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_in_holds_one_ticket_also_on_the_day_on_which_the_key_of_indexes_changes() {
    let app = TestApp::start().await;
    let path = format!("/halls/{}/tickets", app.hall("zhongxin"));
    // Somebody whom the bureau does not know is found by the index on the ticket alone.
    let wish = json!({"service_id": app.service("id-card-replace-lost"), "id_number": "11010519491231002X"});
    let kiosk = app.device("kiosk", "zhongxin").await;
    let ticket = kiosk.post(&path, wish.clone()).await.expect(201);
    for _ in 0..2 {
        change(&[&app], Purpose::Index).await;
        let held = kiosk.post(&path, wish.clone()).await.refused(&TICKET_HELD);
        assert_eq!(held["number"], ticket["number"]);
    }
}
