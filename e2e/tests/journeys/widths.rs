//! Pages that fit every phone: nothing stands out at the side.

use serde_json::json;

use crate::support::{Browser, Place};

/// How far the page reaches beyond the screen, and what reaches there. What scrolls by itself, such as the strip of
/// days, may be wider than what is seen of it.
const TOO_WIDE: &str = r"
    const room = document.documentElement.clientWidth;
    const page = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
    const scrolls = (e) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
    const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (scrolls(p)) return true; };
    const wide = [...document.querySelectorAll('body *')]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > room + 1 && !inScroller(e))
        .map((e) => `${e.tagName}.${e.className} ${e.innerText || ''}`.slice(0, 80));
    return page > room || wide.length ? [`${page} > ${room}`, ...wide] : [];
";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_page_scrolls_sideways() {
    let phone = Browser::phone("widths").await;
    let place = Place::of_a_visitor(&phone, "13800000012").await;
    let mut found = Vec::new();
    for (name, address, words) in place.pages() {
        phone.opens(&address).await;
        phone.sees(words).await;
        found.extend(too_wide(&phone, name, "").await);
        phone.becomes(390, 844, true).await;
        phone.shows(name).await;
        // Larger type needs more room; so do English words.
        phone.asks("document.documentElement.classList.add('elder')").await;
        found.extend(too_wide(&phone, name, "in larger type").await);
        phone.becomes(390, 844, true).await;
        phone.shows(&format!("{name}-large")).await;
    }
    phone.asks("localStorage.setItem('language', 'en')").await;
    for (name, address, _) in place.pages() {
        phone.opens(&address).await;
        found.extend(too_wide(&phone, name, "in English").await);
        phone.becomes(390, 844, true).await;
        phone.shows(&format!("{name}-english")).await;
    }
    assert!(found.is_empty(), "{found:#?}");
    phone.leaves().await;
}

async fn too_wide(phone: &Browser, page: &str, mode: &str) -> Vec<String> {
    let mut found = Vec::new();
    for width in [430, 390, 360, 320] {
        phone.becomes(width, 844, true).await;
        phone.is_whole().await;
        let wide = phone.asks(TOO_WIDE).await;
        if wide != json!([]) {
            found.push(format!("{page} {mode} at {width}: {wide}"));
        }
    }
    found
}
