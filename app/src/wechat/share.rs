//! Sharing a page that is everybody's: by WeChat's menu inside WeChat, by the system elsewhere, or by its link.

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Surroundings, jssdk, surroundings};
use crate::{
    browser,
    language::words,
    ui::{View, button, toast},
};

words! {
    SHARE: "分享" / "Share";
    BY_MENU: "请点右上角“…”，选择“发送给朋友”" / "Tap … at the top right, then Send to a friend";
    COPY_LINK: "复制链接" / "Copy the link";
    LINK_COPIED: "链接已复制，可以粘贴发送" / "The link is copied";
    NOT_COPIED: "无法复制，请从地址栏复制链接" / "Copy the link from the address bar";
}

#[wasm_bindgen(module = "/src/wechat/share.js")]
extern "C" {
    fn send(title: &str, text: &str, link: &str) -> Promise;
    fn copy(link: &str) -> Promise;
}

/// How a page looks in a chat.
pub struct Card {
    pub title: String,
    pub text: String,
    pub link: String,
    pub picture: String,
}

/// The button that shares the page at a path of this service. It is for pages that show everybody the same.
pub fn share(title: String, text: String, path: &str) -> View {
    let origin = window().location().origin().unwrap_or_default();
    let card = Card {
        title,
        text,
        link: origin.clone() + path,
        picture: origin + "/icon.png",
    };
    if surroundings() == Surroundings::Wechat {
        browser::beside(Box::pin(async move { jssdk::name_page(&card).await }));
        return button("text-button share", SHARE, None, || toast(BY_MENU));
    }
    let shared = StoredValue::new_local(card);
    button("text-button share", SHARE, None, move || {
        if let Some(sent) = shared.try_with_value(|card| send(&card.title, &card.text, &card.link)) {
            tell(sent);
        }
    })
}

/// The button that copies the link of the page at a path of this service, for whoever goes on with it in another place.
pub fn copy_link(path: String) -> View {
    button("button plain", COPY_LINK, None, move || {
        let origin = window().location().origin().unwrap_or_default();
        tell(copy(&(origin + &path)));
    })
}

/// Says that a link was copied, or what to do instead; what the system shares speaks for itself.
fn tell(sent: Promise) {
    browser::beside(Box::pin(async move {
        match JsFuture::from(sent).await {
            Ok(copied) if copied.is_truthy() => toast(LINK_COPIED),
            Ok(_shared) => {}
            Err(_refused) => toast(NOT_COPIED),
        }
    }));
}
