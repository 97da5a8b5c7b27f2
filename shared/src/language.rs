//! The languages a resident can be spoken to in.

use serde::{Deserialize, Serialize};

/// A language of the product. Chinese comes first; whoever asks for neither is answered in Chinese.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Language {
    /// Simplified Chinese (简体中文).
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The best language for an `Accept-Language` header, by the order in which its ranges stand.
    ///
    /// Quality values are not weighed: browsers list their ranges in falling order.
    pub fn accepted(header: &str) -> Self {
        header
            .split(',')
            .find_map(|range| match range.trim().get(..2)?.to_ascii_lowercase().as_str() {
                "zh" => Some(Self::Chinese),
                "en" => Some(Self::English),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The language tag, as in `lang="…"` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// A sentence that the software itself says, in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Phrase {
    /// The sentence in one language.
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A name or sentence that comes from the bureau's content, in every language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Text {
    /// Simplified Chinese.
    #[cfg_attr(feature = "openapi", schema(example = "3号窗口"))]
    pub zh: String,
    /// English.
    #[cfg_attr(feature = "openapi", schema(example = "Counter 3"))]
    pub en: String,
}

impl Text {
    /// The words in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_range_is_spoken_and_chinese_is_the_default() {
        assert_eq!(Language::accepted("en-GB,en;q=0.9,zh;q=0.8"), Language::English);
        assert_eq!(Language::accepted("fr, zh-CN"), Language::Chinese);
        assert_eq!(Language::accepted("fr"), Language::Chinese);
        assert_eq!(Language::accepted("é"), Language::Chinese);
        assert_eq!(Language::accepted(""), Language::Chinese);
    }
}
