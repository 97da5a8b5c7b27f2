//! The paper ticket, on the screen and from the printer.

use leptos::prelude::*;
use shared::{API, queue::wire::Ticket};

use super::{
    page::Machine,
    words::{AHEAD, AHEAD_COUNT, KEEP_PAPER, PRINT_AGAIN, SCAN_TO_FOLLOW, TAKE_PAPER, WAIT_RANGE, WAIT_UNKNOWN},
};
use crate::{
    browser, dates,
    language::{filled, t},
    ui::{View, button, el, fragment},
};

/// How long the picture of the code may take before it is printed without.
const PICTURE: i32 = 700;

/// Shows the ticket and prints it.
pub fn paper(machine: Machine, ticket: &Ticket) -> View {
    browser::beside(Box::pin(async move {
        browser::pause(PICTURE).await;
        print();
    }));
    let wait = match ticket.wait_minutes {
        Some(wait) => filled(WAIT_RANGE, &[&wait.low.to_string(), &wait.high.to_string()]),
        None => t(WAIT_UNKNOWN).to_owned(),
    };
    let ahead = ticket.ahead.unwrap_or(0).to_string();
    let fact = |name: &str, value: String| {
        el("div")
            .child(el("dt").child(name.to_owned()))
            .child(el("dd").child(value))
    };
    fragment()
        .child(el("h2").class("no-print").child(t(TAKE_PAPER)))
        .child(
            el("article")
                .class("paper")
                .child(el("p").class("paper-hall").child(ticket.hall.clone()))
                .child(el("p").class("paper-service").child(ticket.service.clone()))
                .child(el("p").class("paper-number").child(ticket.number.clone()))
                .child(
                    el("dl")
                        .child(fact(t(AHEAD), filled(AHEAD_COUNT, &[&ahead])))
                        .child(el("div").child(el("dd").child(wait))),
                )
                .child(
                    el("img")
                        .attr("src", format!("{API}/tickets/{}/qr.svg", ticket.id))
                        .attr("alt", t(SCAN_TO_FOLLOW))
                        .attr("width", "220")
                        .attr("height", "220"),
                )
                .child(el("p").child(t(SCAN_TO_FOLLOW)))
                .child(el("p").class("paper-time").child(format!(
                    "{} {}",
                    dates::day(ticket.entered_at),
                    dates::clock(ticket.entered_at)
                )))
                .child(el("p").class("paper-time").child(t(KEEP_PAPER))),
        )
        .child(
            el("div")
                .class("kiosk-go no-print")
                .child(button("kiosk-button plain", PRINT_AGAIN, None, move || {
                    machine.touch();
                    print();
                })),
        )
}

fn print() {
    window().print().ok();
}
