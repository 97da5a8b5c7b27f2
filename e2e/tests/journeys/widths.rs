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

/// Texts of which a part is hidden, because there is no room for it. What is cut on purpose says so by its class.
const CUT: &str = r"
    const hides = (e) => getComputedStyle(e).overflowX !== 'visible';
    return [...document.querySelectorAll('#app *')]
        .filter((e) => e.checkVisibility() && e.innerText?.trim() && hides(e) && !e.matches('.clamp, .hidden, .pull, textarea'))
        .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
        .map((e) => `${e.tagName}.${e.className} ${e.innerText}`.slice(0, 80));
";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn text_of_twice_the_size_is_all_there() {
    let phone = Browser::phone("twice").await;
    let place = Place::of_a_visitor(&phone, "13800000019").await;
    let mut found = Vec::new();
    for language in ["zh-CN", "en"] {
        phone.keeps("language", Some(language)).await;
        for (name, address, _) in place.pages() {
            phone.opens(&address).await;
            phone.is_whole().await;
            phone.asks("document.documentElement.style.fontSize = '212.5%'").await;
            for (fault, script) in [("too wide", TOO_WIDE), ("cut", CUT)] {
                let what = phone.asks(script).await;
                if what != json!([]) {
                    found.push(format!("{name}, {language}, {fault}: {what}"));
                }
            }
            phone.shows(&format!("{name}-{language}")).await;
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    phone.leaves().await;
}

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
    phone.keeps("language", Some("en")).await;
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
