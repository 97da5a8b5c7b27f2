//! Tickets, counter sessions and the append-only log of what happened to each ticket.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, date, integer, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
        uuid_null,
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
                    .table("ticket_sequences")
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(date("day"))
                    .col(integer("last"))
                    .primary_key(Index::create().col("hall_id").col("group_id").col("day"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("counter_sessions")
                    .col(uuid("id").primary_key())
                    .col(uuid("counter_id"))
                    .col(uuid("hall_id"))
                    .col(uuid("staff_id"))
                    .col(timestamp_with_time_zone("opened_at"))
                    .col(timestamp_with_time_zone_null("closed_at"))
                    .col(boolean("paused").default(false))
                    // How many appointments were called in a row, for the fairness ratio.
                    .col(integer("streak").default(0))
                    .foreign_key(
                        ForeignKey::create()
                            .from("counter_sessions", "counter_id")
                            .to("counters", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("counter_sessions", "staff_id")
                            .to("staff", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("tickets")
                    .col(uuid("id").primary_key())
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(uuid("service_id"))
                    .col(date("day"))
                    .col(integer("sequence"))
                    .col(string("number"))
                    .col(uuid_null("appointment_id").unique_key())
                    .col(uuid_null("person_id"))
                    .col(uuid_null("resident_id"))
                    .col(string("status"))
                    .col(string_null("priority_reason"))
                    .col(timestamp_with_time_zone_null("window_starts_at"))
                    .col(timestamp_with_time_zone("entered_at"))
                    .col(integer("behind").default(0))
                    .col(integer("misses").default(0))
                    .col(uuid_null("session_id"))
                    .col(uuid_null("counter_id"))
                    .col(string_null("call_reason"))
                    .col(timestamp_with_time_zone_null("called_at"))
                    .col(timestamp_with_time_zone_null("served_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .foreign_key(ForeignKey::create().from("tickets", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("tickets", "group_id")
                            .to("service_groups", "id"),
                    )
                    .foreign_key(ForeignKey::create().from("tickets", "service_id").to("services", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("tickets", "appointment_id")
                            .to("appointments", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("tickets", "session_id")
                            .to("counter_sessions", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("queue_events")
                    .col(uuid("id").primary_key())
                    .col(uuid("ticket_id"))
                    .col(string("action"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("staff_id"))
                    .col(uuid_null("counter_id"))
                    .col(string_null("reason"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("queue_events", "ticket_id")
                            .to("tickets", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX tickets_by_number ON tickets (hall_id, day, number)",
            "CREATE UNIQUE INDEX tickets_one_open ON tickets (session_id) WHERE status IN ('called', 'serving')",
            "CREATE INDEX tickets_in_hall ON tickets (hall_id, day, status)",
            "CREATE INDEX tickets_finished ON tickets (hall_id, service_id, finished_at)",
            "CREATE UNIQUE INDEX counter_sessions_one_per_counter ON counter_sessions (counter_id) WHERE closed_at IS NULL",
            "CREATE UNIQUE INDEX counter_sessions_one_per_clerk ON counter_sessions (staff_id) WHERE closed_at IS NULL",
            "CREATE INDEX queue_events_by_ticket ON queue_events (ticket_id, at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["queue_events", "tickets", "counter_sessions", "ticket_sequences"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
