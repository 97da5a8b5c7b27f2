//! The counters at which a member of staff works.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The numbers over the counters, as a JSON array; nothing for whoever works at any counter of the hall.
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE staff ADD COLUMN counters text")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE staff DROP COLUMN counters").await?;
        Ok(())
    }
}
