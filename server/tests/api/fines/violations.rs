//! `GET /violations`, `POST /violations/{id}/handle`, and records that only warn.

use serde_json::{Value, json};
use shared::{
    fines::wire::{HANDLING_CEILING, VIOLATION_STATE},
    problem,
};

use super::Bureau;
use crate::support::Client;

/// A camera record against the first demonstration resident.
fn record(number: u32) -> Value {
    json!({
        "violation_no": format!("5399V{number:011}"),
        "person": { "name": "杨云舟", "id_number": "539901198801040779" },
        "plate_no": "云Y·B1234", "occurred_at": "2026-11-20T09:30:00+08:00", "place": "建设路", "conduct": "闯红灯",
        "legal_basis": "《道路交通安全法》第九十条", "fine_fen": 20_000, "points": 6, "procedure": "simple",
    })
}

fn with(mut record: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

impl Bureau {
    /// Pushes a record, and gives it as its driver sees it.
    async fn records(&self, resident: &Client, record: Value) -> Value {
        assert_eq!(self.push("/upstream/violations", record.clone()).await, "created");
        self.seen(resident, &record).await
    }

    async fn seen(&self, resident: &Client, record: &Value) -> Value {
        let listed = resident.get("/violations").await.expect(200);
        let items = listed["items"].as_array().unwrap().clone();
        let mut found = items
            .into_iter()
            .filter(|item| item["violation_no"] == record["violation_no"]);
        found.next().unwrap()
    }
}

fn handling(seen: &Value) -> String {
    format!("/violations/{}/handle", seen["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_within_the_ceiling_is_accepted_once_and_the_police_hear_of_it_once() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let seen = bureau.records(&resident, record(1)).await;
    assert_eq!(
        (&seen["status"], &seen["self_service"]),
        (&json!("unhandled"), &json!(true))
    );
    let answers: Vec<_> = (0..4)
        .map(|_| {
            let (resident, path) = (resident.clone(), handling(&seen));
            tokio::spawn(async move { resident.post(&path, json!({ "answer": "accept" })).await })
        })
        .collect();
    let mut taken = 0;
    for answer in answers {
        let answer = answer.await.unwrap();
        if answer.status == 200 {
            assert_eq!(answer.expect(200)["status"], "accepted");
            taken += 1;
        } else {
            assert_eq!(answer.refused(&VIOLATION_STATE)["status"], "accepted");
        }
    }
    assert_eq!(taken, 1, "of many at once one is taken");
    bureau.app.do_payments().await;
    let told = bureau.write_backs("handlings").await;
    assert_eq!(
        (told.len(), &told[0]["body"]["violation_no"]),
        (1, &record(1)["violation_no"])
    );
    let sql = "SELECT count(*) FROM audit_entries WHERE action = 'violation.handle'";
    assert_eq!(bureau.app.count(sql).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_above_the_ceiling_goes_to_a_window_but_can_be_objected_to() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    for (number, change) in [
        (1, json!({ "fine_fen": 20_001 })),
        (2, json!({ "procedure": "ordinary" })),
    ] {
        let seen = bureau.records(&resident, with(record(number), change)).await;
        assert_eq!(seen["self_service"], false);
        let refused = resident.post(&handling(&seen), json!({ "answer": "accept" })).await;
        let problem = refused.refused(&HANDLING_CEILING);
        assert_eq!(problem["ceiling_fen"], 20_000);
        assert!(problem["citation"].as_str().unwrap().contains("第五十一条"));
    }
    let seen = bureau.seen(&resident, &record(2)).await;
    let path = handling(&seen);
    resident
        .post(&path, json!({ "answer": "object", "reason": "  " }))
        .await
        .refused(&problem::INVALID_FIELD);
    let objection = json!({ "answer": "object", "reason": "当日车辆已借出" });
    assert_eq!(resident.post(&path, objection).await.expect(200)["status"], "objected");
    bureau.app.do_payments().await;
    let told = bureau.write_backs("objections").await;
    assert_eq!((told.len(), &told[0]["body"]["reason"]), (1, &json!("当日车辆已借出")));
    // The reason lies sealed.
    let sql = "SELECT count(*) FROM violations WHERE objection IS NOT NULL";
    assert_eq!(bureau.app.count(sql).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_person_s_record_does_not_exist_for_a_resident() {
    let bureau = Bureau::open().await;
    let seen = bureau.records(&bureau.app.resident(1).await, record(1)).await;
    let other = bureau.app.resident(2).await;
    other
        .post(&handling(&seen), json!({ "answer": "accept" }))
        .await
        .refused(&problem::NOT_FOUND);
    let mine = other.get("/violations").await.expect(200);
    assert_eq!(mine["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_parking_record_of_a_year_only_warns_and_the_second_is_fined() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    // The demonstration has one parking record of its own, which took the warning of the year.
    bureau.app.execute("DELETE FROM violations").await;
    let parking = |number, day: &str| {
        with(
            record(number),
            json!({ "conduct": "违反规定停放机动车", "conduct_code": "1039", "points": 0,
                    "occurred_at": format!("{day}T09:30:00+08:00") }),
        )
    };
    let first = bureau.records(&resident, parking(1, "2026-11-01")).await;
    assert_eq!(
        (&first["status"], &first["self_service"]),
        (&json!("warned"), &json!(false))
    );
    assert!(first["warned_by"].as_str().unwrap().contains("第九十三条"), "{first}");
    let second = bureau.records(&resident, parking(2, "2026-11-02")).await;
    assert_eq!(
        (&second["status"], &second["warned_by"]),
        (&json!("unhandled"), &Value::Null)
    );
    let a_year_before = bureau.records(&resident, parking(3, "2025-10-01")).await;
    assert_eq!(
        a_year_before["status"], "unhandled",
        "the warning of 2026 is later and counts"
    );
    let another_kind = bureau.records(&resident, record(4)).await;
    assert_eq!(another_kind["status"], "unhandled");
    bureau.app.do_payments().await;
    let told = bureau.write_backs("warnings").await;
    assert_eq!(
        (told.len(), &told[0]["body"]["violation_no"]),
        (1, &json!("5399V00000000001"))
    );
    resident
        .post(&handling(&first), json!({ "answer": "accept" }))
        .await
        .refused(&VIOLATION_STATE);
    // What the police push again changes nothing.
    assert_eq!(
        bureau.push("/upstream/violations", parking(1, "2026-11-01")).await,
        "unchanged"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_reaches_its_driver_by_way_of_the_server_and_nobody_else() {
    let bureau = Bureau::open().await;
    let (driver, other) = (bureau.app.resident(1).await, bureau.app.resident(2).await);
    let photo = json!({ "photo_url": "/police/traffic-police/photos/5399V00000000001.png" });
    let seen = bureau.records(&driver, with(record(1), photo)).await;
    let path = seen["photo_url"].as_str().unwrap().strip_prefix(shared::API).unwrap();
    let taken = driver.request(reqwest::Method::GET, path).send().await.unwrap();
    assert_eq!(taken.headers()["content-type"], "image/png");
    let octets = taken.bytes().await.unwrap();
    let picture = png::Decoder::new(std::io::Cursor::new(&octets[..]))
        .read_info()
        .unwrap();
    assert_eq!((picture.info().width, picture.info().height), (640, 360));
    other.get(path).await.refused(&problem::NOT_FOUND);

    bureau.fault("police", "5xx").await;
    driver.get(path).await.refused(&problem::UNAVAILABLE);

    // Nothing but a path of the police system is ever asked for.
    for elsewhere in [
        "https://example.org/a.png",
        "//example.org/a.png",
        "/police/../wechat/settings",
        "/police/a?b=c",
    ] {
        let bad = with(record(2), json!({ "photo_url": elsewhere }));
        let call = json!({ "path": "/upstream/violations", "body": bad, "target_url": bureau.app.address });
        let (_, told) = bureau.sandbox.post("/police/push", call).await;
        assert_eq!(
            (&told["status"], &told["answer"]["field"]),
            (&json!(422), &json!("photo_url")),
            "{elsewhere}"
        );
    }
    let without = bureau.records(&driver, record(3)).await;
    assert_eq!(without["photo_url"], Value::Null);
    driver
        .get(&format!("/violations/{}/photo", without["id"].as_str().unwrap()))
        .await
        .refused(&problem::NOT_FOUND);
}
