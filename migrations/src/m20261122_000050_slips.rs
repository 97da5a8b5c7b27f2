//! Pickup slips: what waits where for whom, its tokens, proxies and redemptions. That a slip is redeemed once follows from the unique keys.

use sea_orm_migration::{
    prelude::*,
    schema::{
        binary, binary_null, boolean, integer, integer_null, string, string_null, timestamp_with_time_zone,
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
                    .table("slips")
                    .col(uuid("id").primary_key())
                    .col(string("kind"))
                    // What the slip was issued for, such as an appointment: it is issued once for it.
                    .col(string("source").unique_key())
                    .col(uuid("person_id"))
                    .col(uuid_null("resident_id"))
                    .col(uuid("hall_id"))
                    .col(string("status"))
                    .col(string("item_zh"))
                    .col(string("item_en"))
                    .col(string("reference"))
                    .col(timestamp_with_time_zone_null("ready_at"))
                    .col(timestamp_with_time_zone_null("kept_until"))
                    .col(integer("serial").default(0))
                    // How many reminders of the end of storage were sent.
                    .col(integer("reminders").default(0))
                    .col(integer("wrong_codes").default(0))
                    .col(binary_null("mail_recipient"))
                    .col(binary_null("mail_phone"))
                    .col(binary_null("mail_address"))
                    .col(string_null("tracking"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .foreign_key(ForeignKey::create().from("slips", "person_id").to("persons", "id"))
                    .foreign_key(ForeignKey::create().from("slips", "resident_id").to("residents", "id"))
                    .foreign_key(ForeignKey::create().from("slips", "hall_id").to("halls", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("slip_tokens")
                    // The keyed index of the token's id; the id itself is not kept.
                    .col(binary("token_index").primary_key())
                    .col(uuid("slip_id"))
                    .col(integer("serial"))
                    .col(string("medium"))
                    .col(integer("key_id"))
                    .col(uuid("hall_id"))
                    .col(timestamp_with_time_zone("not_before"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(string_null("revoked_for"))
                    .foreign_key(ForeignKey::create().from("slip_tokens", "slip_id").to("slips", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("slip_proxies")
                    .col(uuid("id").primary_key())
                    .col(uuid("slip_id"))
                    .col(binary("name"))
                    .col(binary("id_number"))
                    .col(binary("id_number_index"))
                    .col(binary("phone"))
                    .col(timestamp_with_time_zone("until"))
                    .col(binary("letter"))
                    .col(string("letter_type"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("slip_proxies", "slip_id").to("slips", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("slip_redemptions")
                    .col(uuid("slip_id").primary_key())
                    .col(string("nonce").unique_key())
                    .col(binary("token_index"))
                    .col(uuid("hall_id"))
                    .col(integer_null("counter_number"))
                    .col(uuid("staff_id"))
                    .col(uuid_null("proxy_id"))
                    .col(boolean("id_checked"))
                    .col(boolean("offline"))
                    .col(binary_null("signature"))
                    .col(timestamp_with_time_zone("at"))
                    .col(timestamp_with_time_zone("recorded_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("slip_redemptions", "slip_id")
                            .to("slips", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("slip_keys")
                    .col(integer("id").primary_key())
                    .col(timestamp_with_time_zone("created_at"))
                    .check(Expr::cust("id BETWEEN 1 AND 255"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("staff")
                    .add_column(binary_null("id_number_index"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX slips_by_resident ON slips (resident_id, id)",
            "CREATE INDEX slips_by_person ON slips (person_id)",
            "CREATE INDEX slips_by_hall ON slips (hall_id, status)",
            "CREATE INDEX slips_kept ON slips (kept_until) WHERE status = 'ready'",
            "CREATE INDEX slip_tokens_by_slip ON slip_tokens (slip_id, serial)",
            "CREATE INDEX slip_tokens_revoked ON slip_tokens (hall_id, expires_at) WHERE revoked_for IS NOT NULL",
            "CREATE UNIQUE INDEX slip_proxies_one ON slip_proxies (slip_id) WHERE ended_at IS NULL",
            "CREATE INDEX slip_proxies_by_number ON slip_proxies (id_number_index)",
            "CREATE INDEX staff_by_id_number ON staff (id_number_index)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX staff_by_id_number").await?;
        manager
            .alter_table(Table::alter().table("staff").drop_column("id_number_index").to_owned())
            .await?;
        for table in ["slip_keys", "slip_redemptions", "slip_proxies", "slip_tokens", "slips"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
