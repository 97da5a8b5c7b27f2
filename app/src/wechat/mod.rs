//! Where the pages are shown, inside WeChat or elsewhere, and what follows from it for signing in, paying, scanning and sharing.

mod cashier;
mod jssdk;
mod share;

use leptos::prelude::*;
use shared::{fines::attempt::Channel, wechat::is_inside_wechat};

pub use self::{
    cashier::pay,
    jssdk::{Scanned, scan},
    share::{Card, copy_link, share},
};

/// What shows the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// WeChat itself: it knows its user, has a cashier and a scanner, and shares pages from its own menu.
    Wechat,
    /// A mini-program in WeChat: it has the scanner. Its pages reach neither the cashier nor WeChat's page that tells who the user is,
    /// and it shares itself.
    MiniProgram,
    /// Any other browser.
    Browser,
}

/// What shows this page.
pub fn surroundings() -> Surroundings {
    let agent = agent();
    if !is_inside_wechat(&agent) && !cashier::is_here() {
        Surroundings::Browser
    } else if agent.contains("miniProgram") {
        Surroundings::MiniProgram
    } else {
        Surroundings::Wechat
    }
}

/// How the payer reaches the cashier from here. From a mini-program another phone does it for this one.
pub fn channel() -> Channel {
    match surroundings() {
        Surroundings::Wechat => Channel::Jsapi,
        Surroundings::Browser if agent().contains("Mobile") => Channel::H5,
        Surroundings::MiniProgram | Surroundings::Browser => Channel::Native,
    }
}

fn agent() -> String {
    window().navigator().user_agent().unwrap_or_default()
}
