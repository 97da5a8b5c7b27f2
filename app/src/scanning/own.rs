//! The decoder in this program, since Chromium brings none on every system.

use std::future::ready;

use rqrr::PreparedImage;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::browser::Task;

/// Reads the code in a picture.
pub fn own(picture: HtmlCanvasElement) -> Task<Option<String>> {
    Box::pin(ready(decoded(&picture)))
}

fn decoded(picture: &HtmlCanvasElement) -> Option<String> {
    let context: CanvasRenderingContext2d = picture.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let pixels = context.get_image_data(0.0, 0.0, width, height).ok()?.data();
    let (columns, rows) = (
        usize::try_from(picture.width()).ok()?,
        usize::try_from(picture.height()).ok()?,
    );
    // Green is nearly as bright as the whole.
    let grey = |x: usize, y: usize| pixels.get(4 * (y * columns + x) + 1).copied().unwrap_or(255);
    let mut image = PreparedImage::prepare_from_greyscale(columns, rows, grey);
    let grids = image.detect_grids();
    grids.first()?.decode().ok().map(|(_, text)| text)
}
