//! `GET /found-property`: what anybody may read, and nothing else.

use serde_json::json;

use super::upstream::Bureau;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn found_property_is_announced_until_it_is_returned_or_six_months_are_over() {
    let bureau = Bureau::open().await;
    let anyone = bureau.app.anyone();
    let announced = async || anyone.get("/found-property").await.expect(200)["items"].clone();
    assert_eq!(announced().await, json!([]));
    let notice = |number: &str, item: &str| json!({ "item_no": number, "item": item, "place": "观澜大道公交站", "reporter": "王某", "receipt_no": "1" });
    bureau
        .event("e1", "property-notice", notice("7", "蓝色自行车"))
        .await
        .taken("created");
    bureau
        .event("e2", "property-notice", notice("8", "黑色手表"))
        .await
        .taken("created");
    let found = announced().await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    let mut one = found[1].clone();
    one.as_object_mut().unwrap().remove("id");
    assert_eq!(
        one,
        json!({
            "item": "蓝色自行车", "place": "观澜大道公交站", "agency": "云川市公安局云台分局",
            "announced_on": "2026-11-20", "claim_by": "2027-05-20",
        }),
        "nothing else of the case is told"
    );

    bureau
        .event(
            "e3",
            "property-returned",
            json!({ "item_no": "7", "item": "蓝色自行车" }),
        )
        .await
        .taken("created");
    assert_eq!(announced().await.as_array().unwrap().len(), 1);
    bureau.app.clock.advance(chrono::TimeDelta::days(190));
    assert_eq!(announced().await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_sealed_case_is_announced() {
    let bureau = Bureau::open().await;
    bureau
        .event("e1", "property-notice", json!({ "item_no": "7", "item": "蓝色自行车" }))
        .await
        .taken("created");
    bureau.app.execute("UPDATE cases SET sealed = TRUE").await;
    let found = bureau.app.anyone().get("/found-property").await.expect(200);
    assert_eq!(found["items"], json!([]));
}
