//! `/admin/staff`, `/auth/staff-enrolments` and `/auth/staff-passwords`: an account is made by one, let begin by another, and begun by its owner.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::{
    identity::wire::{
        ACCOUNT_LOCKED, ACCOUNT_STATE, CREDENTIALS_WRONG, PASSWORD_CHANGE_REQUIRED, PASSWORD_UNFIT, USERNAME_TAKEN,
    },
    problem::{FORBIDDEN, INVALID_FIELD, UNAUTHENTICATED},
};
use totp_rs::{Builder, Secret};

use crate::support::{Answer, Client, TestApp};

const CHOSEN: &str = "正确的马电池订书钉 2026";

fn wanted(app: &TestApp, username: &str) -> Value {
    json!({"username": username, "name": "林小满", "role": "clerk", "hall_id": app.hall("zhongxin"), "counters": [1]})
}

fn path(account: &Value, deed: &str) -> String {
    format!("/admin/staff/{}{deed}", account["id"].as_str().unwrap())
}

/// What the authenticator with this secret shows now.
fn shown(app: &TestApp, secret: &Value) -> String {
    let secret = Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(app.clock.now().timestamp()).unwrap())
        .to_string()
}

async fn sign_in(app: &TestApp, username: &str, password: &Value, totp: &str) -> Answer {
    let credentials = json!({"username": username, "password": password, "totp": totp});
    app.anyone().post("/auth/staff-sessions", credentials).await
}

