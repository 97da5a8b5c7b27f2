//! The books of each day, and what does not agree in them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, date, integer, string, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("reconciliation_days")
                    .col(date("day").primary_key())
                    .col(string("status"))
                    .col(big_integer("received_fen"))
                    .col(big_integer("refunded_fen"))
                    .col(big_integer("fee_fen"))
                    .col(integer("recovered"))
                    .col(timestamp_with_time_zone("run_at"))
                    .col(uuid_null("signed_by"))
                    .col(timestamp_with_time_zone_null("signed_at"))
                    .col(text_null("note"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("reconciliation_breaks")
                    .col(uuid("id").primary_key())
                    .col(date("day"))
                    .col(string("kind"))
                    .col(string("reference"))
                    .col(big_integer_null("ours_fen"))
                    .col(big_integer_null("theirs_fen"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("reconciliation_breaks_by_day")
                    .table("reconciliation_breaks")
                    .col("day")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["reconciliation_breaks", "reconciliation_days"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
