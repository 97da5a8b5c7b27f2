//! What becomes of a text when answers are lost, providers refuse and workers stand still.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement, sea_query::SqliteQueryBuilder};
use shared::notify::rules::Template;

use super::{
    super::{
        claim::{Lane, candidates},
        enqueue,
        entity::status,
        store, withdraw,
    },
    rig::{Death, Rig, Treatment, code, progress, ticket},
};
use crate::platform::clock::Clock;

#[tokio::test]
async fn a_text_is_sent_once_however_often_its_event_is_enqueued() {
    let rig = Rig::new().await;
    rig.enqueue(vec![progress(1, 1), progress(1, 1), progress(2, 1)]).await;
    rig.enqueue(vec![progress(1, 1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 2);
    assert_eq!(rig.statuses().await, [status::ACCEPTED; 2]);
}

#[tokio::test]
async fn variables_that_do_not_fit_are_refused_before_anything_is_written() {
    let rig = Rig::new().await;
    let transaction = rig.platform.db.begin().await.unwrap();
    let mut long = code(1);
    long.variables = vec![("code", "1".repeat(36))];
    let failure = enqueue(&transaction, &rig.platform, rig.clock.now(), vec![code(2), long])
        .await
        .unwrap_err();
    assert!(
        !format!("{failure:?}").contains("1111"),
        "a failure never shows a value"
    );
    assert_eq!(rig.rows().await.len(), 0);
}

#[tokio::test]
async fn nothing_personal_stands_in_a_row() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(7)]).await;
    let row = format!("{:?}", rig.rows().await);
    for secret in ["246810", "13800000007"] {
        assert!(!row.contains(secret));
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!row.contains(bytes.trim_matches(['[', ']'])));
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_and_never_guessed() {
    let rig = Rig::new().await;
    rig.treat([Treatment::TakesAndLosesTheAnswer]);
    rig.enqueue(vec![code(1)]).await;
    rig.drain().await;
    assert_eq!(
        (rig.texts().len(), rig.statuses().await),
        (1, vec![status::ACCEPTED.into()])
    );
}

#[tokio::test]
async fn a_text_that_the_provider_never_had_is_sent_again_when_that_is_certain() {
    let rig = Rig::new().await;
    rig.treat([Treatment::LosesTheText]);
    rig.enqueue(vec![code(1)]).await;
    for _ in 0..19 {
        rig.drain().await;
        assert!(rig.texts().is_empty(), "it may still appear");
        rig.advance(TimeDelta::seconds(1));
    }
    rig.advance(TimeDelta::seconds(20));
    rig.drain().await;
    assert_eq!(
        (rig.texts().len(), rig.statuses().await),
        (1, vec![status::ACCEPTED.into()])
    );
}

#[tokio::test]
async fn while_the_provider_is_silent_an_unknown_attempt_stays_the_only_one() {
    let rig = Rig::new().await;
    rig.treat([Treatment::LosesTheText]);
    rig.world.lock().unwrap().silent = true;
    rig.enqueue(vec![progress(1, 1)]).await;
    for _ in 0..50 {
        rig.drain().await;
        rig.advance(TimeDelta::minutes(1));
    }
    assert!(rig.texts().is_empty());
    rig.world.lock().unwrap().silent = false;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
}

