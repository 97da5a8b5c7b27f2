//! Records that only warn: the code of the conduct, and the rule by which it was so.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE violations ADD COLUMN conduct_code text",
            "ALTER TABLE violations ADD COLUMN warned_by text",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in ["warned_by", "conduct_code"] {
            db.execute_unprepared(&format!("ALTER TABLE violations DROP COLUMN {column}"))
                .await?;
        }
        Ok(())
    }
}
