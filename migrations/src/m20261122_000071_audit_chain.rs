//! The audit log becomes a chain: each sealed row has a place and a seal, and the head tells how long the chain is.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, binary, integer, timestamp_with_time_zone},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_head")
                    .col(integer("id").primary_key())
                    .col(big_integer("sequence"))
                    .col(binary("seal"))
                    .col(binary("signature"))
                    .col(timestamp_with_time_zone("at"))
                    .check(Expr::cust("id = 1"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        let bytes = match manager.get_database_backend() {
            sea_orm_migration::sea_orm::DatabaseBackend::Postgres => "bytea",
            _ => "blob",
        };
        for statement in [
            "ALTER TABLE audit_entries ADD COLUMN sequence bigint",
            &format!("ALTER TABLE audit_entries ADD COLUMN seal {bytes}"),
            "CREATE UNIQUE INDEX audit_entries_by_sequence ON audit_entries (sequence)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX audit_entries_by_sequence",
            "ALTER TABLE audit_entries DROP COLUMN seal",
            "ALTER TABLE audit_entries DROP COLUMN sequence",
            "DROP TABLE audit_head",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
