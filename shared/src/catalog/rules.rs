//! Families, and the search by what people call a thing.

use std::{cmp::Reverse, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::language::Phrase;

/// The four families of counter services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Household registration and identity (户政).
    Household,
    /// Exit and entry (出入境).
    ExitEntry,
    /// Vehicles and drivers (交管).
    Traffic,
    /// Public order (治安).
    PublicOrder,
}

impl Family {
    /// Every family, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::Household, Self::ExitEntry, Self::Traffic, Self::PublicOrder];

    /// The family as it is written in files and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::ExitEntry => "exit-entry",
            Self::Traffic => "traffic",
            Self::PublicOrder => "public-order",
        }
    }

    /// What the family is called.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Household => Phrase {
                zh: "户政",
                en: "Household",
            },
            Self::ExitEntry => Phrase {
                zh: "出入境",
                en: "Exit & entry",
            },
            Self::Traffic => Phrase {
                zh: "交管",
                en: "Vehicles & driving",
            },
            Self::PublicOrder => Phrase {
                zh: "治安",
                en: "Public order",
            },
        }
    }
}

impl FromStr for Family {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|family| family.as_str() == text).ok_or(())
    }
}

/// What people say, and the official words that they mean by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    /// Colloquial words: 丢了, 不见了.
    pub say: Vec<String>,
    /// Official words: 补领, 补发.
    pub means: Vec<String>,
}

