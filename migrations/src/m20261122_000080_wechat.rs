//! Accounts that a WeChat signs in to, and the questions to WeChat by which it does.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, binary_null, boolean, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("wechat_links")
                    // One WeChat for an account, and by the unique key below one account for a WeChat.
                    .col(uuid("resident_id").primary_key())
                    .col(binary("openid"))
                    .col(binary("openid_index").unique_key())
                    // Whether notices go there rather than by text.
                    .col(boolean("notices").default(false))
                    .col(timestamp_with_time_zone("since"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("wechat_links", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("wechat_questions")
                    // The `state`, which is good for one answer.
                    .col(uuid("id").primary_key())
                    // The browser that asked is known again by its cookie.
                    .col(binary("browser_hash"))
                    // Who answered, while no account is linked to them.
                    .col(binary_null("openid"))
                    .col(timestamp_with_time_zone("asked_at"))
                    .col(timestamp_with_time_zone_null("answered_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("wechat_questions_by_age")
                    .table("wechat_questions")
                    .col("asked_at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["wechat_questions", "wechat_links"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
