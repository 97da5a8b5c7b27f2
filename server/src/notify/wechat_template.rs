//! A notice as it is filed with WeChat (模板消息): an id, and fields whose names tell their types.

use std::collections::BTreeMap;

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use shared::notify::rules::Template;

use super::templates::{filled, variables_of};

/// The types of fields that are used, and how many characters each holds (模板消息参数值内容限制).
const TYPES: [(&str, usize); 3] = [("thing", 20), ("character_string", 32), ("amount", 12)];

/// A notice as it is filed with WeChat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatFiled {
    /// The id that WeChat gave it.
    pub id: String,
    /// What each field says, with `${name}` for each variable.
    pub fields: BTreeMap<String, String>,
}

/// How many characters a field holds, by its name: a type and a number.
fn room(field: &str) -> Option<usize> {
    let (_, room) = TYPES.iter().find(|(kind, _)| {
        let number = field.strip_prefix(kind);
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })?;
    Some(*room)
}

impl WechatFiled {
    /// Whether it says what the software means by a template.
    pub fn check(&self, template: Template) -> anyhow::Result<()> {
        ensure!(template.class().can_be_declined(), "only a notice goes to WeChat");
        ensure!(!self.id.is_empty(), "it needs its id");
        for (field, text) in &self.fields {
            ensure!(room(field).is_some(), "{field} is no field of a type that is used");
            for name in variables_of(text) {
                let known = template.variables().iter().any(|(known, _)| *known == name);
                ensure!(known, "{field} has the variable {name}, which the template has not");
            }
        }
        Ok(())
    }

    /// The fields with their values, each cut to what it holds: WeChat refuses one that is too long.
    pub fn values(&self, values: &BTreeMap<String, String>) -> BTreeMap<&str, String> {
        let cut = |(field, text): (&'_ String, &String)| {
            let said = filled(text, values);
            match room(field) {
                Some(room) if said.chars().count() > room => said.chars().take(room - 1).chain(['…']).collect(),
                _ => said,
            }
        };
        self.fields.iter().map(|entry| (entry.0.as_str(), cut(entry))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_too_long_for_its_field_is_cut_and_marked() {
        let filed = WechatFiled {
            id: "T".into(),
            fields: BTreeMap::from([("thing1".into(), "领取：${item}".into())]),
        };
        let said = |item: &str| {
            let values = BTreeMap::from([("item".to_owned(), item.to_owned())]);
            filed.values(&values)["thing1"].clone()
        };
        assert_eq!(said("护照"), "领取：护照");
        let long = said(&"长".repeat(35));
        assert_eq!((long.chars().count(), long.ends_with('…')), (20, true));
    }

    #[test]
    fn a_field_is_known_by_its_type_and_number() {
        assert_eq!((room("thing12"), room("amount2")), (Some(20), Some(12)));
        assert_eq!((room("thing"), room("things1"), room("remark")), (None, None, None));
    }
}
