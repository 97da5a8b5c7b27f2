//! Self-service lockers: a kind of device, what lies in which compartment, and what was collected from one.

use sea_orm_migration::{
    prelude::*,
    schema::{
        binary, integer, integer_null, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: &str = "id, hall_id, kind, name, key_hash, created_by, created_at, paired_at, revoked_at";

/// Gives the table of devices another list of kinds: it is written anew, since SQLite changes no constraint.
async fn admit(manager: &SchemaManager<'_>, kinds: &str) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("devices_anew")
                .col(uuid("id").primary_key())
                .col(uuid("hall_id"))
                .col(string("kind"))
                .col(string("name"))
                .col(binary("key_hash").unique_key())
                // Absent for the devices of the demonstration bureau, which nobody registered.
                .col(uuid_null("created_by"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("paired_at"))
                .col(timestamp_with_time_zone_null("revoked_at"))
                .foreign_key(ForeignKey::create().from("devices_anew", "hall_id").to("halls", "id"))
                .foreign_key(
                    ForeignKey::create()
                        .from("devices_anew", "created_by")
                        .to("staff", "id"),
                )
                .check(Expr::cust(format!("kind IN ({kinds})")))
                .to_owned(),
        )
        .await?;
    let db = manager.get_connection();
    db.execute_unprepared(&format!(
        "INSERT INTO devices_anew ({COLUMNS}) SELECT {COLUMNS} FROM devices"
    ))
    .await?;
    manager.drop_table(Table::drop().table("devices").to_owned()).await?;
    db.execute_unprepared("ALTER TABLE devices_anew RENAME TO devices")
        .await?;
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        admit(manager, "'board', 'kiosk', 'locker'").await?;
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
            .await?;
        manager
            .get_connection()
            .execute_unprepared("DELETE FROM devices WHERE kind = 'locker'")
            .await?;
        admit(manager, "'board', 'kiosk'").await
    }
}
