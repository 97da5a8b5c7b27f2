//! When the window of a limit ends, so that it can be forgotten, when a police system vouched for a name, and indexes of what is looked up again and again: how long a hall's latest services took, what a resident paid, what was booked of a payment,
//! whose family somebody is in, and what was done to something.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [(&str, &str); 7] = [
    ("tickets_latest", "tickets (hall_id, status, finished_at)"),
    ("payments_by_resident", "payments (resident_id, id)"),
    ("ledger_entries_by_payment", "ledger_entries (payment_id)"),
    ("family_members_by_person", "family_members (person_id)"),
    (
        "case_publications_by_step",
        "case_publications (step, standing, occurred_at)",
    ),
    ("rate_windows_by_end", "rate_windows (ends_at)"),
    ("audit_entries_by_subject", "audit_entries (subject_id, at)"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ends_at = ColumnDef::new("ends_at").timestamp_with_time_zone().take();
        manager
            .alter_table(Table::alter().table("rate_windows").add_column(ends_at).to_owned())
            .await?;
        let vouched_at = ColumnDef::new("vouched_at").timestamp_with_time_zone().take();
        manager
            .alter_table(Table::alter().table("persons").add_column(vouched_at).to_owned())
            .await?;
        for (name, on) in INDEXES {
            let statement = format!("CREATE INDEX {name} ON {on}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            let statement = format!("DROP INDEX {name}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        for column in ["rate_windows DROP COLUMN ends_at", "persons DROP COLUMN vouched_at"] {
            let statement = format!("ALTER TABLE {column}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}
