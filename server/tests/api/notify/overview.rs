//! `GET /admin/texts` and `GET /admin/templates`: how texts go out, for whoever looks after the service.

use chrono::TimeDelta;
use serde_json::json;
use server::notify::{Message, Recipient};
use shared::{notify::rules::Template, problem};

use super::Bureau;
use crate::support::phone;

fn text(to: usize) -> Message {
    Message {
        event: format!("case/{to}/filed"),
        to: Recipient::Phone(phone(to).parse().unwrap()),
        template: Template::CaseFiled,
        variables: vec![("case", "0042".into()), ("date", "11月23日".into())],
        due_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_told_with_its_age_and_what_was_taken_with_its_speed() {
    let bureau = Bureau::open().await;
    let admin = bureau.app.staff("admin-1").await;
    let before = admin.get("/admin/texts").await.expect(200);
    assert_eq!(
        (&before["waiting"], &before["oldest_waiting"]),
        (&json!(0), &json!(null))
    );
    bureau.enqueue(vec![text(1), text(2)]).await;
    bureau.advance(TimeDelta::seconds(3)).await;
    let waiting = admin.get("/admin/texts").await.expect(200);
    assert_eq!(waiting["waiting"], 2);
    assert!(waiting["oldest_waiting"].is_string());

    bureau.dispatcher.send_due().await.unwrap();
    let after = admin.get("/admin/texts").await.expect(200);
    assert_eq!((&after["waiting"], &after["dead"]), (&json!(0), &json!(0)));
    assert_eq!((&after["sent_again"], &after["never_answered"]), (&json!(0), &json!(0)));
    let taken: u64 = after["providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| provider["accepted"].as_u64().unwrap())
        .sum();
    assert_eq!(taken, 2, "{after}");
    let speed = &after["speed"];
    assert_eq!((&speed["texts"], &speed["within_goal"]), (&json!(2), &json!(2)));
    assert_eq!(speed["most_within_ms"], 3_000);
    assert!(!after.to_string().contains("138"), "no phone is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_last_seven_days_has_its_own_speed() {
    let bureau = Bureau::open().await;
    bureau.send(vec![text(1), text(2)]).await;
    bureau.advance(TimeDelta::days(1)).await;
    bureau.enqueue(vec![text(3)]).await;
    bureau.advance(TimeDelta::seconds(7)).await;
    bureau.dispatcher.send_due().await.unwrap();
    let admin = bureau.app.staff("admin-1").await;
    let days = admin.get("/admin/texts/days").await.expect(200);
    let days = days["items"].as_array().unwrap();
    let of = |at: usize| {
        (
            days[at]["speed"]["texts"].clone(),
            days[at]["speed"]["within_goal"].clone(),
        )
    };
    assert_eq!(
        (days.len(), of(0), of(1), of(2)),
        (7, (json!(1), json!(0)), (json!(2), json!(2)), (json!(0), json!(0)))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_are_shown_as_they_are_filed_to_the_system_admin_only() {
    let bureau = Bureau::open().await;
    let admin = bureau.app.staff("admin-1").await;
    let templates = admin.get("/admin/templates").await.expect(200);
    let templates = templates["items"].as_array().unwrap();
    assert_eq!(templates.len(), Template::ALL.len());
    let filed = templates.iter().find(|one| one["key"] == "case-filed").unwrap();
    assert_eq!(
        (&filed["class"], &filed["aliyun"]),
        (&json!("statutory"), &json!("SMS_480010017"))
    );
    let clerk = bureau.app.staff("clerk-zhongxin-1").await;
    for path in ["/admin/texts", "/admin/texts/days", "/admin/templates"] {
        clerk.get(path).await.refused(&problem::FORBIDDEN);
    }
}
