//! What is held: every table has a rule, every sealed field changes keys, what has been kept long enough goes, and residents get theirs.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde_json::{Value, json};
use server::{
    holdings::{self, HOLDINGS},
    platform::{clock::Clock, keyring, keys::Purpose},
    rekey, retention,
};
use shared::{
    identity::{passkeys::PROOF_REQUIRED, wire::ACCOUNT_IN_USE},
    problem::UNAUTHENTICATED,
};

use crate::support::{Client, TestApp, phone, root};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_has_a_rule() {
    let app = TestApp::start().await;
    let db = app.platform.db.reader();
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        _ => "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    let tables: BTreeSet<String> = rows
        .iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap())
        .filter(|name| name != "seaql_migrations")
        .collect();
    let listed: BTreeSet<String> = HOLDINGS.iter().map(|holding| holding.table.to_owned()).collect();
    assert_eq!(tables, listed, "server/src/holdings.rs lists what the database has");
}

#[test]
fn every_sealed_field_is_listed() {
    let mut fields = BTreeSet::new();
    let mut folders = vec![root().join("server/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                fields.extend(declared_in(&path));
            }
        }
    }
    let sealed = |holding: &holdings::Holding| -> Vec<(String, String)> {
        let columns = holding.sealed.iter();
        columns
            .map(|column| (holding.table.to_owned(), (*column).to_owned()))
            .collect()
    };
    let listed: BTreeSet<(String, String)> = HOLDINGS.iter().flat_map(sealed).collect();
    assert_eq!(fields, listed, "server/src/holdings.rs lists what is sealed");
}

/// The fields that a source declares, outside its own tests.
fn declared_in(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let product = text.split("#[cfg(test)]").next().unwrap();
    let declarations = product.split("Field::new(\"").skip(1);
    declarations
        .map(|rest| {
            let mut parts = rest.split('"');
            (parts.next().unwrap().to_owned(), parts.nth(1).unwrap().to_owned())
        })
        .collect()
}

#[test]
fn the_table_in_the_documentation_is_the_one_that_jobs_go_by() {
    let written = std::fs::read_to_string(root().join("docs/data.md")).unwrap_or_default();
    assert!(
        written == holdings::table(),
        "docs/data.md is stale: run `cargo run --package server --bin bianmin -- holdings > docs/data.md`"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_change_while_residents_go_on_and_afterwards_no_field_needs_the_old_one() {
    let app = Arc::new(TestApp::start().await);
    let residents = [app.resident(1).await, app.resident(2).await, app.resident(3).await];
    let other = if app.is_scaled() {
        Some(app.another_instance().await)
    } else {
        None
    };
    let now = app.clock.now();
    let (number, seals_from) = keyring::add(
        &app.platform.db,
        &app.platform.keys,
        Purpose::Field,
        crypto::INTERNATIONAL,
        now,
    )
    .await
    .unwrap();
    let load = async |platform: &server::platform::Platform| {
        keyring::load(&platform.db, &platform.keys, platform.clock.now())
            .await
            .unwrap();
    };
    load(&app.platform).await;
    assert_eq!(app.platform.keys.sealing(), 1, "it is known before it seals");
    app.clock.set(seals_from);
    load(&app.platform).await;
    if let Some(other) = &other {
        load(&other.platform).await;
    }
    assert_eq!(app.platform.keys.sealing(), number);
    assert!(
        rekey::left(&app.platform).await.unwrap() > 600,
        "200 residents are sealed with the first key"
    );

    // Residents read and change sealed fields while every field is sealed anew.
    let done = Arc::new(AtomicBool::new(false));
    let busy = residents.map(|resident| {
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            let mut rounds = 0;
            while !done.load(Ordering::Relaxed) || rounds < 3 {
                go_on(&resident, rounds).await;
                rounds += 1;
            }
            rounds
        })
    });
    let progress = rekey::reseal(&app.platform, |_, _| {}).await.unwrap();
    done.store(true, Ordering::Relaxed);
    for resident in busy {
        assert!(resident.await.unwrap() >= 3);
    }
    assert!(progress.sealed > 600, "{progress:?}");
    assert_eq!(rekey::left(&app.platform).await.unwrap(), 0);
    assert_eq!(rekey::reseal(&app.platform, |_, _| {}).await.unwrap().sealed, 0);

    // A server that starts now reads what the new key has sealed.
    let fresh = app.another_instance().await;
    let me = app
        .resident_again(1)
        .await
        .on(&fresh.address)
        .get("/me")
        .await
        .expect(200);
    assert_eq!(
        (&me["phone"], &me["person"]["name"]),
        (&json!("138****0001"), &json!("杨**"))
    );
}

