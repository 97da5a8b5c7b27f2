//! English pages are English.

use serde_json::json;

use crate::support::{Browser, HALL, LOST_CARD, Place, hall, service, windows};

/// Every text that is seen or read aloud, except where the page says that it is in Chinese.
const CHINESE: &str = r"
    const chinese = /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/;
    const found = chinese.test(document.title) ? [document.title] : [];
    for (const e of document.querySelectorAll('#app *')) {
        if (e.closest('[lang=zh-CN]:not(html)') || !e.checkVisibility()) continue;
        const own = [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data);
        const said = ['aria-label', 'placeholder', 'title', 'alt'].map((name) => e.getAttribute(name) || '');
        found.push(...[...own, ...said].filter((text) => chinese.test(text)));
    }
    return found;
";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_pages_of_a_booking_speak_english() {
    let (hall, service) = (hall(HALL).await, service(LOST_CARD).await);
    let window = windows(&hall, &service).await.swap_remove(40);
    let (id, day) = (window["id"].as_str().unwrap(), window["day"].as_str().unwrap());

    let phone = Browser::phone("english").await;
    phone.opens("/").await;
    phone.presses("English").await;
    let pages = [
        ("/".to_owned(), "Hello. What do you need?", "01-home"),
        ("/services?q=lost id card".to_owned(), "services found", "02-services"),
        (format!("/services/{service}"), "What to bring", "03-service"),
        (
            format!("/book/{service}?hall={hall}&day={day}&window={id}"),
            "Sign in to book",
            "04-book",
        ),
        ("/login".to_owned(), "Mobile number", "05-login"),
        ("/appointments".to_owned(), "Sign in", "06-appointments"),
        ("/me".to_owned(), "Language", "07-me"),
    ];
    for (address, words, step) in pages {
        phone.opens(&address).await;
        phone.sees(words).await;
        phone.shows(step).await;
        assert_eq!(phone.asks(CHINESE).await, json!([]), "{address}");
    }
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn so_do_the_pages_of_what_one_has() {
    let phone = Browser::phone("english").await;
    let place = Place::of_a_visitor(&phone, "13800000014").await;
    phone.keeps("language", Some("en")).await;
    let mut found = Vec::new();
    for (name, address, _) in place.pages() {
        phone.opens(&address).await;
        phone.shows(&format!("has-{name}")).await;
        let chinese = phone.asks(CHINESE).await;
        if chinese != json!([]) {
            found.push(format!("{name}: {chinese}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    phone.leaves().await;
}
