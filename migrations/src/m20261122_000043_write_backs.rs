//! What the police systems are told in turn, until they have heard it. What is said is encrypted.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, integer, string, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("upstream_write_backs")
                    .col(uuid("id").primary_key())
                    .col(string("system"))
                    .col(string("kind"))
                    .col(string("key"))
                    .col(binary("body"))
                    .col(integer("attempts").default(0))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(text_null("failure"))
                    .col(timestamp_with_time_zone_null("heard_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX upstream_write_backs_once ON upstream_write_backs (system, key)",
            "CREATE INDEX upstream_write_backs_due ON upstream_write_backs (due_at) WHERE heard_at IS NULL",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("upstream_write_backs").to_owned())
            .await
    }
}
