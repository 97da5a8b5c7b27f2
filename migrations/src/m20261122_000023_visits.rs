//! What is learnt from a visit: the wait that was foretold and the one that was, and how the visitor rated it.

use sea_orm_migration::{
    prelude::*,
    schema::{binary_null, integer, integer_null, json_binary, timestamp_with_time_zone, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("wait_estimates")
                    .col(uuid("ticket_id").primary_key())
                    .col(uuid("hall_id"))
                    .col(timestamp_with_time_zone("issued_at"))
                    .col(integer("low"))
                    .col(integer("high"))
                    .col(integer_null("waited_seconds"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("wait_estimates", "ticket_id")
                            .to("tickets", "id"),
                    )
                    .foreign_key(ForeignKey::create().from("wait_estimates", "hall_id").to("halls", "id"))
                    .check(Expr::cust("low <= high"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ratings")
                    .col(uuid("ticket_id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("service_id"))
                    .col(uuid_null("counter_id"))
                    .col(uuid_null("staff_id"))
                    .col(integer("stars"))
                    .col(json_binary("tags"))
                    .col(binary_null("comment"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(ForeignKey::create().from("ratings", "ticket_id").to("tickets", "id"))
                    .foreign_key(ForeignKey::create().from("ratings", "hall_id").to("halls", "id"))
                    .check(Expr::cust("stars BETWEEN 1 AND 5"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX wait_estimates_by_hall ON wait_estimates (hall_id, issued_at)",
            "CREATE INDEX ratings_by_hall ON ratings (hall_id, at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["ratings", "wait_estimates"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
