//! What was said about each payment, in and out. The same message again only counts, so that nobody can fill the table by repeating one.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, json_binary, string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("payment_messages")
                    .col(uuid("id").primary_key())
                    .col(uuid("payment_id"))
                    // `in` or `out`.
                    .col(string("way"))
                    .col(string("about"))
                    .col(string("outcome"))
                    // Never personal data, a key or a signature.
                    .col(json_binary("detail"))
                    .col(timestamp_with_time_zone("first_at"))
                    .col(timestamp_with_time_zone("last_at"))
                    .col(integer("times").default(1))
                    .foreign_key(
                        ForeignKey::create()
                            .from("payment_messages", "payment_id")
                            .to("payments", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let statement =
            "CREATE UNIQUE INDEX payment_messages_once ON payment_messages (payment_id, way, about, outcome)";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("payment_messages").to_owned())
            .await
    }
}
