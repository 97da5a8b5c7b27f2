//! What residents and staff do with cases: subscriptions, requests for review, look-ups, records of interference.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, binary_null, boolean, string, timestamp_with_time_zone, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let to_case = |table: &'static str| ForeignKey::create().from(table, "case_id").to("cases", "id").to_owned();
        manager
            .create_table(
                Table::create()
                    .table("case_subscriptions")
                    .col(uuid("case_id"))
                    .col(uuid("resident_id"))
                    .col(boolean("sms"))
                    .col(boolean("wechat"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .primary_key(Index::create().col("case_id").col("resident_id"))
                    .foreign_key(&mut to_case("case_subscriptions"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_subscriptions", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_reviews")
                    .col(uuid("id").primary_key())
                    // A decision not to file is contested once.
                    .col(uuid("publication_id").unique_key())
                    .col(uuid("case_id"))
                    .col(uuid("person_id"))
                    .col(binary_null("reason"))
                    .col(timestamp_with_time_zone("requested_at"))
                    .foreign_key(&mut to_case("case_reviews"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_reviews", "publication_id")
                            .to("case_publications", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_reviews", "person_id")
                            .to("persons", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_enquiries")
                    .col(uuid("id").primary_key())
                    .col(uuid("staff_id"))
                    .col(uuid_null("case_id"))
                    .col(string("case_no"))
                    .col(string("reason"))
                    .col(boolean("found"))
                    .col(boolean("unmasked"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_enquiries", "staff_id")
                            .to("staff", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_interferences")
                    .col(uuid("id").primary_key())
                    .col(uuid("staff_id"))
                    .col(uuid("case_id"))
                    .col(binary("who"))
                    .col(binary("unit"))
                    .col(binary("what"))
                    .col(timestamp_with_time_zone("happened_at"))
                    .col(timestamp_with_time_zone("recorded_at"))
                    .foreign_key(&mut to_case("case_interferences"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_interferences", "staff_id")
                            .to("staff", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX case_enquiries_by_time ON case_enquiries (at)",
            "CREATE INDEX case_interferences_by_time ON case_interferences (recorded_at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "case_interferences",
            "case_enquiries",
            "case_reviews",
            "case_subscriptions",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
