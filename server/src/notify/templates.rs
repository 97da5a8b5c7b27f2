//! The filed templates: read from the bureau's content file, kept in the database, and filled in when a text is sent.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, bail, ensure};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use shared::notify::rules::{Class, Kind, Template};

use super::{
    entity::vocabulary::{ActiveModel, Column, Entity},
    wechat_template::WechatFiled,
};

/// The name of the row that holds the templates.
const ROW: &str = "sms-templates";

/// A template as it is filed with the providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Our name for it.
    pub key: String,
    /// Why it is sent.
    pub class: Class,
    /// Its number at Aliyun.
    pub aliyun: String,
    /// Its number at Tencent.
    pub tencent: String,
    /// The text, with `${name}` for each variable.
    pub text: String,
    /// The filed type of each variable.
    pub variables: BTreeMap<String, Kind>,
    /// As it is filed with WeChat; without it, it goes by text alone.
    #[serde(default)]
    pub wechat: Option<WechatFiled>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    template: Vec<Filed>,
}

/// A part of a filed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Words(&'a str),
    Variable(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((words, name, tail)) = rest
        .split_once("${")
        .and_then(|(words, after)| after.split_once('}').map(|(name, tail)| (words, name, tail)))
    {
        parts.push(Part::Words(words));
        parts.push(Part::Variable(name));
        rest = tail;
    }
    parts.push(Part::Words(rest));
    parts
}

/// The variables in the order in which they first stand in a text.
pub(super) fn variables_of(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in parts(text) {
        if let Part::Variable(name) = part
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// A text with its variables filled in; a variable that is not given stays empty.
pub(super) fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Words(words) => words,
            Part::Variable(name) => values.get(name).map_or("", String::as_str),
        })
        .collect()
}

impl Filed {
    /// The variables in the order in which they first stand in the text, which is how Tencent numbers them.
    pub fn variables_in_order(&self) -> Vec<&str> {
        variables_of(&self.text)
    }

    /// The text with its variables filled in; a variable that is not given stays empty.
    pub fn render(&self, values: &BTreeMap<String, String>) -> String {
        filled(&self.text, values)
    }

    /// Whether it says what the software means by it.
    fn check(&self) -> anyhow::Result<Template> {
        let template: Template = self.key.parse()?;
        ensure!(
            self.class == template.class(),
            "its class must be {}",
            template.class().as_str()
        );
        let known: BTreeMap<String, Kind> = template
            .variables()
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), *kind))
            .collect();
        ensure!(self.variables == known, "its variables must be {known:?}");
        let used: HashSet<&str> = self.variables_in_order().into_iter().collect();
        ensure!(
            used == known.keys().map(String::as_str).collect(),
            "its text must have each of its variables, and no other"
        );
        ensure!(
            !self.aliyun.is_empty() && !self.tencent.is_empty(),
            "it needs its number at each provider"
        );
        if let Some(wechat) = &self.wechat {
            wechat.check(template).context("as it is filed with WeChat")?;
        }
        Ok(template)
    }
}

/// Every filed template.
#[derive(Clone, Debug, Default)]
pub struct Templates(BTreeMap<String, Filed>);

impl Templates {
    fn parse(file: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(file).context("the file of text templates cannot be read")?;
        let mut filed = BTreeMap::new();
        let (mut aliyun, mut tencent, mut wechat) = (HashSet::new(), HashSet::new(), HashSet::new());
        for template in file.template {
            let key = template.key.clone();
            template.check().with_context(|| format!("the text template {key}"))?;
            ensure!(
                aliyun.insert(template.aliyun.clone())
                    && tencent.insert(template.tencent.clone())
                    && template
                        .wechat
                        .as_ref()
                        .is_none_or(|filed| wechat.insert(filed.id.clone())),
                "the text template {key} has the number of another"
            );
            if filed.insert(key.clone(), template).is_some() {
                bail!("the text template {key} stands twice");
            }
        }
        for template in Template::ALL {
            ensure!(
                filed.contains_key(template.key()),
                "the text template {} is not filed",
                template.key()
            );
        }
        Ok(Self(filed))
    }

    /// Reads what was imported; nothing is filed before the first import.
    pub async fn load(db: &impl ConnectionTrait) -> anyhow::Result<Self> {
        let Some(row) = Entity::find_by_id(ROW).one(db).await? else {
            return Ok(Self::default());
        };
        let filed: Vec<Filed> = serde_json::from_value(row.content).context("the stored text templates")?;
        Ok(Self(
            filed
                .into_iter()
                .map(|template| (template.key.clone(), template))
                .collect(),
        ))
    }

    /// Every template, by key.
    pub fn all(&self) -> impl Iterator<Item = &Filed> {
        self.0.values()
    }

    /// The template of this key.
    pub fn get(&self, key: &str) -> Option<&Filed> {
        self.0.get(key)
    }
}

/// Why templates cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file does not say what the software means.
    #[error("{0:#}")]
    Unfit(anyhow::Error),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Puts the content file of templates in the place of the ones before.
pub async fn import(db: &impl ConnectionTrait, file: &str) -> Result<(), ImportError> {
    let templates = Templates::parse(file).map_err(ImportError::Unfit)?;
    let filed: Vec<&Filed> = templates.0.values().collect();
    let content = serde_json::to_value(filed).map_err(|error| ImportError::Unfit(error.into()))?;
    Entity::insert(ActiveModel {
        name: Set(ROW.to_owned()),
        content: Set(content),
    })
    .on_conflict(
        OnConflict::column(Column::Name)
            .update_column(Column::Content)
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../content/yunchuan/sms-templates.toml"
    ));

    #[test]
    fn the_bureaus_file_says_what_the_software_means() {
        let templates = Templates::parse(FILE).unwrap();
        assert_eq!(templates.0.len(), Template::ALL.len());
    }

    #[test]
    fn a_file_that_says_something_else_is_refused_by_the_name_of_the_template() {
        let refusal = |from: &str, to: &str| {
            assert!(FILE.contains(from));
            format!("{:#}", Templates::parse(&FILE.replacen(from, to, 1)).unwrap_err())
        };
        assert!(refusal("key = \"ticket-near\"", "key = \"ticket-far\"").contains("ticket-far"));
        assert!(refusal("2180008", "2180007").contains("has the number of another"));
        assert!(refusal("前面还有${ahead}人", "快到了").contains("ticket-near"));
        assert!(refusal("class = \"statutory\"", "class = \"notice\"").contains("must be statutory"));
        assert!(refusal("ahead = \"digits\"", "ahead = \"text\"").contains("ticket-near"));
        assert!(refusal("thing2 = \"前面还有${ahead}人\"", "thing2 = \"${code}\"").contains("ticket-near"));
        assert!(refusal("thing2 = \"前面还有${ahead}人\"", "words2 = \"${ahead}\"").contains("ticket-near"));
    }

    #[test]
    fn a_text_is_filled_in_and_its_variables_are_numbered_as_they_stand() {
        let templates = Templates::parse(FILE).unwrap();
        let reminder = templates.get("reminder-day-before").unwrap();
        assert_eq!(reminder.variables_in_order(), ["time", "hall", "service"]);
        let values = BTreeMap::from([
            ("time".to_owned(), "11月23日9:30".to_owned()),
            ("hall".to_owned(), "云川市政务大厅".to_owned()),
            ("service".to_owned(), "换领身份证".to_owned()),
        ]);
        assert_eq!(
            reminder.render(&values),
            "提醒：11月23日9:30在云川市政务大厅办理换领身份证。不能来请提前取消。"
        );
    }
}
