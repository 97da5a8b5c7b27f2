//! The voice of the hall: calls are spoken one after the other, so that none cuts another short.

use std::{cell::RefCell, collections::VecDeque};

use shared::queue::wire::BoardCall;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::SpeechSynthesisUtterance;

use crate::browser;

/// Some browsers never say that they have finished; then the next call comes after so long.
const LONGEST: i32 = 12_000;
/// How often a call is spoken.
const TIMES: usize = 2;

thread_local! {
    static WAITING: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
    /// Whether a call is being spoken, and since which number of calls: a late end must not release the next one.
    static SPEAKING: RefCell<(bool, u32)> = const { RefCell::new((false, 0)) };
}

/// Speaks a call as soon as those before it have been spoken.
pub fn call(call: &BoardCall) {
    let sentence = sentence(&call.number, call.counter.number);
    WAITING.with_borrow_mut(|waiting| waiting.extend(std::iter::repeat_n(sentence, TIMES)));
    next();
}

/// The call in Mandarin, letter by letter and digit by digit.
fn sentence(number: &str, counter: i32) -> String {
    let spelled: Vec<String> = number
        .chars()
        .map(|character| match character.to_digit(10) {
            Some(digit) => "零一二三四五六七八九"
                .chars()
                .nth(digit as usize)
                .unwrap_or(character)
                .to_string(),
            None => character.to_string(),
        })
        .collect();
    format!("请，{}，号，到，{counter}号窗口办理", spelled.join(" "))
}

fn next() {
    if SPEAKING.with_borrow(|(speaking, _)| *speaking) {
        return;
    }
    let Some(sentence) = WAITING.with_borrow_mut(VecDeque::pop_front) else {
        return;
    };
    let (Some(voice), Ok(utterance)) = (browser::voice(), SpeechSynthesisUtterance::new_with_text(&sentence)) else {
        return;
    };
    let turn = SPEAKING.with_borrow_mut(|(speaking, turn)| {
        *speaking = true;
        *turn += 1;
        *turn
    });
    utterance.set_lang("zh-CN");
    utterance.set_rate(0.9);
    let ended = Closure::once_into_js(move || finish(turn));
    utterance.set_onend(Some(ended.unchecked_ref()));
    let broken = Closure::once_into_js(move || finish(turn));
    utterance.set_onerror(Some(broken.unchecked_ref()));
    voice.speak(&utterance);
    browser::beside(Box::pin(async move {
        browser::pause(LONGEST).await;
        finish(turn);
    }));
}

fn finish(turn: u32) {
    let ours = SPEAKING.with_borrow_mut(|(speaking, now)| {
        let ours = *speaking && *now == turn;
        if ours {
            *speaking = false;
        }
        ours
    });
    if ours {
        next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_spelled_so_that_nobody_mishears_it() {
        assert_eq!(sentence("A107", 3), "请，A 一 零 七，号，到，3号窗口办理");
    }
}
