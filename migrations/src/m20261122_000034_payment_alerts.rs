//! What finance staff must hear of by itself: each thing once, until somebody has seen it.

use sea_orm_migration::{
    prelude::*,
    schema::{string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("payment_alerts")
                    .col(uuid("id").primary_key())
                    .col(string("kind"))
                    // What it is about: a payment, a task or a day.
                    .col(string("reference"))
                    .col(timestamp_with_time_zone("raised_at"))
                    .col(uuid_null("seen_by"))
                    .col(timestamp_with_time_zone_null("seen_at"))
                    .to_owned(),
            )
            .await?;
        let statement = "CREATE UNIQUE INDEX payment_alerts_once ON payment_alerts (kind, reference)";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("payment_alerts").to_owned())
            .await
    }
}
