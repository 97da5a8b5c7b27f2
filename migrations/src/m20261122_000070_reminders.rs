//! Appointments know when their residents are reminded of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE appointments ADD COLUMN remind_at timestamp with time zone",
            "CREATE INDEX appointments_by_reminder ON appointments (status, remind_at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX appointments_by_reminder",
            "ALTER TABLE appointments DROP COLUMN remind_at",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
