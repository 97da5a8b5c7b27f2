//! Collective bookings, and which appointments belong to one; holidays that were declared after people had booked.

use sea_orm_migration::{
    prelude::*,
    schema::{date, integer, string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let to = |table: &'static str, column: &'static str, other: &'static str| {
            ForeignKey::create().from(table, column).to(other, "id").to_owned()
        };
        manager
            .create_table(
                Table::create()
                    .table("collective_bookings")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("service_id"))
                    .col(string("organisation"))
                    .col(uuid("contact_id"))
                    .col(date("day"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut to("collective_bookings", "hall_id", "halls"))
                    .foreign_key(&mut to("collective_bookings", "service_id", "services"))
                    .foreign_key(&mut to("collective_bookings", "contact_id", "residents"))
                    .foreign_key(&mut to("collective_bookings", "created_by", "staff"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("collective_members")
                    .col(uuid("appointment_id").primary_key())
                    .col(uuid("collective_id"))
                    .col(integer("line"))
                    .foreign_key(&mut to("collective_members", "appointment_id", "appointments"))
                    .foreign_key(&mut to("collective_members", "collective_id", "collective_bookings"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("declared_holidays")
                    .col(uuid("hall_id"))
                    .col(date("day"))
                    .col(timestamp_with_time_zone("declared_at"))
                    .primary_key(Index::create().col("hall_id").col("day"))
                    .foreign_key(&mut to("declared_holidays", "hall_id", "halls"))
                    .to_owned(),
            )
            .await?;
        for statement in [
            "CREATE INDEX collective_bookings_by_hall ON collective_bookings (hall_id, day)",
            "CREATE INDEX collective_bookings_by_contact ON collective_bookings (contact_id, day)",
            "CREATE INDEX collective_members_by_booking ON collective_members (collective_id, line)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["declared_holidays", "collective_members", "collective_bookings"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
