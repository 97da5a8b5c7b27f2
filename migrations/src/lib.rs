//! The database schema, as steps that can be taken forward and back.
//!
//! Each file is one change. A step never edits an earlier one. Unique keys and checks stand here and not only in the
//! server's rules: what must never happen is refused by the database itself.
#![allow(
    clippy::too_many_lines,
    reason = "a step is one statement after the other, and is read in one go"
)]

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

mod m20261122_000001_platform;
mod m20261122_000002_people;
mod m20261122_000003_sessions;
mod m20261122_000004_catalogue;
mod m20261122_000005_appointments;
mod m20261122_000006_queue;
mod m20261122_000007_messages;
mod m20261122_000020_strikes;
mod m20261122_000021_returns;
mod m20261122_000022_waitlist;
mod m20261122_000023_visits;
mod m20261122_000024_closures;
mod m20261122_000025_staff_counters;
mod m20261122_000030_upstream;
mod m20261122_000031_decisions;
mod m20261122_000032_payments;
mod m20261122_000033_reconciliation;
mod m20261122_000034_payment_alerts;
mod m20261122_000035_warnings;
mod m20261122_000036_payment_messages;
mod m20261122_000037_refund_requests;
mod m20261122_000040_devices;
mod m20261122_000041_holders;
mod m20261122_000042_arrangements;
mod m20261122_000043_write_backs;
mod m20261122_000050_slips;
mod m20261122_000051_lockers;
mod m20261122_000060_cases;
mod m20261122_000061_case_readers;
mod m20261122_000062_return_lists;
mod m20261122_000070_reminders;
mod m20261122_000071_audit_chain;
mod m20261122_000072_accounts;
mod m20261122_000073_field_keys;
mod m20261122_000080_wechat;
mod m20261122_000081_message_ways;
mod m20261122_000090_deployment_keys;
mod m20261122_000090_hall_groups;
mod m20261122_000090_passkeys;
mod m20261122_000095_wechat_numbers;
mod m20261122_000096_staff_care;
mod m20261128_000001_collective_bookings;
mod m20261128_000002_lookups;

/// Every step, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_platform::Migration),
            Box::new(m20261122_000002_people::Migration),
            Box::new(m20261122_000003_sessions::Migration),
            Box::new(m20261122_000004_catalogue::Migration),
            Box::new(m20261122_000005_appointments::Migration),
            Box::new(m20261122_000006_queue::Migration),
            Box::new(m20261122_000007_messages::Migration),
            Box::new(m20261122_000020_strikes::Migration),
            Box::new(m20261122_000021_returns::Migration),
            Box::new(m20261122_000022_waitlist::Migration),
            Box::new(m20261122_000023_visits::Migration),
            Box::new(m20261122_000024_closures::Migration),
            Box::new(m20261122_000025_staff_counters::Migration),
            Box::new(m20261122_000030_upstream::Migration),
            Box::new(m20261122_000031_decisions::Migration),
            Box::new(m20261122_000032_payments::Migration),
            Box::new(m20261122_000033_reconciliation::Migration),
            Box::new(m20261122_000034_payment_alerts::Migration),
            Box::new(m20261122_000035_warnings::Migration),
            Box::new(m20261122_000036_payment_messages::Migration),
            Box::new(m20261122_000037_refund_requests::Migration),
            Box::new(m20261122_000040_devices::Migration),
            Box::new(m20261122_000041_holders::Migration),
            Box::new(m20261122_000042_arrangements::Migration),
            Box::new(m20261122_000043_write_backs::Migration),
            Box::new(m20261122_000050_slips::Migration),
            Box::new(m20261122_000051_lockers::Migration),
            Box::new(m20261122_000060_cases::Migration),
            Box::new(m20261122_000061_case_readers::Migration),
            Box::new(m20261122_000062_return_lists::Migration),
            Box::new(m20261122_000070_reminders::Migration),
            Box::new(m20261122_000071_audit_chain::Migration),
            Box::new(m20261122_000072_accounts::Migration),
            Box::new(m20261122_000073_field_keys::Migration),
            Box::new(m20261122_000080_wechat::Migration),
            Box::new(m20261122_000081_message_ways::Migration),
            Box::new(m20261122_000090_deployment_keys::Migration),
            Box::new(m20261122_000095_wechat_numbers::Migration),
            Box::new(m20261122_000090_passkeys::Migration),
            Box::new(m20261122_000090_hall_groups::Migration),
            Box::new(m20261128_000001_collective_bookings::Migration),
            Box::new(m20261122_000096_staff_care::Migration),
            Box::new(m20261128_000002_lookups::Migration),
        ]
    }
}
