//! `/authenticator`: the one-time codes of the demonstration staff.

use crate::support::Rig;

#[actix_web::test]
async fn every_demonstration_account_has_a_code() {
    let rig = Rig::start().await;
    let shown = rig.get("/authenticator/codes").await;
    let items = shown["items"].as_array().unwrap();
    assert!(items.len() >= 20);
    for account in items {
        let code = account["code"].as_str().unwrap();
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{account}");
    }
}
