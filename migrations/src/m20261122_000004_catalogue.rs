//! Services, halls, counters, timetables and the working calendar, as imported from the bureau's files.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, date, date_null, integer, json_binary, string, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("service_groups")
                    .col(uuid("id").primary_key())
                    .col(string("code").unique_key())
                    .col(string("prefix").unique_key())
                    .col(json_binary("name"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("services")
                    .col(uuid("id").primary_key())
                    .col(string("code").unique_key())
                    .col(uuid("group_id"))
                    .col(boolean("active"))
                    .col(json_binary("content"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("services", "group_id")
                            .to("service_groups", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("halls")
                    .col(uuid("id").primary_key())
                    .col(string("code").unique_key())
                    .col(boolean("active"))
                    .col(json_binary("content"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("counters")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(integer("number"))
                    .col(boolean("active"))
                    .col(json_binary("name"))
                    .col(json_binary("groups"))
                    .foreign_key(ForeignKey::create().from("counters", "hall_id").to("halls", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .unique()
                    .name("counters_by_number")
                    .table("counters")
                    .col("hall_id")
                    .col("number")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("schedules")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(json_binary("weekdays"))
                    .col(ColumnDef::new("opens").time().not_null())
                    .col(ColumnDef::new("closes").time().not_null())
                    .col(integer("window_minutes"))
                    .col(integer("quota"))
                    .col(integer("online_percent"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_until"))
                    .foreign_key(ForeignKey::create().from("schedules", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("schedules", "group_id")
                            .to("service_groups", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("calendar_days")
                    .col(date("day").primary_key())
                    .col(json_binary("special"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("calendar_years")
                    .col(integer("year").primary_key())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("vocabulary")
                    .col(string("name").primary_key())
                    .col(json_binary("content"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "vocabulary",
            "calendar_years",
            "calendar_days",
            "schedules",
            "counters",
            "halls",
            "services",
            "service_groups",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
