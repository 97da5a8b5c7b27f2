//! The approved texts: what a gateway may send, and nothing else.

use std::{collections::BTreeMap, io};

use serde::Deserialize;

/// The bureau's filed templates, compiled in so that the binary needs no folder beside it.
const FILED: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../content/yunchuan/sms-templates.toml"
));

/// No variable may be longer than this.
const VARIABLE_LIMIT: usize = 35;

/// One filed text.
#[derive(Debug, Clone, Deserialize)]
pub struct Template {
    /// Our own name for it, such as `login-code`.
    pub key: String,
    /// `code`, `notice`, `statutory` or `security`.
    pub class: String,
    /// Its number at Aliyun.
    pub aliyun: String,
    /// Its number at Tencent.
    pub tencent: String,
    /// The text, with `${name}` for each variable.
    pub text: String,
    /// The type of each variable.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// As it is filed with WeChat, if it is.
    pub wechat: Option<WechatTemplate>,
}

/// A notice as it is filed with WeChat.
#[derive(Debug, Clone, Deserialize)]
pub struct WechatTemplate {
    /// The id that WeChat gave it.
    pub id: String,
    /// Its fields; their names tell their types.
    pub fields: BTreeMap<String, String>,
}

/// Why a text cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRendered {
    /// The text needs this variable.
    Missing(String),
    /// This variable is too long, or not of its filed type.
    Unfit(String),
}

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

/// Every filed text.
#[derive(Debug)]
pub struct Templates {
    filed: Vec<Template>,
}

#[derive(Deserialize)]
struct File {
    template: Vec<Template>,
}

impl Templates {
    /// Reads the compiled-in file.
    pub fn filed() -> io::Result<Self> {
        let file: File = toml::from_str(FILED).map_err(io::Error::other)?;
        Ok(Self { filed: file.template })
    }

    /// All of them, in the file's order.
    pub fn all(&self) -> &[Template] {
        &self.filed
    }

    /// The template that a predicate picks.
    pub fn find(&self, wanted: impl Fn(&Template) -> bool) -> Option<&Template> {
        self.filed.iter().find(|template| wanted(template))
    }

    /// The template that a finished text was made from; a carrier line sees only the text.
    pub fn recognise(&self, text: &str) -> Option<&Template> {
        self.filed.iter().find(|template| template.matches(text))
    }
}

impl Template {
    fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((literal, after)) = rest.split_once("${") {
            if !literal.is_empty() {
                parts.push(Part::Literal(literal));
            }
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            parts.push(Part::Variable(name));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest));
        }
        parts
    }

    /// The variables in the order in which they first stand in the text: Tencent numbers them so.
    pub fn variables_in_order(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in self.parts() {
            if let Part::Variable(name) = part
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// The text with its variables filled in, when each is there and fits its filed type.
    pub fn render(&self, values: &BTreeMap<String, String>) -> Result<String, NotRendered> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(name) => {
                    let value = values.get(name).ok_or_else(|| NotRendered::Missing(name.to_owned()))?;
                    let kind = self.variables.get(name).map_or("text", String::as_str);
                    if !fits(kind, value) {
                        return Err(NotRendered::Unfit(name.to_owned()));
                    }
                    text.push_str(value);
                }
            }
        }
        Ok(text)
    }

    /// Whether `text` can have come from this template.
    fn matches(&self, text: &str) -> bool {
        fn step(parts: &[Part<'_>], text: &str) -> bool {
            match parts.split_first() {
                None => text.is_empty(),
                Some((Part::Literal(literal), rest)) => text.strip_prefix(literal).is_some_and(|tail| step(rest, tail)),
                Some((Part::Variable(_), rest)) => text
                    .char_indices()
                    .skip(1)
                    .map(|(at, _)| at)
                    .chain([text.len()])
                    .take(VARIABLE_LIMIT)
                    .any(|at| text.get(at..).is_some_and(|tail| at > 0 && step(rest, tail))),
            }
        }
        step(&self.parts(), text)
    }
}

fn fits(kind: &str, value: &str) -> bool {
    let length = value.chars().count();
    if !(1..=VARIABLE_LIMIT).contains(&length) || value.contains(['【', '】', '\n', '\r']) {
        return false;
    }
    match kind {
        "digits" => value.chars().all(|c| c.is_ascii_digit()),
        "code" => value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        "money" => value.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ','),
        "time" => value.chars().any(|c| c.is_ascii_digit()),
        _ => !value.contains("http://") && !value.contains("https://"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may stop at the first surprise"
    )]

    use super::*;

    #[test]
    fn the_filed_texts_are_complete_and_unique() {
        let templates = Templates::filed().unwrap();
        assert!(templates.all().len() >= 28);
        for template in templates.all() {
            let names = template.variables_in_order();
            assert_eq!(
                names.len(),
                template.variables.len(),
                "{} names every variable it types",
                template.key
            );
            for field in [
                |t: &Template| t.key.clone(),
                |t: &Template| t.aliyun.clone(),
                |t: &Template| t.tencent.clone(),
            ] {
                let same = templates
                    .all()
                    .iter()
                    .filter(|other| field(other) == field(template))
                    .count();
                assert_eq!(same, 1, "{} is not unique", template.key);
            }
        }
    }

    #[test]
    fn a_finished_text_is_recognised() {
        let templates = Templates::filed().unwrap();
        for template in templates.all() {
            let values: BTreeMap<String, String> = template
                .variables
                .keys()
                .map(|name| (name.clone(), "20261122".to_owned()))
                .collect();
            let text = template.render(&values).unwrap();
            assert_eq!(templates.recognise(&text).unwrap().key, template.key);
        }
        assert!(templates.recognise("明天一起吃饭").is_none());
    }

    #[test]
    fn a_variable_must_fit_its_filed_type() {
        let templates = Templates::filed().unwrap();
        let login = templates.find(|template| template.key == "login-code").unwrap();
        let render = |code: &str| login.render(&BTreeMap::from([("code".to_owned(), code.to_owned())]));
        assert!(render("123456").unwrap().contains("123456"));
        assert_eq!(render("abc"), Err(NotRendered::Unfit("code".into())));
        assert_eq!(render(&"1".repeat(36)), Err(NotRendered::Unfit("code".into())));
        assert_eq!(login.render(&BTreeMap::new()), Err(NotRendered::Missing("code".into())));
    }
}
