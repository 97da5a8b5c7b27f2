//! Closures of halls, and quotas that are lowered below what is taken.

use sea_orm_migration::{
    prelude::*,
    schema::{string, timestamp_with_time_zone, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("closures")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid_null("group_id"))
                    .col(timestamp_with_time_zone("starts_at"))
                    .col(timestamp_with_time_zone("ends_at"))
                    .col(string("reason"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("closures", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("closures", "group_id")
                            .to("service_groups", "id"),
                    )
                    .foreign_key(ForeignKey::create().from("closures", "created_by").to("staff", "id"))
                    .check(Expr::cust("starts_at < ends_at"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX closures_by_hall ON closures (hall_id, ends_at)",
            "ALTER TABLE windows ADD COLUMN online_target integer",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE windows DROP COLUMN online_target")
            .await?;
        for table in ["closures"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
