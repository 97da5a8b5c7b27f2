//! Self-service lockers: what lies in which compartment, and what was collected from one.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, integer_null, timestamp_with_time_zone, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("slip_compartments")
                    .col(uuid("slip_id").primary_key())
                    .col(uuid("locker_id"))
                    .col(integer("number"))
                    // Whoever laid it there answers for what the locker hands over.
                    .col(uuid("stored_by"))
                    .col(timestamp_with_time_zone("stored_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("slip_compartments", "slip_id")
                            .to("slips", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("slip_compartments", "locker_id")
                            .to("devices", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE UNIQUE INDEX slip_compartments_one ON slip_compartments (locker_id, number)")
            .await?;
        for column in [uuid_null("locker_id"), integer_null("compartment")] {
            manager
                .alter_table(Table::alter().table("slip_redemptions").add_column(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["compartment", "locker_id"] {
            manager
                .alter_table(Table::alter().table("slip_redemptions").drop_column(column).to_owned())
                .await?;
        }
        manager
            .drop_table(Table::drop().table("slip_compartments").to_owned())
            .await
    }
}
