//! Cases, their parties, property and publications. Titles, names of property and details are encrypted.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer_null, binary, binary_null, boolean, date_null, integer, string, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("cases")
                    .col(uuid("id").primary_key())
                    .col(string("case_no").unique_key())
                    .col(string("kind"))
                    .col(binary("title"))
                    .col(string("agency"))
                    .col(timestamp_with_time_zone("reported_at"))
                    // 治安管理处罚法 art. 136: what is sealed is shown to nobody.
                    .col(boolean("sealed"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_parties")
                    .col(uuid("id").primary_key())
                    .col(uuid("case_id"))
                    .col(uuid("person_id"))
                    .col(string("role"))
                    .col(binary_null("suspect"))
                    .col(uuid_null("granted_by"))
                    .col(date_null("valid_until"))
                    .col(timestamp_with_time_zone("since"))
                    .foreign_key(ForeignKey::create().from("case_parties", "case_id").to("cases", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_parties", "person_id")
                            .to("persons", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_items")
                    .col(uuid("id").primary_key())
                    .col(uuid("case_id"))
                    .col(string("item_no"))
                    .col(binary("name"))
                    .col(big_integer_null("value_fen"))
                    .col(string("state"))
                    .foreign_key(ForeignKey::create().from("case_items", "case_id").to("cases", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("case_publications")
                    .col(uuid("id").primary_key())
                    .col(string("event_id").unique_key())
                    .col(uuid("case_id"))
                    .col(string("step"))
                    .col(timestamp_with_time_zone("occurred_at"))
                    // Breaks ties of what happened at the same time; a correction has the place of what it corrects.
                    .col(integer("position"))
                    .col(binary("details"))
                    // A keyed index of the whole content: the same id with another content is noticed without opening anything.
                    .col(binary("content_index"))
                    .col(string("effect"))
                    .col(uuid_null("target_id"))
                    .col(string("standing"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(timestamp_with_time_zone("received_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_publications", "case_id")
                            .to("cases", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_publications", "target_id")
                            .to("case_publications", "id"),
                    )
                    .check(Expr::cust("effect IN ('adds', 'corrects', 'withdraws')"))
                    .check(Expr::cust("standing IN ('current', 'corrected', 'withdrawn')"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX case_parties_once ON case_parties (case_id, person_id, role)",
            "CREATE INDEX case_parties_by_person ON case_parties (person_id)",
            "CREATE UNIQUE INDEX case_items_once ON case_items (case_id, item_no)",
            "CREATE INDEX case_publications_by_case ON case_publications (case_id, occurred_at)",
            // A publication is corrected or withdrawn once.
            "CREATE UNIQUE INDEX case_publications_target ON case_publications (target_id)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["case_publications", "case_items", "case_parties", "cases"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
