//! What managers arrange themselves: timetables beside those of the files, opened days, policies, and closures that are lifted.

use sea_orm_migration::{
    prelude::*,
    schema::{date, integer, json_binary, string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("opened_days")
                    .col(uuid("hall_id"))
                    .col(date("day"))
                    .col(string("follows"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("hall_id").col("day"))
                    .foreign_key(ForeignKey::create().from("opened_days", "hall_id").to("halls", "id"))
                    .foreign_key(ForeignKey::create().from("opened_days", "created_by").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("hall_policies")
                    .col(uuid("hall_id").primary_key())
                    .col(integer("days_ahead"))
                    .col(string("opens_at"))
                    .col(json_binary("priorities"))
                    .foreign_key(ForeignKey::create().from("hall_policies", "hall_id").to("halls", "id"))
                    .check(Expr::cust("days_ahead BETWEEN 0 AND 60"))
                    .to_owned(),
            )
            .await?;
        let closures = Table::alter()
            .table("closures")
            .add_column(ColumnDef::new("lifted_at").timestamp_with_time_zone().null())
            .to_owned();
        manager.alter_table(closures).await?;
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE schedules ADD COLUMN kind varchar NOT NULL DEFAULT 'regular'",
            // The counters and timetables of the files as they were last imported: while they do not change, a manager's changes stay.
            "ALTER TABLE halls ADD COLUMN imported varchar",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE halls DROP COLUMN imported",
            "ALTER TABLE schedules DROP COLUMN kind",
            "ALTER TABLE closures DROP COLUMN lifted_at",
        ] {
            db.execute_unprepared(statement).await?;
        }
        for table in ["hall_policies", "opened_days"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
