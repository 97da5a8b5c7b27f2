//! Attempts to pay, the ledger, refunds, receipts, exceptions, and what is to be told to the systems outside.
//!
//! "At most one effective payment per decision" and "at most one open order" are unique keys here, not only rules of the server.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, date, date_null, integer, json_binary, string, string_null, text_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(payments()).await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_entries")
                    .col(uuid("id").primary_key())
                    .col(uuid("payment_id"))
                    // `payment` or `refund`.
                    .col(string("kind"))
                    // WeChat's number of the payment, or our number of the refund.
                    .col(string("reference"))
                    .col(big_integer("amount_fen"))
                    .col(date("day"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("ledger_entries", "payment_id")
                            .to("payments", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager.create_table(refunds()).await?;
        manager
            .create_table(
                Table::create()
                    .table("receipts")
                    .col(uuid("payment_id").primary_key())
                    .col(string("status"))
                    .col(string_null("code"))
                    .col(string_null("number"))
                    .col(string_null("check_code"))
                    .col(string_null("payment_code"))
                    .col(timestamp_with_time_zone_null("issued_at"))
                    .foreign_key(ForeignKey::create().from("receipts", "payment_id").to("payments", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("payment_exceptions")
                    .col(uuid("id").primary_key())
                    .col(uuid("payment_id"))
                    .col(string("kind"))
                    // What was told, without personal data.
                    .col(json_binary("detail"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("payment_exceptions", "payment_id")
                            .to("payments", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("outside_tasks")
                    .col(uuid("id").primary_key())
                    .col(string("kind"))
                    // What it is about: a payment, a refund or a record.
                    .col(uuid("subject_id"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(timestamp_with_time_zone_null("leased_until"))
                    .col(big_integer("fence").default(0))
                    .col(integer("attempts").default(0))
                    .col(text_null("failure"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX payments_one_effective ON payments (decision_id) WHERE status = 'paid'",
            "CREATE UNIQUE INDEX payments_one_open ON payments (decision_id) \
             WHERE status IN ('preparing', 'awaiting_payment', 'unknown')",
            "CREATE UNIQUE INDEX payments_transaction ON payments (transaction_id) WHERE transaction_id IS NOT NULL",
            "CREATE INDEX payments_by_decision ON payments (decision_id, id)",
            "CREATE INDEX payments_to_ask ON payments (ask_at) WHERE status IN ('preparing', 'awaiting_payment', 'unknown')",
            "CREATE UNIQUE INDEX ledger_entries_once ON ledger_entries (kind, reference)",
            "CREATE INDEX ledger_entries_by_day ON ledger_entries (day)",
            "CREATE UNIQUE INDEX refunds_one_live ON refunds (payment_id) WHERE status IN ('pending', 'processing', 'success')",
            "CREATE UNIQUE INDEX payment_exceptions_once ON payment_exceptions (payment_id, kind)",
            "CREATE UNIQUE INDEX outside_tasks_once ON outside_tasks (kind, subject_id)",
            "CREATE INDEX outside_tasks_due ON outside_tasks (due_at) WHERE status = 'pending'",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "outside_tasks",
            "payment_exceptions",
            "receipts",
            "refunds",
            "ledger_entries",
            "payments",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn payments() -> TableCreateStatement {
    Table::create()
        .table("payments")
        .col(uuid("id").primary_key())
        .col(uuid("decision_id"))
        .col(uuid("resident_id"))
        .col(string("channel"))
        .col(string("out_trade_no").unique_key())
        .col(big_integer("amount_fen"))
        // The day whose amount it is; the order never outlives it.
        .col(date("quoted_on"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(string("status"))
        // The request as it was sent, sealed: to enter again it must not differ in a byte.
        .col(binary("request"))
        .col(string_null("prepay_id"))
        .col(string_null("url"))
        .col(timestamp_with_time_zone_null("ask_at"))
        .col(integer("asked").default(0))
        // When the payer's page said that it was paid; WeChat's word decides.
        .col(timestamp_with_time_zone_null("claimed_at"))
        .col(string_null("transaction_id"))
        .col(timestamp_with_time_zone_null("paid_at"))
        .col(string_null("source"))
        // The day on which the treasury has the money, by the fiscal system's file.
        .col(date_null("settled_on"))
        .col(timestamp_with_time_zone_null("booked_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("payments", "decision_id")
                .to("decisions", "id"),
        )
        .to_owned()
}

fn refunds() -> TableCreateStatement {
    Table::create()
        .table("refunds")
        .col(uuid("id").primary_key())
        .col(uuid("payment_id"))
        .col(string("out_refund_no").unique_key())
        .col(big_integer("amount_fen"))
        .col(string("reason"))
        // `wechat`, or `treasury` once the money was settled.
        .col(string("route"))
        .col(string("status"))
        // The closed one that this one replaces.
        .col(uuid_null("replaces"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("done_at"))
        .foreign_key(ForeignKey::create().from("refunds", "payment_id").to("payments", "id"))
        .to_owned()
}
