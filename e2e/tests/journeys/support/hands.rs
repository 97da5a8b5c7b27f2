//! What hands do beside pressing and typing: hold a phone before a scanner, sign on a screen, choose a picture.

use std::path::Path;

use rqrr::PreparedImage;
use serde_json::json;
use thirtyfour::By;

use super::Browser;

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
