//! Words that stay Chinese whatever the page speaks: names, and what the police systems have written.

use super::view::{View, el, fragment};
use crate::language::{Language, Phrase, language, t};

/// Such words, marked in a page of another language, so that a reader's voice speaks them as what they are.
pub fn quoted(words: impl Into<String>) -> View {
    let words: String = words.into();
    let is_foreign = language() != Language::Chinese && words.chars().any(is_chinese);
    el("span").attr("lang", is_foreign.then_some("zh-CN")).child(words)
}

/// A sentence of ours with such words in its places.
pub fn sentence(phrase: Phrase, values: &[&str]) -> View {
    let mut values = values.iter();
    let mut sentence = fragment();
    for (at, part) in t(phrase).split("{}").enumerate() {
        if at > 0 {
            sentence = sentence.child(values.next().map(|value| quoted(*value)));
        }
        sentence = sentence.child(part);
    }
    sentence
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}
