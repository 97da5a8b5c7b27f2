//! Tickets that were taken with an ID number: one person holds one open ticket for a service.

use sea_orm_migration::{prelude::*, schema::binary_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("tickets")
                    .add_column(binary_null("holder_index"))
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX tickets_one_open_for_a_holder ON tickets (hall_id, day, service_id, holder_index) \
                 WHERE status IN ('waiting', 'called', 'serving', 'missed', 'parked')",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX tickets_one_open_for_a_holder")
            .await?;
        db.execute_unprepared("ALTER TABLE tickets DROP COLUMN holder_index")
            .await?;
        Ok(())
    }
}
