//! `POST /upstream/cases` and `/upstream/case-events`: what the case system pushes, and what its readers are then shown and told.

use serde_json::{Value, json};
use shared::{
    cases::wire::{CASE_EVENT_CONFLICT, CASE_EVENT_GONE, CASE_STEP_ORDER, CASE_UNKNOWN, REVIEW_LATE, REVIEW_REQUESTED},
    problem::{INVALID_FIELD, NOT_FOUND, ProblemType},
    upstream::wire::{UPSTREAM_REPLAYED, UPSTREAM_SIGNATURE},
};

use crate::support::{Client, Sandbox, TestApp};

const CASE: &str = "A5399000000002026110777";

/// A bureau with a case system behind it.
pub struct Bureau {
    pub app: TestApp,
    pub police: Sandbox,
}

impl Bureau {
    /// Opens with a theft case: the first resident reported it and was harmed, the second is the family of the suspect, the third the lawyer.
    pub async fn open() -> Self {
        let (app, police) = TestApp::start_with_sandbox().await;
        let bureau = Self { app, police };
        bureau.push("cases", theft()).await.taken("created");
        bureau
    }

    pub async fn push(&self, what: &str, body: Value) -> Told {
        self.push_with(what, body, json!({})).await
    }

    async fn push_with(&self, what: &str, body: Value, wrong: Value) -> Told {
        let mut call = json!({ "path": format!("/upstream/{what}"), "body": body, "target_url": self.app.address });
        for (name, value) in wrong.as_object().unwrap() {
            call[name] = value.clone();
        }
        let (_, told) = self.police.post("/police/push", call).await;
        Told(told)
    }

    pub async fn event(&self, id: &str, step: &str, details: Value) -> Told {
        self.push("case-events", event(id, step, details)).await
    }

    /// The case as a resident reads it.
    pub async fn page(&self, resident: &Client) -> Value {
        let listed = resident.get("/cases").await.expect(200);
        let items = listed["items"].as_array().unwrap();
        let case = items.iter().find(|case| case["case_no"] == CASE).unwrap();
        let path = format!("/cases/{}", case["id"].as_str().unwrap());
        resident.get(&path).await.expect(200)
    }

