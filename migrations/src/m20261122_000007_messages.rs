//! The outbox of texts, their attempts and receipts, and who wants no texts.
//!
//! A message is written in the transaction of the change that it tells of.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, binary_null, integer, string, string_null, timestamp_with_time_zone,
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
                    .table("messages")
                    .col(uuid("id").primary_key())
                    // What happened, so that the same event never makes two messages for one recipient and channel.
                    .col(string("event"))
                    .col(string("channel"))
                    // What the event is about: a later message about it can make an earlier one pointless.
                    .col(string_null("subject"))
                    .col(uuid_null("resident_id"))
                    .col(binary_null("recipient"))
                    .col(binary("recipient_index"))
                    .col(string("template"))
                    .col(string("topic"))
                    .col(binary("variables"))
                    .col(integer("priority"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("created_at"))
                    // When it was to be sent first; the order among the messages of a recipient.
                    .col(timestamp_with_time_zone("wanted_at"))
                    // When it is to be tried next.
                    .col(timestamp_with_time_zone("due_at"))
                    // From then on it would only mislead.
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("leased_until"))
                    // Grows with each lease; a worker whose token is old can no longer write.
                    .col(big_integer("fence").default(0))
                    .col(integer("attempts").default(0))
                    .col(string_null("provider"))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(timestamp_with_time_zone_null("delivered_at"))
                    // When the provider is asked for a receipt that has not come.
                    .col(timestamp_with_time_zone_null("check_at"))
                    .col(integer("checks").default(0))
                    .col(string_null("failure"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message_attempts")
                    // The provider's OutId: it is committed before the call, so a lost answer can be asked for.
                    .col(uuid("id").primary_key())
                    .col(uuid("message_id"))
                    .col(string("provider"))
                    .col(binary("phone_index"))
                    .col(timestamp_with_time_zone("started_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(string("outcome"))
                    .col(string_null("provider_id"))
                    .col(string_null("detail"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("message_attempts", "message_id")
                            .to("messages", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message_receipts")
                    .col(uuid("attempt_id"))
                    .col(string("verdict"))
                    .col(string_null("code"))
                    .col(timestamp_with_time_zone("reported_at"))
                    .col(timestamp_with_time_zone("received_at"))
                    .primary_key(Index::create().col("attempt_id").col("verdict"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("message_receipts", "attempt_id")
                            .to("message_attempts", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message_opt_outs")
                    .col(binary("phone_index").primary_key())
                    .col(timestamp_with_time_zone("since"))
                    // Where the wish came from: a reply to a provider, or the page.
                    .col(string("source"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX messages_once ON messages (event, recipient_index, channel)",
            "CREATE INDEX messages_due ON messages (priority, due_at) WHERE status = 'pending'",
            "CREATE INDEX messages_in_order ON messages (recipient_index, topic, wanted_at) WHERE status = 'pending'",
            "CREATE INDEX messages_by_resident ON messages (resident_id, wanted_at, id)",
            "CREATE INDEX messages_unreported ON messages (check_at) WHERE status = 'accepted'",
            "CREATE INDEX messages_dead ON messages (id) WHERE status = 'dead'",
            "CREATE INDEX messages_by_age ON messages (created_at)",
            // A second attempt cannot begin while nobody knows what became of the first.
            "CREATE UNIQUE INDEX message_attempts_one_open ON message_attempts (message_id) WHERE outcome IN ('started', 'unknown')",
            "CREATE INDEX message_attempts_by_message ON message_attempts (message_id)",
            "CREATE INDEX message_attempts_by_phone ON message_attempts (phone_index, started_at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["message_opt_outs", "message_receipts", "message_attempts", "messages"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
