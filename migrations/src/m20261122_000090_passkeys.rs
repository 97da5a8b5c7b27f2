//! Passkeys of residents, the questions that passkeys answer, and the fresh proofs that sensitive steps ask for.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, binary, string_len, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("passkeys")
                    .col(uuid("id").primary_key())
                    .col(uuid("resident_id"))
                    // What the authenticator calls it; one account for a passkey.
                    .col(binary("credential_id").unique_key())
                    // The public key as the authenticator gave it (COSE).
                    .col(binary("public_key"))
                    .col(big_integer("counter"))
                    // What its owner calls it, sealed.
                    .col(binary("name"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("passkeys", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("passkeys_of_resident")
                    .table("passkeys")
                    .col("resident_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("passkey_questions")
                    // The challenge itself is in the answer; its hash finds the question.
                    .col(binary("challenge_hash").primary_key())
                    // The browser or the session that may answer.
                    .col(binary("asker_hash"))
                    // What for; an answer to one thing is none to another.
                    .col(string_len("purpose", 40))
                    .col(timestamp_with_time_zone("asked_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("fresh_proofs")
                    .col(uuid("session_id"))
                    .col(string_len("step", 40))
                    .col(timestamp_with_time_zone("proven_at"))
                    .primary_key(Index::create().col("session_id").col("step"))
                    .to_owned(),
            )
            .await?;
        for (name, table, column) in [
            ("passkey_questions_by_age", "passkey_questions", "asked_at"),
            ("fresh_proofs_by_age", "fresh_proofs", "proven_at"),
        ] {
            manager
                .create_index(Index::create().name(name).table(table).col(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["fresh_proofs", "passkey_questions", "passkeys"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
