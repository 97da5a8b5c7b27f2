//! The language of the pages. A table of words has both languages or does not compile.

use leptos::prelude::*;
pub use shared::language::{Language, Phrase};

use crate::browser;

const KEPT_AS: &str = "language";

/// Declares a table of words: `NAME: "中文" / "English";`. A `{}` is a place for [`filled`].
macro_rules! words {
    ($($name:ident: $zh:literal / $en:literal;)*) => {
        $(pub const $name: $crate::language::Phrase = $crate::language::Phrase { zh: $zh, en: $en };)*
    };
}
pub(crate) use words;

thread_local! {
    static CHOSEN: ArcRwSignal<Language> = ArcRwSignal::new(first());
}

fn first() -> Language {
    let preferred = browser::kept(KEPT_AS).or_else(|| window().navigator().language());
    Language::accepted(&preferred.unwrap_or_default())
}

/// The language now.
pub fn language() -> Language {
    CHOSEN.with(GetUntracked::get_untracked)
}

/// The language, for the one place that builds everything anew when it changes.
pub fn followed_language() -> Language {
    CHOSEN.with(Get::get)
}

/// Speaks another language from now on.
pub fn choose(language: Language) {
    browser::keep(KEPT_AS, language.tag());
    CHOSEN.with(|chosen| chosen.set(language));
}

/// The language that is not spoken now.
pub fn other() -> Language {
    match language() {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }
}

/// The words in the language of the pages.
pub fn t(phrase: Phrase) -> &'static str {
    phrase.in_language(language())
}

/// The words with their places filled, in order.
pub fn filled(phrase: Phrase, values: &[&str]) -> String {
    let mut text = t(phrase).to_owned();
    for value in values {
        text = text.replacen("{}", value, 1);
    }
    text
}
