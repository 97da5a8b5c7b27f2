//! What hands do beside pressing and typing: hold a phone before a scanner, sign on a screen, choose a picture, pull a page down, and
//! find their way by keys alone.

use std::path::Path;

use rqrr::PreparedImage;
use serde_json::json;
use thirtyfour::{By, Key, TypingData};

use super::Browser;

/// What has the focus is called so.
const FOCUS: &str = r"
    const e = document.activeElement;
    if (e === document.body) return '';
    const label = e.closest('label') || (e.id && document.querySelector(`label[for=${e.id}]`));
    return [e.getAttribute('aria-label'), label?.innerText, e.innerText].find((name) => name)?.replace(/\u2060/g, '') || '';
";

/// Whether something around what has the focus shows it: an outline, or the frame of the field.
const FOCUS_IS_SHOWN: &str = r"
    const e = document.activeElement;
    const has = (e) => e && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none');
    return [e, e.parentElement, e.nextElementSibling].some(has);
";

impl Browser {
    /// What a scanner reads from the screen as it is: a real decoder, and the pixels that were painted.
    pub async fn scanned(&self) -> String {
        self.is_whole().await;
        self.waits_for("the QR code to be painted", || async {
            self.asks("const code = document.querySelector('.slip img'); return !!code && code.complete && code.naturalWidth > 0")
                .await
                == true
        })
        .await;
        self.asks("document.querySelector('.slip img').scrollIntoView({ block: 'center' })")
            .await;
        let png = self.driver.screenshot_as_png().await.unwrap();
        decoded(&png).unwrap_or_else(|| panic!("no scanner reads the QR code of {png:?}", png = png.len()))
    }

    /// Signs in the field for signatures.
    pub async fn signs(&self) {
        let field = self.driver.find(By::Css("#signature")).await.unwrap();
        field.scroll_into_view().await.unwrap();
        let mut hand = self
            .driver
            .action_chain_with_delay(Some(std::time::Duration::from_millis(20)), None)
            .move_to_element_center(&field)
            .move_by_offset(-160, 10)
            .click_and_hold();
        for (across, down) in [(40, -40), (30, 60), (20, -50), (40, 40), (60, -30), (50, 40), (40, -40)] {
            hand = hand.move_by_offset(across, down);
        }
        hand.release().perform().await.unwrap();
    }

    /// Picks the first option of a list that says this, once there is one; any option when nothing is said.
    pub async fn picks(&self, label: &str, words: &str) {
        let pick = r"
            const named = (label) => label.innerText.startsWith(arguments[0]);
            const list = [...document.querySelectorAll('label')].find(named)?.querySelector('select');
            const option = [...(list?.options || [])].find((o) => o.value && o.text.includes(arguments[1]));
            if (!option) return false;
            list.value = option.value;
            list.dispatchEvent(new Event('change', { bubbles: true }));
            return true;
        ";
        self.waits_for("the option", || async {
            self.asks_with(pick, vec![label.into(), words.into()]).await == true
        })
        .await;
    }

    /// Chooses a file.
    pub async fn chooses(&self, selector: &str, file: &Path) {
        let field = self.driver.find(By::Css(selector)).await.unwrap();
        field.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    /// What a scanner that is a keyboard does: it types what it reads, faster than anyone, and presses Enter.
    pub async fn is_typed_into_by_a_scanner(&self, field: &str, text: &str) {
        self.types(field, &format!("{text}{}", thirtyfour::Key::Enter.value()))
            .await;
    }

    /// Hits keys, wherever the focus is.
    pub async fn hits(&self, keys: impl Into<TypingData>) {
        self.driver
            .active_element()
            .await
            .unwrap()
            .send_keys(keys)
            .await
            .unwrap();
    }

    /// Goes on by Tab until the focus is on what has this name, and can be seen there.
    pub async fn tabs_to(&self, name: &str) {
        self.goes_on_by(Key::Tab, name).await;
        let shown = self.asks(FOCUS_IS_SHOWN).await;
        assert_eq!(shown, true, "nothing shows that the focus is on {name}");
    }

    /// Goes on by the arrow key until the focus is on what has this name.
    pub async fn goes_down_to(&self, name: &str) {
        self.goes_on_by(Key::Down, name).await;
    }

    async fn goes_on_by(&self, key: Key, name: &str) {
        let mut passed = Vec::new();
        while passed.len() < 150 {
            let focus = self.focus().await;
            if focus.contains(name) {
                return;
            }
            passed.push(focus);
            self.hits(key.clone()).await;
        }
        panic!("the keys lead by {passed:?}, but not to {name}");
    }

    /// The name of what has the focus.
    pub async fn focus(&self) -> String {
        self.asks(FOCUS).await.as_str().unwrap_or_default().to_owned()
    }

    /// Pulls the page down by so many pixels with a finger, which holds it there.
    pub async fn pulls(&self, pixels: u32) -> Pulled<'_> {
        let touch = |kind: &'static str, y: u32| self.touch(kind, Some(y));
        touch("touchStart", 200).await;
        for step in 1..=8 {
            touch("touchMove", 200 + pixels * step / 8).await;
        }
        Pulled(self)
    }

    async fn touch(&self, kind: &str, y: Option<u32>) {
        let points: Vec<_> = y.into_iter().map(|y| json!({"x": 180, "y": y})).collect();
        self.devtools("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}))
            .await;
    }

    /// Forgets that it is on the page, and comes to it anew.
    pub async fn reloads(&self) {
        self.opens(&self.address().await).await;
    }

    /// The number of elements of a selector.
    pub async fn counts(&self, selector: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.asks_with(script, vec![json!(selector)])
            .await
            .as_u64()
            .unwrap_or_default()
    }
}

/// A finger that holds a page down.
pub struct Pulled<'b>(&'b Browser);

impl Pulled<'_> {
    /// Lets go.
    pub async fn lets_go(self) {
        self.0.touch("touchEnd", None).await;
    }
}

fn decoded(png: &[u8]) -> Option<String> {
    let seen = Picture::of_png(png)?;
    let mut image = PreparedImage::prepare_from_greyscale(seen.width, seen.height, |x, y| seen.brightness(x, y));
    image.detect_grids().first()?.decode().ok().map(|(_, text)| text)
}

/// A picture without its colours.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    line: usize,
    samples: usize,
    pixels: Vec<u8>,
}

impl Picture {
    pub fn of_png(png: &[u8]) -> Option<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut pixels).ok()?;
        Some(Self {
            width: usize::try_from(frame.width).ok()?,
            height: usize::try_from(frame.height).ok()?,
            line: frame.line_size,
            samples: frame.color_type.samples(),
            pixels,
        })
    }

    /// How bright it is there, as far as red tells.
    pub fn brightness(&self, x: usize, y: usize) -> u8 {
        self.pixels[y * self.line + x * self.samples]
    }
}
