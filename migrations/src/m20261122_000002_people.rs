//! Persons, residents, family ties and staff. Names, ID numbers and phones are encrypted; a keyed index finds them again.

use sea_orm_migration::{
    prelude::*,
    schema::{
        binary, binary_null, integer, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("persons")
                    .col(uuid("id").primary_key())
                    .col(binary("name"))
                    .col(binary("id_number"))
                    .col(binary("id_number_index").unique_key())
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("residents")
                    .col(uuid("id").primary_key())
                    .col(binary("phone"))
                    .col(binary("phone_index").unique_key())
                    .col(uuid_null("person_id"))
                    .col(string("language"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("residents", "person_id").to("persons", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .unique()
                    .name("residents_by_person")
                    .table("residents")
                    .col("person_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("family_members")
                    .col(uuid("resident_id"))
                    .col(uuid("person_id"))
                    .col(string("relation"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("resident_id").col("person_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("family_members", "resident_id")
                            .to("residents", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("family_members", "person_id")
                            .to("persons", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("staff")
                    .col(uuid("id").primary_key())
                    .col(string("username").unique_key())
                    .col(string("name"))
                    .col(string("role"))
                    .col(uuid_null("hall_id"))
                    .col(string("password_hash"))
                    .col(binary_null("totp_secret"))
                    // The time step of the last one-time code, so that none is taken twice.
                    .col(integer("failures").default(0))
                    .col(timestamp_with_time_zone_null("locked_until"))
                    .col(ColumnDef::new("last_totp_step").big_integer().not_null().default(0))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["staff", "family_members", "residents", "persons"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
