//! Sessions that can be revoked, and the login codes that begin them.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, binary_null, integer, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(uuid("id").primary_key())
                    .col(string("subject_kind"))
                    .col(uuid("subject_id"))
                    .col(binary("refresh_hash"))
                    // The token before, which still works for a moment: an answer can be lost, and two tabs refresh at once.
                    .col(binary_null("previous_hash"))
                    .col(timestamp_with_time_zone_null("refreshed_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("sessions_by_subject")
                    .table("sessions")
                    .col("subject_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("login_codes")
                    .col(binary("phone_index"))
                    .col(string("purpose"))
                    .col(binary("code_hash"))
                    .col(integer("tries"))
                    .col(timestamp_with_time_zone("issued_at"))
                    .primary_key(Index::create().col("phone_index").col("purpose"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["login_codes", "sessions"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
