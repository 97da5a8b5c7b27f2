//! The outbox of texts: a message is written in the transaction of the change that it tells of.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, binary_null, integer, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
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
                    .col(uuid_null("resident_id"))
                    .col(binary_null("recipient"))
                    .col(binary("recipient_index"))
                    .col(string("template"))
                    .col(binary("variables"))
                    .col(integer("priority"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(timestamp_with_time_zone_null("leased_until"))
                    // Grows with each lease; a worker whose token is old can no longer write.
                    .col(big_integer("fence").default(0))
                    .col(integer("attempts").default(0))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(timestamp_with_time_zone_null("delivered_at"))
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
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX messages_once ON messages (event, recipient_index, channel)",
            "CREATE INDEX messages_due ON messages (priority, due_at) WHERE status = 'pending'",
            "CREATE INDEX messages_by_resident ON messages (resident_id, id)",
            "CREATE INDEX message_attempts_by_message ON message_attempts (message_id)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["message_attempts", "messages"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
