//! The console's keys: what a clerk does a hundred times a day needs no mouse.

use leptos::{ev, prelude::*};
use shared::queue::rules::{Action, TicketStatus};
use wasm_bindgen::JsCast;

use super::{
    desk::{Asked, Desk},
    words::{CALL_THIS, FINISH, MISS, PARK, RECALL, RESUME, SERVE, TRANSFER, VOID},
};
use crate::language::Phrase;

/// Keys, their actions and the buttons' words.
pub const SHORTCUTS: [(&str, Action, Phrase); 9] = [
    ("S", Action::Serve, SERVE),
    ("F", Action::Finish, FINISH),
    ("R", Action::Recall, RECALL),
    ("M", Action::Miss, MISS),
    ("P", Action::Park, PARK),
    ("T", Action::Transfer, TRANSFER),
    ("U", Action::Resume, RESUME),
    ("V", Action::Void, VOID),
    ("", Action::Call, CALL_THIS),
];

/// What an action is called.
pub fn words_of(action: Action) -> Phrase {
    SHORTCUTS
        .iter()
        .find(|(_, known, _)| *known == action)
        .map_or(CALL_THIS, |(.., words)| *words)
}

/// Listens to the keys for as long as the counter is open.
pub fn listen(desk: Desk) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let within = |selector| {
            event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .is_some_and(|element| element.closest(selector).ok().flatten().is_some())
        };
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat();
        // What is typed is typed, a dialog has the floor, and a focused button has its own use for the space bar.
        let taken = within("input, textarea, [role=dialog]") || (event.key() == " " && within("button, a"));
        if !modified && !taken && press(desk, &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Does what a key stands for; whether it stands for anything. Space does what is most likely next.
fn press(desk: Desk, key: &str) -> bool {
    if desk.asked.with_untracked(Option::is_some) {
        return false;
    }
    if key.eq_ignore_ascii_case("w") {
        desk.ask(Asked::WalkIn);
        return true;
    }
    if key.eq_ignore_ascii_case("b") {
        desk.pause();
        return true;
    }
    let Some(current) = desk.current.get_untracked() else {
        let calls = matches!(key, " " | "n" | "N") && !desk.paused.get_untracked();
        if calls {
            desk.call_next();
        }
        return calls;
    };
    let action = match key {
        " " if current.status == TicketStatus::Called => Some(Action::Serve),
        " " => Some(Action::Finish),
        key => SHORTCUTS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(key))
            .map(|(_, action, _)| *action),
    };
    match action.filter(|action| current.actions.contains(action)) {
        Some(action) => {
            desk.act(&current, action);
            true
        }
        None => false,
    }
}
