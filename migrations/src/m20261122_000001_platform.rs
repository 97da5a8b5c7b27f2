//! What every slice stands on: remembered answers and the audit log.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, integer, json_binary, string, string_null, timestamp_with_time_zone, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .col(binary("scope"))
                    .col(string("key"))
                    .col(binary("request_hash"))
                    .col(integer("status"))
                    .col(json_binary("body"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("scope").col("key"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idempotency_keys_by_age")
                    .table("idempotency_keys")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_entries")
                    .col(uuid("id").primary_key())
                    .col(timestamp_with_time_zone("at"))
                    .col(string("actor_kind"))
                    .col(uuid_null("actor_id"))
                    .col(string("action"))
                    .col(string("subject_kind"))
                    .col(uuid_null("subject_id"))
                    .col(string_null("reason"))
                    .col(json_binary("detail"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_entries_by_actor")
                    .table("audit_entries")
                    .col("actor_id")
                    .col("at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("rate_windows")
                    .col(binary("subject"))
                    .col(string("rule"))
                    .col(big_integer("window"))
                    .col(integer("used"))
                    .primary_key(Index::create().col("subject").col("rule").col("window"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["rate_windows", "audit_entries", "idempotency_keys"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
