//! Calls of the systems upstream: each is accepted once, in the transaction of what it changes.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("upstream_systems")
                    .col(string("system").primary_key())
                    // The greatest sequence that was accepted; a later call has a greater one.
                    .col(big_integer("last_sequence"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("upstream_calls")
                    .col(uuid("id").primary_key())
                    .col(string("system"))
                    .col(string("nonce"))
                    .col(big_integer("sequence"))
                    .col(string("path"))
                    .col(string("digest"))
                    .col(timestamp_with_time_zone("accepted_at"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX upstream_calls_nonce ON upstream_calls (system, nonce)",
            "CREATE UNIQUE INDEX upstream_calls_sequence ON upstream_calls (system, sequence)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["upstream_calls", "upstream_systems"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
