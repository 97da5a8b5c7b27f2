//! Refunds that one person asks for and another approves, and what officers decided about exceptions.

use sea_orm_migration::{
    prelude::*,
    schema::{string, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("refund_requests")
                    .col(uuid("id").primary_key())
                    .col(uuid("payment_id"))
                    .col(text("reason"))
                    .col(string("status"))
                    .col(uuid("requested_by"))
                    .col(timestamp_with_time_zone("requested_at"))
                    .col(uuid_null("decided_by"))
                    .col(timestamp_with_time_zone_null("decided_at"))
                    .col(text_null("note"))
                    // Two people, whatever the program says.
                    .check(
                        Expr::col("decided_by")
                            .is_null()
                            .or(Expr::col("decided_by").ne(Expr::col("requested_by"))),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("refund_requests", "payment_id")
                            .to("payments", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let statement =
            "CREATE UNIQUE INDEX refund_requests_one_waiting ON refund_requests (payment_id) WHERE status = 'waiting'";
        manager.get_connection().execute_unprepared(statement).await?;
        for column in [uuid_null("decided_by"), text_null("note")] {
            manager
                .alter_table(Table::alter().table("payment_exceptions").add_column(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in ["note", "decided_by"] {
            db.execute_unprepared(&format!("ALTER TABLE payment_exceptions DROP COLUMN {column}"))
                .await?;
        }
        manager
            .drop_table(Table::drop().table("refund_requests").to_owned())
            .await
    }
}
