//! Camera records, decisions, and who may see a decision of another in order to pay it.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, binary_null, date, date_null, integer, json_binary, string, string_null, text,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("violations")
                    .col(uuid("id").primary_key())
                    .col(string("violation_no").unique_key())
                    .col(uuid("person_id"))
                    .col(binary("plate_no"))
                    .col(timestamp_with_time_zone("occurred_at"))
                    .col(text("place"))
                    .col(text("conduct"))
                    .col(text("legal_basis"))
                    .col(big_integer("fine_fen"))
                    .col(integer("points"))
                    .col(string("procedure"))
                    .col(string("status"))
                    .col(string_null("photo_url"))
                    .col(binary_null("objection"))
                    .col(timestamp_with_time_zone_null("handled_at"))
                    .col(timestamp_with_time_zone("received_at"))
                    .foreign_key(ForeignKey::create().from("violations", "person_id").to("persons", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("decisions")
                    .col(uuid("id").primary_key())
                    .col(string("decision_no").unique_key())
                    .col(string_null("violation_no"))
                    .col(uuid("person_id"))
                    .col(text("facts"))
                    .col(text("legal_basis"))
                    .col(big_integer("fine_fen"))
                    .col(integer("points"))
                    .col(date("decided_on"))
                    .col(date("received_on"))
                    .col(date("due_on"))
                    .col(big_integer("surcharge_fen"))
                    .col(json_binary("suspensions"))
                    .col(string("status"))
                    .col(date_null("withdrawn_on"))
                    .col(string("agency"))
                    // The payment that settled it.
                    .col(uuid_null("payment_id"))
                    .col(timestamp_with_time_zone_null("paid_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .foreign_key(ForeignKey::create().from("decisions", "person_id").to("persons", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("decision_payers")
                    .col(uuid("resident_id"))
                    .col(uuid("decision_id"))
                    .col(timestamp_with_time_zone("since"))
                    .primary_key(Index::create().col("resident_id").col("decision_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("decision_payers", "decision_id")
                            .to("decisions", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("wechat_payers")
                    .col(uuid("resident_id").primary_key())
                    .col(binary("openid"))
                    .col(timestamp_with_time_zone("since"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX violations_by_person ON violations (person_id, occurred_at, id)",
            "CREATE INDEX decisions_by_person ON decisions (person_id, decided_on, id)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["wechat_payers", "decision_payers", "decisions", "violations"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
