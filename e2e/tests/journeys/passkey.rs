//! A passkey: added after a code by text, used to sign in and to prove a sensitive step, named and removed.

use serde_json::json;

use crate::support::{Browser, digits, proof_code, text_to, texts_to};

const PHONE: &str = "13800000064";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_resident_adds_a_passkey_signs_in_with_it_and_removes_it() {
    let phone = Browser::phone("passkey").await;
    // A device with a screen lock, as the browser's own developers test with.
    phone.devtools("WebAuthn.enable", json!({})).await;
    let device = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    }});
    phone.devtools("WebAuthn.addVirtualAuthenticator", device).await;

    phone.opens("/login?next=/account").await;
    phone.types("phone", PHONE).await;
    phone.presses("获取验证码").await;
    phone.types("code", &digits(&text_to(PHONE, "login-code").await)).await;
    phone.presses("登录").await;
    phone.arrives_at("/account").await;
    phone.sees("通行密钥").await;
    phone.types("passkey-name", "我的手机").await;
    phone.presses("添加通行密钥").await;
    phone.sees("请验证是您本人").await;
    phone.shows("01-a-code").await;
    phone.types("proof-code", &proof_code(PHONE).await).await;
    phone.presses("验证并继续").await;
    phone.sees("添加于").await;
    phone.shows("02-added").await;
    text_to(PHONE, "passkey-added").await;

    phone.opens("/me").await;
    phone.presses("退出登录").await;
    phone.sees("您好，想办什么事？").await;
    phone.opens("/login?next=/account").await;
    phone.presses("用通行密钥登录").await;
    phone.arrives_at("/passkey").await;
    phone.shows("03-sign-in").await;
    phone.presses("用通行密钥登录").await;
    phone.arrives_at("/account").await;
    phone.sees("最近使用").await;

    // The step is proven by the passkey: no other text comes.
    phone.presses_in(".cell", "我的手机", "移除").await;
    phone.sees("确定移除？").await;
    phone.presses_in("[role=dialog] .actions", "", "移除").await;
    phone.sees("已移除").await;
    text_to(PHONE, "passkey-removed").await;
    assert_eq!(
        texts_to(PHONE).await,
        ["login-code", "login-code", "passkey-added", "passkey-removed"]
    );
    phone.leaves().await;
}
