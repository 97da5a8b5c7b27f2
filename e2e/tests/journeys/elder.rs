//! Larger type, and a page that says itself what it says.

use serde_json::json;

use crate::support::{Browser, Place};

/// Writes down what is spoken, for a machine without ears.
const LISTEN: &str = "window.spoken = [];
    SpeechSynthesis.prototype.speak = (utterance) => window.spoken.push([utterance.lang, utterance.text]);";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_reads_badly_has_the_page_read_aloud() {
    let phone = Browser::phone("elder").await;
    let place = Place::of_a_visitor(&phone, "13800000017").await;
    phone.devtools("Page.enable", json!({})).await;
    phone
        .devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": LISTEN}))
        .await;
    phone.opens("/").await;
    assert!(!is_offered(&phone).await, "only larger type has the button");
    phone.presses("大字模式").await;
    assert!(is_offered(&phone).await);
    let [language, text] = hears(&phone).await;
    assert_eq!(language, "zh-CN");
    assert!(
        text.starts_with("您好，想办什么事？，") && text.contains("已签到"),
        "{text}"
    );
    let browses = "return !!document.querySelector('.browse')?.checkVisibility()";
    assert!(
        phone.asks(browses).await == false,
        "the page keeps to what one came for"
    );
    phone.shows("01-home").await;
    offers_few_services(&phone).await;

    let pages = place.pages();
    let mut heard = Vec::new();
    for (name, address, words) in &pages {
        phone.opens(address).await;
        phone.sees(words).await;
        phone.is_whole().await;
        let [_, text] = hears(&phone).await;
        heard.push((*name, text));
    }
    for (name, expected) in [
        ("ticket", "您的号，A"),
        ("appointment", "已签到"),
        ("decision", "¥150.00"),
        ("case", "手机被盗案"),
        ("slip", "居民身份证"),
    ] {
        let (_, text) = heard.iter().find(|(known, _)| *known == name).unwrap();
        assert!(text.contains(expected), "{name}: {text}");
    }

    phone.keeps("language", Some("en")).await;
    phone.opens("/").await;
    phone.is_whole().await;
    let [language, text] = hears(&phone).await;
    assert_eq!(language, "en");
    assert!(text.starts_with("Hello. What do you need?"), "{text}");
    phone.leaves().await;
}

/// A list begins with a few; the others are there when one asks.
async fn offers_few_services(phone: &Browser) {
    let listed = "return document.querySelectorAll('main .cells > a').length";
    phone.opens("/services").await;
    phone.sees("显示更多").await;
    assert_eq!(phone.asks(listed).await, 4);
    phone.presses("显示更多").await;
    assert!(phone.asks(listed).await.as_u64() > Some(4));
}

async fn is_offered(phone: &Browser) -> bool {
    phone
        .asks("return !!document.querySelector('.aloud')?.checkVisibility()")
        .await
        == true
}

/// Presses the button, and returns the language and the words.
async fn hears(phone: &Browser) -> [String; 2] {
    phone.asks("window.spoken.length = 0").await;
    phone.asks("document.querySelector('.aloud').click()").await;
    let spoken = phone.asks("return window.spoken[0]").await;
    serde_json::from_value(spoken).expect("something is said")
}
