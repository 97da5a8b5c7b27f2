//! The screens and kiosks of the halls.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("devices")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(string("kind"))
                    .col(string("name"))
                    .col(binary("key_hash").unique_key())
                    // Absent for the devices of the demonstration bureau, which nobody registered.
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("paired_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .foreign_key(ForeignKey::create().from("devices", "hall_id").to("halls", "id"))
                    .foreign_key(ForeignKey::create().from("devices", "created_by").to("staff", "id"))
                    .check(Expr::cust("kind IN ('board', 'kiosk')"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("devices").to_owned()).await
    }
}
