//! The camera, whose frames are read one after the other.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

use super::{CAMERA, CAMERA_NONE, CAMERA_STOP, Decoder};
use crate::{
    browser,
    language::t,
    ui::{View, el, fragment, live, notice},
};

/// How often a frame is read, in milliseconds.
const EVERY: u64 = 200;
/// The size of the frames that are read.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
const VIDEO: &str = "camera";

/// Opens the camera that looks away from the user, if there is one.
async fn opened() -> Option<MediaStream> {
    let wish = MediaStreamConstraints::new();
    let facing = js_sys::Object::new();
    js_sys::Reflect::set(
        &facing,
        &JsValue::from_str("facingMode"),
        &JsValue::from_str("environment"),
    )
    .ok()?;
    wish.set_video(&facing);
    let devices = window().navigator().media_devices().ok()?;
    let stream = devices.get_user_media_with_constraints(&wish).ok()?;
    JsFuture::from(stream).await.ok()?.dyn_into().ok()
}

fn closed(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// Takes the present frame.
fn take(canvas: &HtmlCanvasElement) -> Option<()> {
    let video: HtmlVideoElement = document().get_element_by_id(VIDEO)?.dyn_into().ok()?;
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    context
        .draw_image_with_html_video_element_and_dw_and_dh(&video, 0.0, 0.0, width, height)
        .ok()?;
    Some(())
}

/// The button that opens the camera, and the picture while it is open.
pub fn camera(decoder: Decoder, found: impl Fn(String) + Copy + 'static) -> View {
    let stream = StoredValue::new_local(None::<MediaStream>);
    let open = RwSignal::new(false);
    let missing = RwSignal::new(false);
    let stop = move || {
        open.try_set(false);
        stream.try_update_value(|stream| {
            if let Some(stream) = stream.take() {
                closed(&stream);
            }
        });
    };
    let start = move || {
        browser::beside(Box::pin(async move {
            let opened = opened().await;
            missing.try_set(opened.is_none());
            let Some(opened) = opened else { return };
            if open.try_set(true).is_some() {
                closed(&opened);
                return;
            }
            stream.try_set_value(Some(opened.clone()));
            browser::pause(50).await;
            if let Some(video) = document().get_element_by_id(VIDEO) {
                let video: HtmlVideoElement = video.unchecked_into();
                video.set_src_object(Some(&opened));
                video.play().ok();
            }
        }));
    };
    let canvas = document()
        .create_element("canvas")
        .ok()
        .and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok());
    if let Some(canvas) = canvas {
        canvas.set_width(WIDTH);
        canvas.set_height(HEIGHT);
        browser::every(EVERY, move || {
            if !open.get_untracked() || take(&canvas).is_none() {
                return;
            }
            let reading = decoder(canvas.clone());
            browser::beside(Box::pin(async move {
                let text = reading.await;
                // Another frame may have said it before, or the page was left.
                if let (Some(text), Some(true)) = (text, open.try_get_untracked()) {
                    stop();
                    found(text);
                }
            }));
        });
    }
    on_cleanup(stop);
    let shown = move || {
        if !open.get() {
            return fragment();
        }
        el("video")
            .attr("id", VIDEO)
            .class("camera")
            .attr("muted", "")
            .attr("playsinline", "")
    };
    let words = move || if open.get() { t(CAMERA_STOP) } else { t(CAMERA) };
    fragment()
        .child(
            el("button")
                .attr("type", "button")
                .class("button plain")
                .on("click", move |_| if open.get_untracked() { stop() } else { start() })
                .child(live(words)),
        )
        .child(live(move || missing.get().then(|| notice("bad", t(CAMERA_NONE)))))
        .child(live(shown))
}
