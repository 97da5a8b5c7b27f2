//! Accounts of staff begin pending and with a password that is replaced; sessions say on what they were begun; consents are recorded.

use sea_orm_migration::{
    prelude::*,
    schema::{string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE staff ADD COLUMN initial_until timestamp with time zone",
            "ALTER TABLE staff ADD COLUMN approved_at timestamp with time zone",
            "ALTER TABLE staff ADD COLUMN approved_by uuid",
            "ALTER TABLE staff ADD COLUMN ended_at timestamp with time zone",
            // Whoever could sign in until now still can.
            "UPDATE staff SET approved_at = created_at",
            "ALTER TABLE sessions ADD COLUMN client text",
        ] {
            db.execute_unprepared(statement).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("consents")
                    .col(uuid("id").primary_key())
                    .col(uuid("resident_id"))
                    .col(string("subject"))
                    .col(string("version"))
                    .col(timestamp_with_time_zone("given_at"))
                    .col(timestamp_with_time_zone_null("withdrawn_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("consents", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        // One stands at a time: a new one is given only once the old one was taken back.
        db.execute_unprepared(
            "CREATE UNIQUE INDEX consents_that_stand ON consents (resident_id, subject, version) WHERE withdrawn_at IS NULL",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP TABLE consents",
            "ALTER TABLE sessions DROP COLUMN client",
            "ALTER TABLE staff DROP COLUMN ended_at",
            "ALTER TABLE staff DROP COLUMN approved_by",
            "ALTER TABLE staff DROP COLUMN approved_at",
            "ALTER TABLE staff DROP COLUMN initial_until",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
