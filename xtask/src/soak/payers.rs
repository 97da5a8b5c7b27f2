//! Who pays in a soak, and what.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::plans::Plan;
use crate::workspace;

/// Residents who have a WeChat account in the demonstration.
const IN_WECHAT: u32 = 3;

/// A decision of the soak.
pub struct Case {
    pub number: u32,
    /// Which of the payers.
    pub payer: usize,
    /// Fen.
    pub amount: i64,
    pub plan: Plan,
    /// The seed of what happens on the way.
    pub dice: u64,
}

impl Case {
    /// Its number.
    pub fn decision_no(&self) -> String {
        format!("53998{:011}", self.number)
    }

    /// The decision as the traffic police push it.
    pub fn pushed(&self, payers: &[Payer], status: &str) -> Value {
        let payer = payers.get(self.payer);
        json!({
            "decision_no": self.decision_no(),
            "person": { "name": payer.map(|one| &one.name), "id_number": payer.map(|one| &one.id_number) },
            "facts": "驾驶机动车违反规定停放", "legal_basis": "《道路交通安全法》第九十三条",
            "fine_fen": self.amount, "points": 0, "decided_on": "2026-11-20", "received_on": "2026-11-20",
            "due_on": "2036-12-05", "status": status, "agency": "云川市公安局交通警察支队",
        })
    }
}

/// A resident with the session of the moment.
pub struct Payer {
    pub phone: String,
    pub name: String,
    pub id_number: String,
    /// Whether the demonstration knows them inside WeChat; the others pay in another browser or by a code.
    pub in_wechat: bool,
    pub token: Mutex<String>,
    /// Their decisions: the number, and the id.
    pub decisions: Mutex<BTreeMap<String, String>>,
}

/// The first residents of the demonstration's file.
pub fn payers(so_many: u32) -> Result<Vec<Payer>> {
    let file = fs::read_to_string(workspace::root().join("content/yunchuan/residents.toml"))?;
    let file: toml::Table = file.parse()?;
    let all = file
        .get("resident")
        .and_then(toml::Value::as_array)
        .context("residents")?;
    let text = |one: &toml::Value, name: &str| one.get(name).and_then(toml::Value::as_str).map(ToOwned::to_owned);
    let mut payers = Vec::new();
    for (number, one) in (1..=so_many).zip(all) {
        payers.push(Payer {
            phone: text(one, "phone").context("phone")?,
            name: text(one, "name").context("name")?,
            id_number: text(one, "id_number").context("id_number")?,
            in_wechat: number <= IN_WECHAT,
            token: Mutex::default(),
            decisions: Mutex::default(),
        });
    }
    Ok(payers)
}
