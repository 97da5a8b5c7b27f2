//! Cancelled seats that cannot be booked yet. Until it is due, such a seat still counts as taken.

use sea_orm_migration::{
    prelude::*,
    schema::{timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("pending_returns")
                    .col(uuid("id").primary_key())
                    .col(uuid("window_id"))
                    .col(timestamp_with_time_zone("due_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("pending_returns", "window_id")
                            .to("windows", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX pending_returns_due ON pending_returns (due_at)",
            "CREATE INDEX pending_returns_by_window ON pending_returns (window_id)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["pending_returns"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
