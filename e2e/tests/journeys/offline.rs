//! A line that breaks, and a version that is replaced.

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

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_new_version_is_offered_and_then_runs_whole() {
    let phone = Browser::phone("update").await;
    phone.opens("/").await;
    phone
        .waits_for("the service worker to keep the page", || async {
            phone.asks_and_waits(KEPT).await == true
        })
        .await;
    assert_eq!(phone.asks_and_waits(LAST_WEEK).await, true);

    phone.opens("/").await;
    assert_eq!(phone.asks(IS_OLD).await, true, "what is kept is shown at once");
    phone.sees("页面有更新").await;
    phone.shows("01-offered").await;
    phone.asks("window.untouched = true").await;
    phone.sees("您好，想办什么事？").await;
    assert_eq!(
        phone.asks("return window.untouched").await,
        true,
        "nobody is interrupted"
    );

    phone.presses("刷新").await;
    phone
        .waits_for("the new version", || async {
            phone.asks(IS_OLD).await == false && phone.asks("return !!document.getElementById('app')").await == true
        })
        .await;
    phone.sees_no_more("页面有更新").await;
    phone.shows("02-renewed").await;
    phone.leaves().await;
}

/// Lets what is kept be the version of last week, whole and under its own name, whose page has a mark.
const LAST_WEEK: &str = r#"
    const done = arguments[0];
    const pretend = async () => {
        const state = await caches.open('state');
        const name = await (await state.match('/current/')).text();
        const [now, before] = [await caches.open(name), await caches.open('version-%2F-before')];
        for (const file of await now.keys()) await before.put(file, await now.match(file));
        const page = (await (await now.match('/')).text()).replace('</head>', '<meta name="last-week"></head>');
        await before.put('/', new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } }));
        await caches.delete(name);
        await state.put('/current/', new Response('version-%2F-before'));
        return page.includes('last-week');
    };
    pretend().then(done, (error) => done(`${error}`));
"#;

const IS_OLD: &str = "return !!document.querySelector('meta[name=last-week]')";