    /// The templates of the texts to a resident, oldest first.
    pub async fn texts(&self, resident: &Client) -> Vec<String> {
        let told = resident.get("/notifications").await.expect(200);
        let items = told["items"].as_array().unwrap().iter().rev();
        items
            .map(|text| text["template"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// What became of a push.
pub struct Told(Value);

impl Told {
    #[track_caller]
    pub fn taken(&self, result: &str) {
        assert_eq!(
            (&self.0["status"], &self.0["answer"]["result"]),
            (&json!(200), &json!(result)),
            "{}",
            self.0
        );
    }

    #[track_caller]
    pub fn refused(&self, kind: &ProblemType) -> Value {
        let told = (self.0["status"].as_u64(), self.0["answer"]["type"].as_str());
        assert_eq!(
            told,
            (Some(u64::from(kind.status)), Some(kind.path().as_str())),
            "{}",
            self.0
        );
        self.0["answer"].clone()
    }
}

pub fn theft() -> Value {
    json!({
        "case_no": CASE, "procedure": "criminal", "title": "手机被盗案", "agency": "云川市公安局云台分局",
        "accepted_at": "2026-11-20T09:00:00+08:00",
        "parties": [
            { "role": "reporter", "name": "杨云舟", "id_number": "539901198801040779" },
            { "role": "victim", "name": "杨云舟", "id_number": "539901198801040779" },
            { "role": "family", "name": "覃娜", "id_number": "539901195403043444", "suspect": "嫌疑人甲" },
        ],
        "property": [{ "item_no": "1", "name": "手机", "value_fen": 300_000, "state": "missing" }],
    })
}

pub fn event(id: &str, step: &str, details: Value) -> Value {
    json!({
        "event_id": id, "case_no": CASE, "step": step, "occurred_at": "2026-11-20T10:00:00+08:00", "details": details,
    })
}

pub fn steps(page: &Value) -> Vec<String> {
    let timeline = page["timeline"].as_array().unwrap();
    timeline
        .iter()
        .map(|entry| entry["step"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_is_told_once_to_whoever_may_know_of_it() {
    let bureau = Bureau::open().await;
    let (victim, family) = (bureau.app.resident(1).await, bureau.app.resident(2).await);
    bureau
        .event("e1", "accepted", json!({ "receipt_no": "1" }))
        .await
        .taken("created");
    bureau
        .event("e2", "filed", json!({ "document_no": "2" }))
        .await
        .taken("created");
    let measure = json!({ "suspect": "嫌疑人甲", "measure": "detained", "place": "云川市看守所" });
    bureau.event("e3", "measure", measure).await.taken("created");
    // Of another suspect the family knows nothing.
    let another = json!({ "suspect": "嫌疑人乙", "measure": "arrested", "place": "云川市看守所" });
    bureau.event("e9", "measure", another).await.taken("created");
    bureau
        .event("e4", "technical-measure", json!({ "technique": "定位" }))
        .await
        .taken("created");
    let item = json!({ "item_no": "1", "item": "手机", "state": "held" });
    bureau.event("e5", "property-found", item).await.taken("created");
    bureau
        .event("e2", "filed", json!({ "document_no": "2" }))
        .await
        .taken("unchanged");

    assert_eq!(
        bureau.texts(&victim).await,
        ["case-accepted", "case-filed", "property-found"]
    );
    assert_eq!(bureau.texts(&family).await, ["case-progress"]);
    let page = bureau.page(&victim).await;
    assert_eq!(steps(&page), ["accepted", "filed", "property-found"]);
    assert_eq!(page["measures"], json!([]));
    let page = bureau.page(&family).await;
    assert_eq!(steps(&page), ["measure"]);
    assert_eq!(page["measures"][0]["place"], "云川市看守所");
    assert_eq!(page["property"], json!([]));
    let about = format!("/notifications?about=case/{}", page["id"].as_str().unwrap());
    assert_eq!(
        victim.get(&about).await.expect(200)["items"].as_array().unwrap().len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_that_the_policy_gives_to_nobody() {
    let bureau = Bureau::open().await;
    let secret = json!({ "receipt_no": "R-1", "reporter": "举报人张某", "note": "内部备注", "technique": "定位" });
    bureau.event("e1", "accepted", secret).await.taken("created");
    for number in [1, 2] {
        let text = bureau.page(&bureau.app.resident(number).await).await.to_string();
        for word in ["举报人张某", "内部备注", "定位"] {
            assert!(!text.contains(word), "resident {number} reads {word}");
        }
        assert_eq!(text.contains("R-1"), number == 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_stands_in_the_place_of_what_was_wrong() {
    let bureau = Bureau::open().await;
    let victim = bureau.app.resident(1).await;
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    bureau
        .event("e2", "not-filed", json!({ "reason": "情节轻微" }))
        .await
        .taken("created");
    let mut correction = event("e3", "filed", json!({ "document_no": "立字第9号" }));
    correction["corrects"] = json!("e2");
    bureau.push("case-events", correction.clone()).await.taken("updated");
    bureau.push("case-events", correction.clone()).await.taken("unchanged");

    let page = bureau.page(&victim).await;
    assert_eq!(steps(&page), ["accepted", "filed"]);
    assert_eq!(page["timeline"][1]["correction"], true);
    assert_eq!(page["review"]["status"], "none");
    assert!(!page.to_string().contains("情节轻微"));
    // Nobody had been texted the wrong step yet, so only the correction is told.
    assert_eq!(bureau.texts(&victim).await, ["case-accepted", "case-corrected"]);
    correction["event_id"] = json!("e4");
    bureau.push("case-events", correction).await.refused(&CASE_EVENT_GONE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_leaves_only_its_title() {
    let bureau = Bureau::open().await;
    let victim = bureau.app.resident(1).await;
    bureau
        .event("e1", "accepted", json!({ "receipt_no": "R-9" }))
        .await
        .taken("created");
    bureau
        .event("e2", "filed", json!({ "document_no": "立字第9号" }))
        .await
        .taken("created");
    let mut first = event("e3", "accepted", json!({}));
    first["withdraws"] = json!("e1");
    // Without its acceptance the case could not have been filed.
    bureau.push("case-events", first).await.refused(&CASE_STEP_ORDER);
    let mut withdrawal = event("e3", "filed", json!({}));
    withdrawal["withdraws"] = json!("e2");
    bureau.push("case-events", withdrawal).await.taken("updated");
    let page = bureau.page(&victim).await;
    let last = &page["timeline"][1];
    assert_eq!((&last["standing"], &last["meaning"]), (&json!("withdrawn"), &json!("")));
    assert!(!page.to_string().contains("立字第9号"));
    assert_eq!(bureau.texts(&victim).await, ["case-accepted", "case-withdrawn"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_that_cannot_be_taken_is_refused_for_its_own_reason() {
    let bureau = Bureau::open().await;
    let problem = bureau.event("e1", "filed", json!({})).await.refused(&CASE_STEP_ORDER);
    assert_eq!(
        (&problem["from"], &problem["attempted"]),
        (&json!("reported"), &json!("filed"))
    );
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    bureau
        .event("e1", "accepted", json!({ "receipt_no": "2" }))
        .await
        .refused(&CASE_EVENT_CONFLICT);
    let problem = bureau
        .event("e2", "property-found", json!({}))
        .await
        .refused(&INVALID_FIELD);
    assert_eq!(problem["field"], "details.item_no");
    let mut elsewhere = event("e2", "accepted", json!({}));
    elsewhere["case_no"] = json!("A5399000000002026110778");
    bureau.push("case-events", elsewhere).await.refused(&CASE_UNKNOWN);
    let mut both = event("e2", "filed", json!({}));
    (both["corrects"], both["withdraws"]) = (json!("e1"), json!("e1"));
    bureau.push("case-events", both).await.refused(&INVALID_FIELD);
    let mut nothing = event("e2", "filed", json!({}));
    nothing["corrects"] = json!("e9");
    bureau.push("case-events", nothing).await.refused(&CASE_EVENT_GONE);
    let mut proxy = theft();
    proxy["parties"][0]["role"] = json!("proxy");
    bureau.push("cases", proxy).await.refused(&INVALID_FIELD);
    assert_eq!(
        bureau
            .app
            .count("SELECT count(*) FROM case_publications WHERE event_id LIKE 'e%'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_case_system_pushes_cases_and_each_call_counts_once() {
    let bureau = Bureau::open().await;
    let accepted = || event("e1", "accepted", json!({}));
    let foreign = json!({ "system": "traffic-police" });
    bureau
        .push_with("case-events", accepted(), foreign)
        .await
        .refused(&UPSTREAM_SIGNATURE);
    let nonce = json!({ "nonce": "0123456789abcdef" });
    bureau
        .push_with("case-events", accepted(), nonce.clone())
        .await
        .taken("created");
    bureau
        .push_with("case-events", event("e2", "filed", json!({})), nonce)
        .await
        .refused(&UPSTREAM_REPLAYED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_case_again_adds_only_what_is_new() {
    let bureau = Bureau::open().await;
    bureau.push("cases", theft()).await.taken("unchanged");
    let mut more = theft();
    let lawyer = json!({ "role": "lawyer", "name": "覃娜", "id_number": "539901195403043444", "suspect": "嫌疑人甲" });
    more["parties"].as_array_mut().unwrap().push(lawyer);
    bureau.push("cases", more).await.taken("updated");
    let page = bureau.page(&bureau.app.resident(2).await).await;
    assert_eq!(page["roles"], json!(["family", "lawyer"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_case_is_seen_by_nobody_and_told_to_nobody() {
    let bureau = Bureau::open().await;
    let victim = bureau.app.resident(1).await;
    let id = bureau.page(&victim).await["id"].as_str().unwrap().to_owned();
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    let mut sealed = theft();
    sealed["sealed"] = json!(true);
    bureau.push("cases", sealed).await.taken("updated");
    // A push from before it was sealed does not open it again.
    bureau.push("cases", theft()).await.taken("unchanged");
    bureau.event("e2", "filed", json!({})).await.taken("created");
    victim.get(&format!("/cases/{id}")).await.refused(&NOT_FOUND);
    assert_eq!(
        bureau.texts(&victim).await,
        [""; 0],
        "what was not sent yet is called off"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wants_no_texts_is_still_told_what_the_law_wants_told() {
    let bureau = Bureau::open().await;
    let victim = bureau.app.resident(1).await;
    let id = bureau.page(&victim).await["id"].as_str().unwrap().to_owned();
    let silent = json!({ "sms": false, "wechat": false });
    victim
        .put(&format!("/cases/{id}/subscription"), silent)
        .await
        .expect(200);
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    let item = json!({ "item_no": "1", "item": "手机" });
    bureau
        .event("e2", "property-found", item.clone())
        .await
        .taken("created");
    bureau.event("e3", "property-return", item).await.taken("created");
    assert_eq!(bureau.texts(&victim).await, ["case-accepted", "property-return"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_not_to_file_is_contested_in_one_tap_and_once() {
    let bureau = Bureau::open().await;
    let victim = bureau.app.resident(1).await;
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    bureau
        .event("e2", "not-filed", json!({ "reason": "没有犯罪事实" }))
        .await
        .taken("created");
    let page = bureau.page(&victim).await;
    // Seven days from Friday the twentieth end on Friday the twenty-seventh.
    assert_eq!(page["review"], json!({ "status": "open", "until": "2026-11-27" }));
    assert_eq!(page["deadlines"][0]["kind"], "review_request");
    let path = format!("/cases/{}/review-request", page["id"].as_str().unwrap());
    let taps = (0..8).map(|_| victim.post(&path, json!({})));
    let answers = futures::future::join_all(taps).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(&REVIEW_REQUESTED);
    }
    let page = bureau.page(&victim).await;
    assert_eq!(page["review"]["status"], "requested");
    assert_eq!(page["deadlines"][0]["kind"], "review_decision");
    let officer = bureau.app.staff("case-officer-1").await;
    let waiting = officer.get("/case-reviews").await.expect(200);
    assert_eq!(waiting["items"][0]["case_no"], CASE);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_seven_days_a_decision_stands() {
    let bureau = Bureau::open().await;
    bureau.event("e1", "accepted", json!({})).await.taken("created");
    bureau.event("e2", "not-filed", json!({})).await.taken("created");
    bureau.app.clock.advance(chrono::TimeDelta::days(5));
    let victim = bureau.app.resident_again(1).await;
    let page = bureau.page(&victim).await;
    assert_eq!(page["deadlines"][0]["overdue"], true);
    let path = format!("/cases/{}/review-request", page["id"].as_str().unwrap());
    assert_eq!(
        victim.post(&path, json!({})).await.refused(&REVIEW_LATE)["until"],
        "2026-11-27"
    );
}
