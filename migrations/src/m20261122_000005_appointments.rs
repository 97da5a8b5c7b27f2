//! Windows with their quotas, and appointments. The checks and the partial unique key are the last line against overselling.

use sea_orm_migration::{
    prelude::*,
    schema::{date, integer, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("windows")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(date("day"))
                    .col(timestamp_with_time_zone("starts_at"))
                    .col(timestamp_with_time_zone("ends_at"))
                    .col(integer("online_quota"))
                    .col(integer("online_taken").default(0))
                    .col(integer("onsite_quota"))
                    .col(integer("onsite_taken").default(0))
                    .foreign_key(ForeignKey::create().from("windows", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("windows", "group_id")
                            .to("service_groups", "id"),
                    )
                    .check(Expr::cust("online_taken >= 0 AND online_taken <= online_quota"))
                    .check(Expr::cust("onsite_taken >= 0 AND onsite_taken <= onsite_quota"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .unique()
                    .name("windows_by_place_and_time")
                    .table("windows")
                    .col("hall_id")
                    .col("group_id")
                    .col("starts_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("appointments")
                    .col(uuid("id").primary_key())
                    .col(uuid("window_id"))
                    .col(uuid("hall_id"))
                    .col(uuid("service_id"))
                    .col(uuid("person_id"))
                    .col(uuid("resident_id"))
                    .col(date("day"))
                    .col(string("code"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone_null("hold_expires_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .col(uuid_null("ticket_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("appointments", "window_id")
                            .to("windows", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("appointments", "service_id")
                            .to("services", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("appointments", "person_id")
                            .to("persons", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("appointments", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX appointments_one_active ON appointments (person_id, service_id, day) \
             WHERE status IN ('held', 'confirmed', 'checked_in')",
            "CREATE INDEX appointments_holds ON appointments (hold_expires_at) WHERE status = 'held'",
            "CREATE INDEX appointments_by_resident ON appointments (resident_id, id)",
            "CREATE INDEX appointments_by_window ON appointments (window_id)",
            "CREATE INDEX appointments_by_code ON appointments (hall_id, day, code)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["appointments", "windows"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
