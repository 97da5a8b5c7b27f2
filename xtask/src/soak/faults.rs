//! The faults of the sandbox: switched on before the work, counted and switched off after it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::calls::call;

/// Switches faults on.
pub fn switch_on(sandbox: SocketAddr, faults: &[Value]) -> Result<()> {
    for fault in faults {
        let (status, told) = call(sandbox, "POST", "/faults", Some(fault))?;
        ensure!(status < 300, "the sandbox does not take a fault: {told}");
    }
    Ok(())
}

/// How often each kind of fault has struck.
pub struct Struck(BTreeMap<String, u64>);

impl Struck {
    /// As the sandbox counts it up to now.
    pub fn until_now(sandbox: SocketAddr) -> Result<Self> {
        let (_, faults) = call(sandbox, "GET", "/faults", None)?;
        let mut kinds = BTreeMap::new();
        let items = faults.get("items").and_then(Value::as_array);
        for fault in items.into_iter().flatten() {
            let kind = fault.get("kind").and_then(Value::as_str).unwrap_or_default();
            let fired = fault.get("fired").and_then(Value::as_u64).unwrap_or_default();
            *kinds.entry(kind.to_owned()).or_default() += fired;
        }
        Ok(Self(kinds))
    }

    /// Prints the figures.
    pub fn print(&self) {
        println!("  faults that struck     {:>9}", self.0.values().sum::<u64>());
        for (kind, fired) in &self.0 {
            println!("    {kind:<20} {fired:>9}");
        }
    }
}

/// Switches every fault off.
pub fn switch_off(sandbox: SocketAddr) -> Result<()> {
    call(sandbox, "DELETE", "/faults", None).map(drop)
}