/// The words of one service that search looks at.
#[derive(Clone, Copy, Debug)]
pub struct Searchable<'a> {
    /// The names in every language.
    pub names: [&'a str; 2],
    /// What people call it.
    pub aliases: &'a [String],
    /// The summaries in every language.
    pub summaries: [&'a str; 2],
}

/// The indices of the entries that answer a query, best first.
///
/// Chinese is compared by pairs of adjacent characters and other scripts by words, so no dictionary is needed. A query that
/// contains colloquial words is also read with the official words that the synonyms give for them.
pub fn search(query: &str, entries: &[Searchable<'_>], synonyms: &[Synonym]) -> Vec<usize> {
    let asked = normalise(query);
    if asked.is_empty() {
        return (0..entries.len()).collect();
    }
    let terms = terms(&asked);
    let meant: Vec<String> = synonyms
        .iter()
        .filter(|synonym| synonym.say.iter().any(|word| contains(&asked, &normalise(word))))
        .flat_map(|synonym| synonym.means.iter().map(|word| normalise(word)))
        .collect();
    let mut found: Vec<(u32, usize)> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| (score(&asked, &terms, &meant, entry), index))
        .filter(|(score, _)| *score >= THRESHOLD)
        .collect();
    found.sort_by_key(|&(score, index)| (Reverse(score), index));
    // What scores far below the best answers another question.
    let floor = found.first().map_or(0, |(best, _)| best / 4);
    found
        .into_iter()
        .filter(|(score, _)| *score >= floor)
        .map(|(_, index)| index)
        .collect()
}

const THRESHOLD: u32 = 250;

fn score(asked: &str, terms: &[String], meant: &[String], entry: &Searchable<'_>) -> u32 {
    let names = entry.names.map(normalise);
    let aliases = entry.aliases.iter().map(|alias| normalise(alias));
    let by_name = names.iter().map(|name| likeness(asked, terms, name)).max().unwrap_or(0);
    let by_alias = aliases.map(|alias| likeness(asked, terms, &alias)).max().unwrap_or(0);
    let by_summary = entry
        .summaries
        .iter()
        .map(|text| share(terms, &normalise(text)))
        .max()
        .unwrap_or(0)
        / 4;
    let related = by_name.max(by_alias) > 0;
    let by_meaning = if related
        && meant
            .iter()
            .any(|word| names.iter().any(|name| name.contains(word.as_str())))
    {
        600
    } else {
        0
    };
    by_name.max(by_alias) + by_name.min(by_alias) / 4 + by_summary + by_meaning
}

/// How alike a query and a phrase are, in thousandths; more than 1000 when one contains the other.
fn likeness(asked: &str, terms: &[String], phrase: &str) -> u32 {
    let containment = if asked == phrase {
        1500
    } else if contains(asked, phrase) || contains(phrase, asked) {
        800
    } else {
        0
    };
    containment + share(terms, phrase)
}

/// Which thousandths of the terms the text contains.
fn share(terms: &[String], text: &str) -> u32 {
    let hits = terms.iter().filter(|term| contains(text, term)).count();
    u32::try_from(hits * 1000 / terms.len().max(1)).unwrap_or(0)
}

/// Whether the text contains the term: anywhere for Chinese, as a whole word or its beginning otherwise.
fn contains(text: &str, term: &str) -> bool {
    if term.is_empty() {
        return false;
    }
    if term.is_ascii() {
        text.match_indices(term).any(|(at, _)| {
            text.get(..at)
                .is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
        })
    } else {
        text.contains(term)
    }
}

/// Lower case, words apart by one space, and without what says nothing.
fn normalise(text: &str) -> String {
    const FILLERS: [&str; 17] = [
        "怎么办理",
        "怎么办",
        "如何办理",
        "如何",
        "怎么",
        "办理",
        "我的",
        "我要",
        "我想",
        "想要",
        "请问",
        "哪里",
        "需要",
        "什么",
        "吗",
        "呢",
        "the ",
    ];
    let mut text = text.to_lowercase();
    for filler in FILLERS {
        text = text.replace(filler, " ");
    }
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Pairs of adjacent Chinese characters and whole words of other scripts.
fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for word in text.split(' ') {
        if word.is_ascii() {
            if word.len() > 2 {
                terms.push(word.to_owned());
            }
            continue;
        }
        let characters: Vec<char> = word.chars().collect();
        if let [one] = characters.as_slice() {
            terms.push(one.to_string());
        }
        terms.extend(characters.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Vec<&'static str> {
        let names = [
            "居民身份证补领",
            "居民身份证换领",
            "机动车驾驶证期满换证",
            "出生登记（新生儿入户）",
            "开具无犯罪记录证明",
        ];
        let english = [
            "Replacement of a lost resident ID card",
            "Renewal of a resident ID card",
            "Renewal of an expiring driving licence",
            "Registration of a newborn",
            "Certificate of no criminal record",
        ];
        let aliases: [&[String]; 5] = [
            &["补办身份证".into()],
            &[],
            &["驾驶证到期".into(), "驾照到期".into()],
            &["小孩上户口".into()],
            &["无犯罪证明".into()],
        ];
        let synonyms = [Synonym {
            say: vec!["丢了".into(), "lost".into()],
            means: vec!["补领".into(), "replacement".into()],
        }];
        let entries: Vec<_> = (0..5)
            .map(|i| Searchable {
                names: [names[i], english[i]],
                aliases: aliases[i],
                summaries: ["", ""],
            })
            .collect();
        search(query, &entries, &synonyms)
            .into_iter()
            .map(|i| names[i])
            .collect()
    }

    #[test]
    fn what_people_say_finds_what_the_catalogue_calls_it() {
        assert_eq!(found("身份证丢了")[0], "居民身份证补领");
        assert_eq!(found("我的身份证丢了怎么办")[0], "居民身份证补领");
        assert_eq!(found("驾照到期")[0], "机动车驾驶证期满换证");
        assert_eq!(found("小孩上户口")[0], "出生登记（新生儿入户）");
        assert_eq!(found("无犯罪证明"), ["开具无犯罪记录证明"]);
        assert_eq!(found("lost id card")[0], "居民身份证补领");
    }

    #[test]
    fn an_empty_query_lists_everything_and_nonsense_finds_nothing() {
        assert_eq!(found(" ？").len(), 5);
        assert!(found("量子纠缠").is_empty());
    }
}
