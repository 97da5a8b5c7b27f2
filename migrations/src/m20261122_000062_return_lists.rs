//! The signed lists of returned property (发还清单), filed with their cases. The document is encrypted.

use sea_orm_migration::{
    prelude::*,
    schema::{binary, string, timestamp_with_time_zone, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("case_return_lists")
                    .col(uuid("id").primary_key())
                    .col(uuid("case_id"))
                    .col(string("item_no"))
                    // What is collected once is filed once.
                    .col(uuid("slip_id").unique_key())
                    // To whom the property belongs.
                    .col(uuid("person_id"))
                    .col(binary("document"))
                    .col(timestamp_with_time_zone("filed_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_return_lists", "case_id")
                            .to("cases", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("case_return_lists", "person_id")
                            .to("persons", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX case_return_lists_by_case ON case_return_lists (case_id)")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("case_return_lists").to_owned())
            .await
    }
}
