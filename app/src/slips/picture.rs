//! A picture that was chosen or taken, made small enough to be sent.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, Event, HtmlCanvasElement, HtmlInputElement, ImageBitmap};

/// The longer side of the picture that is sent, in pixels: a letter is still read easily.
const LONGEST: u32 = 1_400;

/// The picture of a file field as a JPEG in base64; nothing when the browser cannot read it.
pub async fn chosen(event: &Event) -> Option<String> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = field.files()?.get(0)?;
    let read = window().create_image_bitmap_with_blob(&file).ok()?;
    let image: ImageBitmap = JsFuture::from(read).await.ok()?.dyn_into().ok()?;
    let (width, height) = (image.width(), image.height());
    let longer = width.max(height).max(1);
    let shrunk = |side: u32| {
        if longer > LONGEST {
            side * LONGEST / longer
        } else {
            side
        }
    };
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(shrunk(width));
    canvas.set_height(shrunk(height));
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context
        .draw_image_with_image_bitmap_and_dw_and_dh(&image, 0.0, 0.0, width, height)
        .ok()?;
    let text = canvas
        .to_data_url_with_type_and_encoder_options("image/jpeg", &JsValue::from_f64(0.6))
        .ok()?;
    text.split_once(',').map(|(_, picture)| picture.to_owned())
}
