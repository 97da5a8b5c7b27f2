//! The waiting list. A person waits once for a service and day, and an offer is one hold.

use sea_orm_migration::{
    prelude::*,
    schema::{date, string, timestamp_with_time_zone, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("waitlist")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(uuid("service_id"))
                    .col(date("day"))
                    .col(uuid_null("window_id"))
                    .col(uuid("person_id"))
                    .col(uuid("resident_id"))
                    .col(string("status"))
                    .col(uuid_null("hold_id").unique_key())
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .foreign_key(ForeignKey::create().from("waitlist", "hall_id").to("halls", "id"))
                    .foreign_key(ForeignKey::create().from("waitlist", "service_id").to("services", "id"))
                    .foreign_key(ForeignKey::create().from("waitlist", "window_id").to("windows", "id"))
                    .foreign_key(ForeignKey::create().from("waitlist", "person_id").to("persons", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("waitlist", "resident_id")
                            .to("residents", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("waitlist", "hold_id")
                            .to("appointments", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX waitlist_one_active ON waitlist (person_id, service_id, day) WHERE status IN ('waiting', 'offered')",
            "CREATE INDEX waitlist_next ON waitlist (hall_id, group_id, day, created_at) WHERE status = 'waiting'",
            "CREATE INDEX waitlist_by_resident ON waitlist (resident_id, id)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["waitlist"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
