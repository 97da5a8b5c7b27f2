//! Signing in by WeChat: linked the first time, one tap from then on, and unlinked.

use crate::support::{Browser, digits, sandbox, text_to, texts_to};

const PHONE: &str = "13800000061";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_resident_links_wechat_comes_back_with_one_tap_and_unlinks_it() {
    let phone = Browser::wechat("wechat").await;
    phone.opens(&format!("{}/wechat/people", sandbox())).await;
    phone.types("phone", PHONE).await;
    phone.presses("换成此人 Switch").await;

    phone.opens("/login?next=/account").await;
    phone.sees("微信一键登录").await;
    phone.shows("01-login").await;
    phone.presses("微信一键登录").await;
    phone.sees("此微信还没有绑定账号").await;
    assert_eq!(
        phone.address().await,
        "/login?next=%2Faccount",
        "the answer of WeChat does not stay in the address"
    );
    phone.shows("02-not-linked-yet").await;
    phone.types("phone", PHONE).await;
    phone.presses("获取验证码").await;
    phone.types("code", &digits(&text_to(PHONE, "login-code").await)).await;
    phone.presses("登录").await;
    phone.arrives_at("/account").await;
    phone.sees("已绑定，可一键登录").await;
    phone.shows("03-linked").await;
    text_to(PHONE, "wechat-linked").await;

    phone.opens("/me").await;
    phone.presses("退出登录").await;
    phone.sees("您好，想办什么事？").await;
    phone.opens("/login?next=/account").await;
    phone.presses("微信一键登录").await;
    phone.arrives_at("/account").await;
    phone.sees("已绑定，可一键登录").await;
    assert_eq!(
        texts_to(PHONE).await,
        ["login-code", "wechat-linked"],
        "no other text was needed"
    );

    phone.presses("解绑").await;
    phone.sees("未绑定").await;
    phone.leaves().await;
}
