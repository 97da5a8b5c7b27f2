//! Groups of services as a hall arranges them: the bureau's by another name or letter, the hall's own, and services that it serves elsewhere.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, json_binary, string, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let own = Table::alter()
            .table("service_groups")
            .add_column(ColumnDef::new("hall_id").uuid().null())
            .to_owned();
        manager.alter_table(own).await?;
        manager
            .create_table(
                Table::create()
                    .table("hall_groups")
                    .col(uuid("hall_id"))
                    .col(uuid("group_id"))
                    .col(string("prefix"))
                    .col(json_binary("name"))
                    .col(boolean("active"))
                    .primary_key(Index::create().col("hall_id").col("group_id"))
                    .foreign_key(ForeignKey::create().from("hall_groups", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("hall_groups", "group_id")
                            .to("service_groups", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("hall_services")
                    .col(uuid("hall_id"))
                    .col(uuid("service_id"))
                    .col(uuid("group_id"))
                    .primary_key(Index::create().col("hall_id").col("service_id"))
                    .foreign_key(ForeignKey::create().from("hall_services", "hall_id").to("halls", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("hall_services", "service_id")
                            .to("services", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("hall_services", "group_id")
                            .to("service_groups", "id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["hall_services", "hall_groups"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        let own = Table::alter().table("service_groups").drop_column("hall_id").to_owned();
        manager.alter_table(own).await
    }
}
