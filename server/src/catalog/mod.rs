//! The catalogue (事项目录): services, halls and the working calendar.
//!
//! It is read-mostly and small, so every instance holds it whole in memory ([`Catalogue`]) and reads it again when it was imported.

mod admin;
mod bureau;
mod calendar;
mod catalogue;
mod content;
mod entity;
mod groups;
mod halls;
mod import;
mod lists;
mod services;
mod snapshot;

use self::snapshot::{policy_of, schedule_of};
pub use self::{
    admin::timetable_entries,
    catalogue::Catalogue,
    content::{Schedule, Weekdays},
    groups::{arrange_group, found_group, lock_groups, move_service, return_service},
    import::{Imported, import},
    snapshot::{Counter, Hall, Service, ServiceGroup, Snapshot},
};

/// Mounts the paths of the catalogue.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(bureau::show_bureau)
        .service(services::list_services)
        .service(services::show_service)
        .service(halls::list_halls)
        .service(halls::show_hall)
        .service(halls::hall_services);
    admin::routes(config);
}
