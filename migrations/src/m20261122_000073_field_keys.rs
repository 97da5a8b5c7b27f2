//! The keys of fields after the first, wrapped under the master secret.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, integer, timestamp_with_time_zone},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("field_keys")
                    .col(integer("number").primary_key())
                    .col(binary("wrapped"))
                    .col(timestamp_with_time_zone("created_at"))
                    // Every instance knows the key by then.
                    .col(timestamp_with_time_zone("seals_from"))
                    .check(Expr::cust("number BETWEEN 2 AND 255"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("field_keys").to_owned()).await
    }
}
