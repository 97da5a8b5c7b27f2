//! A line that breaks.

use crate::support::{Browser, Line};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_cut_line_is_told_and_gets_over() {
    let mut line = Line::laid().await;
    let phone = Browser::phone("offline").await.through(line.pages());
    phone.opens("/services").await;
    phone.sees("找到").await;
    phone
        .waits_for("the service worker to keep the page", || async {
            phone.asks_and_waits(KEPT).await == true
        })
        .await;
    // What the first visit fetched before the worker was there, it has not seen.
    phone.opens("/services").await;
    phone.sees("找到").await;

    line.is_cut().await;
    phone.types("[type=search]", "护照").await;
    phone.sees("网络不稳定，正在重试…").await;
    phone.picture("01-trying").await;
    phone.sees("网络连接失败").await;
    phone.sees("请检查网络后重试").await;
    phone.shows("02-no-connection").await;

    // A visit without the network: the page is there, and so is the list as it was last seen.
    phone.opens("/").await;
    phone.sees("您好，想办什么事？").await;
    phone.opens("/services").await;
    phone.sees("找到").await;
    phone.shows("03-kept").await;
    phone.opens("/services?q=护照").await;
    phone.sees("网络连接失败").await;

    line.is_mended();
    phone.presses("重试").await;
    phone.sees("普通护照").await;
    phone.shows("04-mended").await;
    phone.leaves().await;
}

/// Whether a version of the client is kept whole.
const KEPT: &str = r"
    const done = arguments[0];
    caches.open('state')
        .then((state) => state.match('/current/'))
        .then((kept) => done(!!kept && !!navigator.serviceWorker.controller), () => done(false));
";