/// Sets up an authenticator for an account that begins; gives its secret.
async fn enrol(app: &TestApp, account: &Value) -> Value {
    let known = json!({"username": account["username"], "password": account["password"]});
    let enrolment = app.anyone().post("/auth/staff-enrolments", known).await.expect(201);
    assert!(
        enrolment["url"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Bianmin:")
    );
    assert!(enrolment["qr_svg"].as_str().unwrap().contains("<svg"));
    enrolment["secret"].clone()
}

async fn choose(app: &TestApp, account: &Value, totp: &str, password: &str) -> Answer {
    let wish = json!({
        "username": account["username"], "password": account["password"], "totp": totp, "new_password": password,
    });
    app.anyone().post("/auth/staff-passwords", wish).await
}

/// An account that both administrators have agreed to.
async fn approved(app: &TestApp) -> (Value, Client, Client) {
    let (admin, security) = (app.staff("admin-1").await, app.staff("security-1").await);
    let made = admin.post("/admin/staff", wanted(app, "clerk-new")).await.expect(201);
    let begun = security.post(&path(&made, "/approval"), json!({})).await.expect(200);
    assert_eq!(begun["state"], "active");
    (made, admin, security)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_needs_two_administrators_and_its_owners_own_password_and_authenticator() {
    let app = TestApp::start().await;
    let (admin, security) = (app.staff("admin-1").await, app.staff("security-1").await);
    let made = admin.post("/admin/staff", wanted(&app, "clerk-new")).await.expect(201);
    assert_eq!(made["state"], "pending");
    let password = &made["password"];
    sign_in(&app, "clerk-new", password, "000000")
        .await
        .refused(&CREDENTIALS_WRONG);
    admin
        .post(&path(&made, "/approval"), json!({}))
        .await
        .refused(&FORBIDDEN);
    security
        .post("/admin/staff", wanted(&app, "clerk-other"))
        .await
        .refused(&FORBIDDEN);
    security.post(&path(&made, "/approval"), json!({})).await.expect(200);
    security
        .post(&path(&made, "/approval"), json!({}))
        .await
        .refused(&ACCOUNT_STATE);

    sign_in(&app, "clerk-new", password, "000000")
        .await
        .refused(&PASSWORD_CHANGE_REQUIRED);
    let secret = enrol(&app, &made).await;
    let totp = shown(&app, &secret);
    choose(&app, &made, &totp, "clerk-new-2026")
        .await
        .refused(&PASSWORD_UNFIT);
    choose(&app, &made, &totp, password.as_str().unwrap())
        .await
        .refused(&PASSWORD_UNFIT);
    // Long enough, and yet what guessers begin with.
    for guessed in ["letmein123456", "football1234"] {
        let refused = choose(&app, &made, &totp, guessed).await.refused(&PASSWORD_UNFIT);
        assert!(
            refused["reason"].as_str().unwrap().contains("guessed first"),
            "{refused}"
        );
    }
    choose(&app, &made, "000000", CHOSEN).await.refused(&CREDENTIALS_WRONG);
    let session = choose(&app, &made, &totp, CHOSEN).await.expect(201);
    let clerk = Client::new(&app.address, session["access_token"].as_str());
    assert_eq!(clerk.get("/me").await.expect(200)["username"], "clerk-new");

    // From here on neither the first password nor the used code is worth anything.
    app.clock.advance(TimeDelta::seconds(30));
    let totp = shown(&app, &secret);
    sign_in(&app, "clerk-new", password, &totp)
        .await
        .refused(&CREDENTIALS_WRONG);
    let again = json!({"username": "clerk-new", "password": CHOSEN});
    app.anyone()
        .post("/auth/staff-enrolments", again)
        .await
        .refused(&ACCOUNT_STATE);
    sign_in(&app, "clerk-new", &json!(CHOSEN), &totp).await.expect(201);

    let recorded = "SELECT count(*) FROM audit_entries WHERE action IN \
        ('staff.make', 'staff.approve', 'staff.enrol', 'staff.choose-password')";
    assert_eq!(app.count(recorded).await, 4);
    assert!(
        !admin
            .get("/admin/staff")
            .await
            .text
            .contains(password.as_str().unwrap())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_password_ends_after_seven_days() {
    let app = TestApp::start().await;
    let (made, ..) = approved(&app).await;
    app.clock.advance(TimeDelta::days(7));
    sign_in(&app, "clerk-new", &made["password"], "000000")
        .await
        .refused(&CREDENTIALS_WRONG);
    let known = json!({"username": "clerk-new", "password": made["password"]});
    app.anyone()
        .post("/auth/staff-enrolments", known)
        .await
        .refused(&CREDENTIALS_WRONG);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_account_begins_anew_and_an_ended_one_never_again() {
    let app = TestApp::start().await;
    let (made, admin, security) = approved(&app).await;
    let secret = enrol(&app, &made).await;
    let session = choose(&app, &made, &shown(&app, &secret), CHOSEN).await.expect(201);
    let clerk = Client::new(&app.address, session["access_token"].as_str());

    let reset = security.post(&path(&made, "/reset"), json!({})).await.expect(200);
    clerk.get("/me").await.refused(&UNAUTHENTICATED);
    app.clock.advance(TimeDelta::seconds(30));
    sign_in(&app, "clerk-new", &json!(CHOSEN), &shown(&app, &secret))
        .await
        .refused(&CREDENTIALS_WRONG);
    let other = enrol(&app, &reset).await;
    assert_ne!(other, secret);
    let session = choose(&app, &reset, &shown(&app, &other), CHOSEN).await.expect(201);
    let clerk = Client::new(&app.address, session["access_token"].as_str());

    security.delete(&path(&made, "")).await.refused(&FORBIDDEN);
    admin.delete(&path(&made, "")).await.expect(204);
    clerk.get("/me").await.refused(&UNAUTHENTICATED);
    app.clock.advance(TimeDelta::seconds(30));
    sign_in(&app, "clerk-new", &json!(CHOSEN), &shown(&app, &other))
        .await
        .refused(&CREDENTIALS_WRONG);
    security
        .post(&path(&made, "/reset"), json!({}))
        .await
        .refused(&ACCOUNT_STATE);
    let listed = admin.get("/admin/staff").await.expect(200);
    let found = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["id"] == made["id"]);
    assert_eq!(
        found.unwrap()["state"],
        "ended",
        "what was done with an account stays under its name"
    );
    admin
        .post("/admin/staff", wanted(&app, "clerk-new"))
        .await
        .refused(&USERNAME_TAKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_neither_end_nor_reset_themselves() {
    let app = TestApp::start().await;
    let (admin, security) = (app.staff("admin-1").await, app.staff("security-1").await);
    let me = admin.get("/me").await.expect(200);
    admin.delete(&path(&me, "")).await.refused(&ACCOUNT_STATE);
    let me = security.get("/me").await.expect(200);
    security
        .post(&path(&me, "/reset"), json!({}))
        .await
        .refused(&ACCOUNT_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_a_plain_name_and_a_hall_where_its_role_has_one() {
    let app = TestApp::start().await;
    let admin = app.staff("admin-1").await;
    for (field, value) in [
        ("username", json!("Clerk 1")),
        ("name", json!("  ")),
        ("hall_id", json!(null)),
        ("role", json!("auditor")),
    ] {
        let mut wish = wanted(&app, "clerk-new");
        wish[field] = value;
        admin.post("/admin/staff", wish).await.refused(&INVALID_FIELD);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_are_five_tries_and_lock_the_account() {
    let app = TestApp::start().await;
    let guess = json!("a-guess-of-mine");
    let guesses = (0..100).map(|_| sign_in(&app, "clerk-zhongxin-1", &guess, "000000"));
    let answers = futures::future::join_all(guesses).await;
    let judged = answers
        .iter()
        .filter(|answer| answer.text.contains(CREDENTIALS_WRONG.slug))
        .count();
    let locked = answers
        .iter()
        .filter(|answer| answer.text.contains(ACCOUNT_LOCKED.slug))
        .count();
    assert_eq!((judged, locked), (5, 95));
}

async fn changes(client: &Client) -> Vec<String> {
    let told = client.get("/me/account-changes").await.expect(200);
    let items = told["items"].as_array().unwrap().iter();
    items
        .map(|change| change["what"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signs_in_is_told_what_was_changed_since_the_time_before() {
    let app = TestApp::start().await;
    let (made, _, security) = approved(&app).await;
    let secret = enrol(&app, &made).await;
    let session = choose(&app, &made, &shown(&app, &secret), CHOSEN).await.expect(201);
    let first = Client::new(&app.address, session["access_token"].as_str());
    assert!(changes(&first).await.is_empty(), "whoever begins has made every change");

    // Somebody lets the account begin anew and takes it; then its owner gets it back.
    let owner = "又一个正确的马电池订书钉 2027";
    for password in ["小偷的马电池订书钉 2026", owner] {
        app.clock.advance(TimeDelta::minutes(1));
        let reset = security.post(&path(&made, "/reset"), json!({})).await.expect(200);
        let secret = enrol(&app, &reset).await;
        let totp = shown(&app, &secret);
        let session = choose(&app, &reset, &totp, password).await.expect(201);
        let client = Client::new(&app.address, session["access_token"].as_str());
        assert_eq!(changes(&client).await, ["password", "authenticator", "reset"]);
        app.clock.advance(TimeDelta::minutes(1));
        let totp = shown(&app, &secret);
        let session = sign_in(&app, "clerk-new", &json!(password), &totp).await.expect(201);
        let again = Client::new(&app.address, session["access_token"].as_str());
        assert!(
            changes(&again).await.is_empty(),
            "it is told once, for as long as that session lasts"
        );
    }
}
