//! No-show strikes. An appointment has at most one; what the resident says against it is encrypted.

use sea_orm_migration::{
    prelude::*,
    schema::{
        binary_null, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("strikes")
                    .col(uuid("id").primary_key())
                    .col(uuid("appointment_id").unique_key())
                    .col(uuid("hall_id"))
                    .col(uuid("person_id"))
                    .col(uuid("resident_id"))
                    .col(string("kind"))
                    .col(string("status"))
                    .col(timestamp_with_time_zone("at"))
                    .col(binary_null("appeal"))
                    .col(timestamp_with_time_zone_null("appealed_at"))
                    .col(uuid_null("decided_by"))
                    .col(timestamp_with_time_zone_null("decided_at"))
                    .col(string_null("reason"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("strikes", "appointment_id")
                            .to("appointments", "id"),
                    )
                    .foreign_key(ForeignKey::create().from("strikes", "hall_id").to("halls", "id"))
                    .foreign_key(ForeignKey::create().from("strikes", "person_id").to("persons", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("strikes", "resident_id")
                            .to("residents", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE INDEX strikes_by_person ON strikes (person_id, at)",
            "CREATE INDEX strikes_by_resident ON strikes (resident_id, at)",
            "CREATE INDEX strikes_appealed ON strikes (hall_id, appealed_at) WHERE status = 'appealed'",
            "CREATE INDEX appointments_confirmed ON appointments (day) WHERE status = 'confirmed'",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP INDEX appointments_confirmed")
            .await?;
        for table in ["strikes"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
