//! `bianmin backup` and `bianmin restore`, on a server that goes on booking.

use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use server::{
    config::Store,
    platform::backup::{backup, restore},
};

use crate::support::TestApp;

const SERVICE: &str = "id-card-replace-lost";

async fn appointments(store: &Store) -> i64 {
    let Store::Sqlite(path) = store else {
        panic!("an embedded database")
    };
    let db = Database::connect(format!("sqlite://{}?mode=rw", path.display()))
        .await
        .unwrap();
    let count = Statement::from_string(db.get_database_backend(), "SELECT count(*) FROM appointments");
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_made_while_residents_book_and_takes_the_place_only_of_a_database_that_nobody_uses() {
    let app = TestApp::start().await;
    let store = &app.platform.config.mode.store;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    if app.is_scaled() {
        let refused = backup(store, &copy).await.unwrap_err().to_string();
        assert!(refused.contains("pg_dump"), "{refused}");
        return;
    }
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    app.resident(1)
        .await
        .post("/appointments", wish.clone())
        .await
        .expect(201);
    backup(store, &copy).await.unwrap();
    assert!(backup(store, &copy).await.is_err(), "a copy is never replaced");
    app.resident(2).await.post("/appointments", wish).await.expect(201);

    let in_use = restore(store, &copy).await.unwrap_err().to_string();
    assert!(in_use.contains("stop the server"), "{in_use}");
    assert_eq!(appointments(store).await, 2);

    let elsewhere = Store::Sqlite(folder.path().join("new").join("bianmin.sqlite3"));
    restore(&elsewhere, &copy).await.unwrap();
    assert_eq!(appointments(&elsewhere).await, 1);
    restore(&elsewhere, &copy).await.unwrap();
    assert!(folder.path().join("new/bianmin.sqlite3.before-restore").is_file());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_and_a_foreign_file_are_not_restored() {
    let app = TestApp::start().await;
    if app.is_scaled() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    backup(&app.platform.config.mode.store, &copy).await.unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let elsewhere = Store::Sqlite(folder.path().join("bianmin.sqlite3"));
    for damaged in [
        whole[..whole.len() / 2].to_vec(),
        b"not a database".to_vec(),
        Vec::new(),
    ] {
        std::fs::write(&copy, damaged).unwrap();
        assert!(restore(&elsewhere, &copy).await.is_err());
        assert!(!folder.path().join("bianmin.sqlite3").exists());
    }
}
