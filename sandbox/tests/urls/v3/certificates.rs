//! `/v3/certificates`.

use serde_json::json;

use super::Merchant;
use crate::support::Rig;

#[actix_web::test]
async fn the_platform_certificate_decrypts() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let (status, list) = merchant.get(&rig, "/v3/certificates").await;
    assert_eq!((status, list["data"].as_array().unwrap().len()), (200, 1));
    assert_eq!(
        list["data"][0]["serial_no"],
        merchant.text("platform_certificate_serial")
    );
    let pem = merchant.open(&list["data"][0]["encrypt_certificate"]);
    assert_eq!(String::from_utf8(pem).unwrap(), merchant.text("platform_certificate"));
}

#[actix_web::test]
async fn a_merchant_of_the_public_key_has_none() {
    let rig = Rig::start().await;
    let mut merchant = Merchant::of(&rig).await;
    merchant.public_key = true;
    rig.put(
        "/wechat/settings",
        json!({ "certificates": 0, "signing": "public-key" }),
    )
    .await;
    let (status, refusal) = merchant.get(&rig, "/v3/certificates").await;
    assert_eq!((status, &refusal["code"]), (404, &json!("RESOURCE_NOT_EXISTS")));
}
