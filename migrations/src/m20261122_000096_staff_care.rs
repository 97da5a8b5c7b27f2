//! When somebody was last active in a session, and what was changed at an account of staff.

use sea_orm_migration::{
    prelude::*,
    schema::{string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("sessions")
                    .add_column(ColumnDef::new("active_at").timestamp_with_time_zone())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("account_changes")
                    .col(uuid("id").primary_key())
                    .col(uuid("staff_id"))
                    .col(string("what"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("account_changes", "staff_id")
                            .to("staff", "id"),
                    )
                    .check(Expr::cust("what IN ('password', 'authenticator', 'reset')"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("account_changes_by_account")
                    .table("account_changes")
                    .col("staff_id")
                    .col("at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("account_changes").to_owned())
            .await?;
        let statement = "ALTER TABLE sessions DROP COLUMN active_at";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }
}
