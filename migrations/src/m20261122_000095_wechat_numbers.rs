//! By which number WeChat tells of a message, so that its events find it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement =
            "CREATE INDEX message_attempts_in_wechat ON message_attempts (provider_id) WHERE provider = 'wechat'";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "DROP INDEX message_attempts_in_wechat";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }
}
