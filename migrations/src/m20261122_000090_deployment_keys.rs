//! Keys of every purpose, wrapped under the master key, and the audit chain's key beside its head.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, integer, string, timestamp_with_time_zone},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("deployment_keys")
                    .col(string("purpose"))
                    .col(integer("number"))
                    // Under which master key it is wrapped: while that is changed, under two.
                    .col(string("master"))
                    .col(string("suite"))
                    .col(binary("wrapped"))
                    .col(timestamp_with_time_zone("created_at"))
                    // Every instance knows the key by then.
                    .col(timestamp_with_time_zone("used_from"))
                    .primary_key(Index::create().col("purpose").col("number").col("master"))
                    .check(Expr::cust("number BETWEEN 1 AND 255"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE audit_head ADD COLUMN key_number integer NOT NULL DEFAULT 1")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE audit_head DROP COLUMN key_number")
            .await?;
        manager
            .drop_table(Table::drop().table("deployment_keys").to_owned())
            .await
    }
}
