//! Scanning a QR code: with WeChat's scanner inside WeChat, with the camera elsewhere, or when WeChat has no scanner for the page.
//!
//! What reads the camera's pictures is the caller's choice. The decoder of this program is as large as a page with all that is on it: the
//! staff have it, who scan all day. Residents use that of their browser, and without one they scan with what their phone scans codes.

mod browsers;
mod camera;
mod own;

pub use self::{browsers::browsers, own::own};

use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::{
    browser::Task,
    language::{t, words},
    ui::{Deed, View, button, live, notice},
    wechat::{self, Scanned, Surroundings},
};

words! {
    SCAN: "扫一扫" / "Scan";
    CAMERA: "用摄像头扫描" / "Scan with the camera";
    CAMERA_STOP: "关闭摄像头" / "Stop the camera";
    CAMERA_NONE: "摄像头不可用，请手工输入" / "There is no camera. Type it instead.";
    BY_PHONE: "这个浏览器不能扫码。用微信“扫一扫”或手机自带的相机扫，会打开本服务接着办；也可以手工输入。" / "This browser cannot scan. Scan with WeChat or your phone's own camera, which opens this service and goes on, or type it instead.";
}

/// Reads the code in a picture, if there is one.
pub type Decoder = fn(HtmlCanvasElement) -> Task<Option<String>>;

/// The button that scans a code and hands on what it says; where nothing can scan, what does so instead.
pub fn scanner(decoder: Option<Decoder>, found: impl Fn(String) + Copy + 'static) -> View {
    let inside = wechat::surroundings() != Surroundings::Browser;
    let by_camera = RwSignal::new(!inside);
    let deed = Deed::new();
    let scan = move || {
        deed.run(async move {
            match wechat::scan().await {
                Scanned::Text(text) => found(text),
                Scanned::Left => {}
                Scanned::NoScanner => {
                    by_camera.try_set(true);
                }
            }
            Ok(())
        });
    };
    live(move || {
        if !by_camera.get() {
            return button("button plain", SCAN, Some(deed), scan);
        }
        match decoder {
            Some(decoder) => camera::camera(decoder, found),
            None if inside => notice("bad", t(CAMERA_NONE)),
            None => notice("info", t(BY_PHONE)),
        }
    })
}
