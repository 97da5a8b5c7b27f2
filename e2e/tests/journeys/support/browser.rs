//! A browser, used as a person uses it: by what can be read on the page.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use thirtyfour::{
    ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement, error::WebDriverResult,
    prelude::ElementQueryable,
};
use tokio::time::{Instant, sleep};

use super::{GLANCE, PATIENCE, bureau, pages, pictures, sandbox, setting};

/// WeChat on a phone, as it names itself.
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14; Phone; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
    Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0.49 WeChat/arm64 Weixin NetType/WIFI Language/zh_CN";

/// Finds what can be pressed by its name, in the dialog if one is open.
const FIND_BY_NAME: &str = r"
    const [wanted, within] = arguments;
    const tidy = (text) => (text || '').replace(/\u2060/g, '').replace(/\s+/g, ' ').trim();
    const name = (e) => tidy(e.getAttribute('aria-label') || e.innerText);
    const dialog = document.querySelector('[role=dialog]');
    const places = within
        ? [...document.querySelectorAll(within[0])].filter((e) => tidy(e.innerText).includes(within[1]))
        : [dialog || document];
    const offered = places
        .flatMap((place) => [...place.querySelectorAll('button, a[href], label, summary')])
        .filter((e) => e.checkVisibility() && !e.disabled && !e.closest('#painted'));
    const found =
        offered.find((e) => name(e) === wanted || tidy(e.innerText) === wanted) ||
        offered.find((e) => name(e).includes(wanted) || tidy(e.innerText).includes(wanted));
    found?.scrollIntoView({ block: 'center' });
    return found || null;
";

/// What is seen of a text: word joiners are not.
fn seen(text: &str) -> String {
    text.replace('\u{2060}', "")
}

/// A browser with a window of one size and a profile of its own.
pub struct Browser {
    pub(super) driver: WebDriver,
    journey: &'static str,
    base: String,
}

impl Browser {
    /// A phone.
    pub async fn phone(journey: &'static str) -> Self {
        let browser = Self::start(journey).await;
        browser.becomes(390, 844, true).await;
        browser
    }

    /// A phone on which WeChat shows the pages, and what it loads for them comes from the sandbox.
    pub async fn in_wechat(journey: &'static str) -> Self {
        let browser = Self::phone(journey).await;
        browser.says_it_is(WECHAT).await;
        browser
    }

    /// A phone on which a mini-program in WeChat shows the pages.
    pub async fn in_mini_program(journey: &'static str) -> Self {
        let browser = Self::phone(journey).await;
        browser
            .says_it_is(&format!("{WECHAT} miniProgram/wx0000000000000000"))
            .await;
        browser
    }

    /// WeChat on a phone, with a bridge to its cashier, which stands above the pages' security policy.
    pub async fn wechat(journey: &'static str) -> Self {
        let browser = Self::in_wechat(journey).await;
        browser.devtools("Page.enable", json!({})).await;
        browser.devtools("Page.setBypassCSP", json!({"enabled": true})).await;
        let bridge = format!(
            "addEventListener('DOMContentLoaded', () => document.head.append(Object.assign(document.createElement('script'), \
             {{ src: '{}/wechat/bridge.js' }})))",
            sandbox()
        );
        browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": bridge}))
            .await;
        browser
    }

    /// Names itself so to servers and pages.
    pub async fn says_it_is(&self, agent: &str) {
        self.devtools(
            "Emulation.setUserAgentOverride",
            json!({"userAgent": agent, "acceptLanguage": "zh-CN,zh"}),
        )
        .await;
    }

    /// A clerk's screen.
    pub async fn desk(journey: &'static str) -> Self {
        let browser = Self::start(journey).await;
        browser.becomes(1366, 768, false).await;
        browser
    }

    /// A clerk's screen with a camera, before which this film is played over and over.
    pub async fn desk_with_camera(journey: &'static str, film: &Path) -> Self {
        let film = format!("--use-file-for-fake-video-capture={}", film.display());
        let camera = [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            &film,
        ];
        let browser = Self::start_with(journey, &camera).await;
        browser.becomes(1366, 768, false).await;
        browser
    }

    /// The screen of a hall.
    pub async fn wall(journey: &'static str) -> Self {
        let browser = Self::start(journey).await;
        browser.becomes(1920, 1080, false).await;
        browser
    }

