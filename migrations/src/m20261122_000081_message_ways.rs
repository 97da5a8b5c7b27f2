//! By what a message goes: by text, or in WeChat for whoever chose it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE messages ADD COLUMN way text NOT NULL DEFAULT 'usual'";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE messages DROP COLUMN way";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }
}