/// Reads one's own data and adds and removes a family member, whose name is sealed.
async fn go_on(resident: &Client, round: usize) {
    let me = resident.get("/me").await.expect(200);
    assert!(me["person"]["name"].as_str().unwrap().ends_with('*'));
    let number = ["110101199003074530", "110101199003074610", "110101199003074733"][round % 3];
    let member = json!({"name": "王小明", "id_number": number, "relation": "儿子"});
    let added = resident.post("/me/family", member).await.expect(201);
    let path = format!("/me/family/{}", added["id"].as_str().unwrap());
    resident.delete(&path).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_long_enough_is_removed_and_reported() {
    let app = TestApp::start().await;
    app.resident(1).await;
    let code = json!({"phone": "13912345678", "purpose": "login"});
    app.anyone().post("/auth/sms-codes", code).await.expect(202);
    assert_eq!(retention::enforce(&app.platform, app.clock.now()).await.unwrap(), []);
    app.clock.advance(TimeDelta::hours(23));
    assert_eq!(
        retention::enforce(&app.platform, app.clock.now()).await.unwrap(),
        [],
        "a code is kept for its whole day"
    );
    app.clock.advance(TimeDelta::hours(25));
    let now = app.clock.now();
    assert_eq!(
        retention::enforce(&app.platform, now).await.unwrap(),
        [("login_codes", 1)]
    );
    let session_ends = now + TimeDelta::days(28);
    for early in [1, 179] {
        let early = session_ends + TimeDelta::days(early);
        assert_eq!(retention::enforce(&app.platform, early).await.unwrap(), []);
    }
    let after_the_session = now + TimeDelta::days(30 + 180);
    let report = retention::enforce(&app.platform, after_the_session).await.unwrap();
    assert_eq!(report, [("sessions", 1)]);
    let told = "SELECT count(*) FROM audit_entries WHERE action = 'retention.remove'";
    assert_eq!(app.count(told).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_is_given_everything_of_their_own_and_nothing_of_anybody_else() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    app.resident(2).await;
    resident.get("/me/data").await.refused(&PROOF_REQUIRED);
    app.prove(&resident, 1, "export-data").await;
    let answer = resident.get("/me/data").await;
    let parts = answer.expect(200)["parts"].clone();
    assert_eq!(parts["residents"]["rows"][0]["phone"], phone(1));
    assert_eq!(parts["persons"]["rows"][0]["name"], "杨云舟");
    assert_eq!(parts["persons"]["rows"][0]["id_number"], "539901198801040779");
    assert!(parts["decisions"]["rows"][0]["decision_no"].is_string());
    assert!(parts["violations"]["rows"][0]["plate_no"].is_string());
    assert!(parts["decisions"]["kept"].as_str().unwrap().starts_with("by law"));
    assert!(!answer.text.contains(&phone(2)) && !answer.text.contains("覃娜"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let recorded = "SELECT count(*) FROM audit_entries WHERE action = 'data.export'";
    assert_eq!(app.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_account_leaves_what_the_law_keeps_and_no_way_back_to_the_phone() {
    let app = TestApp::start().await;
    let resident = app.resident(5).await;
    let service = app.service("id-card-replace-lost");
    let window = app.windows("zhongxin", "id-card-replace-lost").await[20]["id"].clone();
    let wish = json!({"window_id": window, "service_id": service});
    let booked = resident.post("/appointments", wish).await.expect(201);
    let refused = resident.delete("/me").await.refused(&ACCOUNT_IN_USE);
    assert_eq!(refused["under_way"], json!(["appointments"]));
    let cancel = format!("/appointments/{}/cancel", booked["id"].as_str().unwrap());
    resident.post(&cancel, json!({})).await.expect(200);
    resident
        .post("/me/consents", json!({"to": "reminders"}))
        .await
        .expect(201);

    resident.delete("/me").await.refused(&PROOF_REQUIRED);
    app.prove(&resident, 5, "close-account").await;
    let closed = resident.delete("/me").await.expect(200);
    assert!(closed["kept"]["appointments"].is_string() && closed["kept"]["consents"] == Value::Null);
    resident.get("/me").await.refused(&UNAUTHENTICATED);
    assert_eq!(app.count("SELECT count(*) FROM consents").await, 0);
    app.execute("DELETE FROM rate_windows").await;
    app.clock.advance(TimeDelta::seconds(61));
    let again = app.sign_in(&phone(5)).await;
    assert_eq!(again.get("/me").await.expect(200)["person"], Value::Null);
    assert_eq!(again.get("/appointments").await.expect(200)["items"], json!([]));
}