    async fn start(journey: &'static str) -> Self {
        Self::start_with(journey, &[]).await
    }

    async fn start_with(journey: &'static str, equipment: &[&str]) -> Self {
        let mut wanted = DesiredCapabilities::chrome();
        let usual = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-proxy-server",
            "--lang=zh-CN",
            "--accept-lang=zh-CN,zh",
            "--force-prefers-reduced-motion",
        ];
        for argument in usual.iter().chain(equipment) {
            wanted.add_arg(argument).unwrap();
        }
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(setting("E2E_WEBDRIVER_URL"), wanted).await.unwrap();
        driver.set_script_timeout(PATIENCE).await.unwrap();
        Self {
            driver,
            journey,
            base: pages(),
        }
    }

    /// The same browser, which reaches the bureau by another address.
    pub fn through(mut self, base: String) -> Self {
        self.base = base;
        self
    }

    /// Takes another size.
    pub async fn becomes(&self, width: u32, height: u32, touch: bool) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch});
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let fingers = json!({"enabled": touch, "maxTouchPoints": 5});
        self.devtools("Emulation.setTouchEmulationEnabled", fingers).await;
    }

    /// Tells the browser something that only its developer's tools can.
    pub async fn devtools(&self, method: &str, parameters: Value) {
        self.driver.cdp().send_raw(method, parameters).await.unwrap();
    }

    /// Opens an address, as if it had been typed; another site's address is whole.
    pub async fn opens(&self, address: &str) {
        let ours = address.starts_with('/');
        let whole = if ours {
            format!("{}{address}", self.base)
        } else {
            address.to_owned()
        };
        self.driver.goto(whole).await.unwrap();
        if ours {
            self.waits_for("the program to have started", || async {
                self.asks("return !!document.getElementById('app') && !document.getElementById('painted')")
                    .await
                    == Value::Bool(true)
            })
            .await;
        }
    }

    /// Waits until the words can be read on the page.
    pub async fn sees(&self, words: &str) {
        self.waits_for(&format!("{words:?}"), || self.can_read(words)).await;
    }

    /// Waits until the words cannot be read any more.
    pub async fn sees_no_more(&self, words: &str) {
        self.waits_for(&format!("{words:?} to be gone"), || async {
            !self.can_read(words).await
        })
        .await;
    }

    async fn can_read(&self, words: &str) -> bool {
        self.reads().await.contains(words)
    }

    /// What can be read on the page, with single spaces.
    pub async fn reads(&self) -> String {
        let text = self.asks("return document.body.innerText").await;
        let text = text.as_str().unwrap_or_default();
        seen(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits for an element and returns what can be read in it.
    pub async fn reads_in(&self, selector: &str) -> String {
        let script = "const found = document.querySelector(arguments[0]); return found ? found.innerText.trim() : ''";
        let mut text = String::new();
        let deadline = Instant::now() + PATIENCE;
        while text.is_empty() {
            if Instant::now() > deadline {
                self.gives_up(&format!("words in {selector}")).await;
            }
            let found = self.asks_with(script, vec![json!(selector)]).await;
            text = seen(found.as_str().unwrap_or_default());
            sleep(GLANCE).await;
        }
        text
    }

    /// Presses what has this name.
    pub async fn presses(&self, name: &str) {
        self.presses_found(name, Value::Null).await;
    }

    /// Presses what has this name, in the part of the page that has these words.
    pub async fn presses_in(&self, selector: &str, words: &str, name: &str) {
        self.presses_found(name, json!([selector, words])).await;
    }

    async fn presses_found(&self, name: &str, within: Value) {
        let arguments = [json!(name), within];
        self.waits_for(&format!("{name:?} to press"), || async {
            // Pages are built anew while they load: what vanishes under the finger is looked for again.
            let found = self.driver.execute(FIND_BY_NAME, arguments.to_vec()).await;
            match found.and_then(thirtyfour::session::scriptret::ScriptRet::element) {
                Ok(element) => element.click().await.is_ok(),
                Err(_) => false,
            }
        })
        .await;
    }

    /// Types into the field with this id, or of this selector, in place of what is there.
    pub async fn types(&self, field: &str, text: &str) {
        let selector = if field.contains('[') {
            field.to_owned()
        } else {
            format!("#{field}")
        };
        self.waits_for(&format!("the field {field}"), || async {
            self.type_into(&selector, text).await.is_ok()
        })
        .await;
    }

    async fn type_into(&self, selector: &str, text: &str) -> WebDriverResult<()> {
        let field: WebElement = self
            .driver
            .query(thirtyfour::By::Css(selector))
            .nowait()
            .first()
            .await?;
        field.clear().await?;
        field.send_keys(text).await
    }

    /// Waits until the address begins so, and returns all of it but the site.
    pub async fn arrives_at(&self, begin: &str) -> String {
        self.waits_for(&format!("the address {begin}"), || async {
            self.address().await.starts_with(begin)
        })
        .await;
        self.address().await
    }

    /// The address without the site.
    pub async fn address(&self) -> String {
        let address = self.asks("return location.pathname + location.search").await;
        address.as_str().unwrap_or_default().to_owned()
    }

    /// Asks the page.
    pub async fn asks(&self, script: &str) -> Value {
        self.asks_with(script, Vec::new()).await
    }

    /// Asks the page, which may be on its way to another one.
    pub async fn asks_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver.execute(script, arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(_) => Value::Null,
        }
    }

    /// Asks the page for something that it tells later, by calling its last argument.
    pub async fn asks_and_waits(&self, script: &str) -> Value {
        let answer = self.driver.execute_async(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    /// The first window that does not end while a journey goes on: whoever books it can check in at once.
    ///
    /// Times on the wire have the bureau's offset and are precise to the second, so they are in order as texts.
    pub async fn chooses_window(&self, hall: &str, service: &str) -> Value {
        let soon = "return new Date(Date.now() + (8 * 60 + 15) * 60_000).toISOString().slice(0, 19)";
        let soon = self.asks(soon).await;
        let all = bureau::windows(hall, service).await;
        let mut open = all
            .into_iter()
            .filter(|window| window["ends_at"].as_str() > soon.as_str() && window["remaining"] != 0);
        open.next().expect("a window around the clock")
    }

    /// Waits until nothing on the page is still on its way, and puts a picture of it beside the others.
    pub async fn shows(&self, step: &str) -> PathBuf {
        self.is_whole().await;
        self.picture(step).await
    }

    /// Waits until nothing on the page is still on its way.
    pub async fn is_whole(&self) {
        self.waits_for("the page to be whole", || async {
            self.asks("return !document.querySelector('.skeleton') && document.fonts.status === 'loaded'")
                .await
                == Value::Bool(true)
        })
        .await;
    }

    /// Puts a picture of the page beside the others, whatever is still on its way.
    pub async fn picture(&self, step: &str) -> PathBuf {
        let folder = pictures().join(self.journey);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{step}.png"));
        fs::write(&file, self.driver.screenshot_as_png().await.unwrap()).unwrap();
        file
    }

    /// Waits until it is so.
    pub async fn waits_for<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let deadline = Instant::now() + PATIENCE;
        while !holds().await {
            if Instant::now() > deadline {
                self.gives_up(what).await;
            }
            sleep(GLANCE).await;
        }
    }

    async fn gives_up(&self, what: &str) -> ! {
        let picture = self.picture("failed").await;
        panic!(
            "{}: waited in vain for {what} at {}. See {}. The page says: {}",
            self.journey,
            self.address().await,
            picture.display(),
            self.reads().await
        )
    }

    /// Ends, after making sure that the browser had nothing to complain about.
    ///
    /// Answers that refuse something are the server's right and are reported as such; scripts that break, and anything
    /// that the content security policy stops, are not.
    pub async fn leaves(self) {
        let complaints: Vec<String> = self
            .driver
            .browser_log()
            .await
            .unwrap()
            .into_iter()
            .filter(|entry| entry.source.as_deref() != Some("network") || entry.message.contains("Security Policy"))
            .filter(|entry| entry.level == "SEVERE" || entry.message.contains("Security Policy"))
            .map(|entry| format!("{} {}", entry.source.unwrap_or_default(), entry.message))
            .collect();
        assert!(complaints.is_empty(), "{}: {complaints:#?}", self.journey);
        self.driver.quit().await.unwrap();
    }
}