#[tokio::test]
async fn a_refused_text_goes_to_the_other_provider_at_once() {
    let rig = Rig::new().await;
    rig.treat([Treatment::Refuses]);
    rig.enqueue(vec![code(1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
    assert_eq!(rig.rows().await[0].attempts, 1);
}

#[tokio::test]
async fn texts_about_one_topic_keep_their_order_when_the_first_is_held_up() {
    let rig = Rig::new().await;
    rig.treat([Treatment::Limits, Treatment::Limits]);
    rig.enqueue(vec![progress(1, 1)]).await;
    rig.work(0, Lane::Rest, 8, Death::Never).await;
    rig.work(0, Lane::Rest, 8, Death::Never).await;
    rig.enqueue(vec![progress(1, 2), progress(2, 1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1, "only the other recipient's");
    rig.advance(TimeDelta::minutes(2));
    rig.drain().await;
    let texts = rig.texts();
    assert!(texts[1].contains("第1步") && texts[2].contains("第2步"), "{texts:?}");
}

#[tokio::test]
async fn a_code_does_not_wait_for_a_flood_of_notices() {
    let rig = Rig::new().await;
    rig.enqueue((0..300).map(|recipient| progress(recipient, 1)).collect())
        .await;
    rig.enqueue(vec![code(9999)]).await;
    assert_eq!(rig.work(0, Lane::Codes, 32, Death::Never).await, 1);
    assert!(rig.texts()[0].contains("验证码"));
    assert_eq!(rig.work(1, Lane::Rest, 16, Death::Never).await, 16);
}

#[tokio::test]
async fn what_comes_too_late_is_not_sent() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(1), progress(2, 1)]).await;
    rig.advance(TimeDelta::hours(73));
    rig.drain().await;
    assert!(rig.texts().is_empty());
    assert_eq!(
        rig.statuses().await,
        [status::EXPIRED, status::DEAD],
        "what the law wants told is not dropped in silence"
    );
}

#[tokio::test]
async fn a_later_text_replaces_an_unsent_one_about_the_same_ticket() {
    let rig = Rig::new().await;
    let number = || ("number", String::from("A012"));
    rig.enqueue(vec![
        ticket(
            "ticket/1/near",
            Template::TicketNear,
            vec![number(), ("ahead", "3".into())],
        ),
        ticket(
            "ticket/2/near",
            Template::TicketNear,
            vec![number(), ("ahead", "3".into())],
        ),
    ])
    .await;
    rig.enqueue(vec![ticket(
        "ticket/1/called-0",
        Template::TicketCalled,
        vec![number(), ("counter", "3".into())],
    )])
    .await;
    assert_eq!(
        rig.statuses().await,
        [status::SUPERSEDED, status::PENDING, status::PENDING]
    );
}

#[tokio::test]
async fn an_event_that_is_called_off_is_not_told() {
    let rig = Rig::new().await;
    let mut reminder = progress(1, 1);
    reminder.due_at = Some(rig.clock.now() + TimeDelta::hours(1));
    let event = reminder.event.clone();
    rig.enqueue(vec![reminder]).await;
    rig.drain().await;
    let transaction = rig.platform.db.begin().await.unwrap();
    assert_eq!(withdraw(&transaction, &[event], rig.clock.now()).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    rig.advance(TimeDelta::hours(2));
    rig.drain().await;
    assert!(rig.texts().is_empty());
}

#[tokio::test]
async fn who_wants_no_notices_gets_codes_and_what_the_law_wants_told() {
    let rig = Rig::new().await;
    let index = rig.platform.keys.blind_index("phone", "13800000001");
    let transaction = rig.platform.db.begin().await.unwrap();
    assert!(
        store::opt_out(&transaction, index.clone(), "page", rig.clock.now())
            .await
            .unwrap()
    );
    assert!(
        !store::opt_out(&transaction, index, "page", rig.clock.now())
            .await
            .unwrap(),
        "no news"
    );
    transaction.commit().await.unwrap();
    rig.enqueue(vec![
        code(1),
        progress(1, 1),
        ticket(
            "ticket/1/missed",
            Template::TicketMissed,
            vec![("number", "A012".into())],
        ),
    ])
    .await;
    rig.drain().await;
    assert_eq!(
        rig.statuses().await,
        [status::ACCEPTED, status::ACCEPTED, status::DECLINED]
    );
}

#[tokio::test]
async fn old_codes_are_deleted_and_other_texts_are_kept() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(1), progress(2, 1)]).await;
    rig.drain().await;
    rig.advance(TimeDelta::days(2));
    rig.instances[0].sweep().await.unwrap();
    let left = rig.rows().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].template, "case-transferred");
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_can_no_longer_decide() {
    let rig = Rig::new().await;
    rig.enqueue(vec![progress(1, 1)]).await;
    let slow = rig.instances[0].take(Lane::Rest, 1).await.unwrap().remove(0);
    rig.advance(TimeDelta::seconds(19));
    assert_eq!(rig.work(1, Lane::Rest, 1, Death::Never).await, 0, "it is leased");
    rig.advance(TimeDelta::seconds(2));
    assert_eq!(rig.work(1, Lane::Rest, 1, Death::Never).await, 1);
    let done = rig.instances[0].clone().call(slow).await;
    assert!(rig.texts().is_empty(), "a call after the lease is not made");
    rig.instances[0].record(vec![done]).await;
    rig.advance(TimeDelta::minutes(2));
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
}

/// Without these indexes a claim would read every text that waits.
#[tokio::test]
async fn a_claim_reads_only_what_is_due_and_what_comes_before_it() {
    let rig = Rig::new().await;
    let select = candidates(Lane::Rest, rig.clock.now(), 16);
    let (sql, values) = select.build(SqliteQueryBuilder);
    let db = rig.platform.db.reader();
    let explain =
        Statement::from_sql_and_values(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {sql}"), values);
    let plan: Vec<String> = db
        .query_all_raw(explain)
        .await
        .unwrap()
        .iter()
        .map(|row| row.try_get("", "detail").unwrap())
        .collect();
    for index in ["messages_due", "messages_in_order"] {
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
    }
}
