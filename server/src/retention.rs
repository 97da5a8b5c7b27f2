//! Removes what is kept for a number of days once they have passed, and reports what it removed.

use chrono::TimeDelta;
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Alias, Expr, Query},
};
use serde_json::json;
use shared::time::Instant;

use crate::{
    holdings::{HOLDINGS, Kept},
    platform::{
        Platform,
        audit::{self, Deed},
    },
};

/// How many rows were removed from a table.
pub type Removed = (&'static str, u64);

/// Goes through every table that is kept for a number of days. What was removed is recorded, table by table, in the audit log.
pub async fn enforce(platform: &Platform, now: Instant) -> anyhow::Result<Vec<Removed>> {
    let mut report = Vec::new();
    for holding in HOLDINGS {
        let Kept::Days { days, after, .. } = holding.kept else {
            continue;
        };
        let delete = Query::delete()
            .from_table(Alias::new(holding.table))
            .and_where(Expr::col(Alias::new(after)).lt(now - TimeDelta::days(days)))
            .to_owned();
        let transaction = platform.db.begin().await?;
        let removed = transaction.execute(&delete).await?.rows_affected();
        if removed > 0 {
            let deed = Deed {
                actor: None,
                action: "retention.remove",
                subject_kind: "table",
                subject_id: None,
                reason: None,
                detail: json!({ "table": holding.table, "rows": removed, "older_than_days": days }),
            };
            audit::record(&transaction, now, deed).await?;
            report.push((holding.table, removed));
        }
        transaction.commit().await?;
    }
    Ok(report)
}
