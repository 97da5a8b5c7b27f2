//! The bureau as slips know it, halls from the catalogue and counters from the queue; and the slip that follows from a served appointment.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use shared::{
    catalog::wire::OpeningHours,
    ids::{AppointmentId, HallId, StaffId},
    language::Language,
    slips::{token::SlipKind, wire::Site},
    time::Instant,
};

use crate::{
    appointments,
    catalog::Catalogue,
    problem::Failure,
    queue::{self, OnServed},
    slips::{NewSlip, Places, Slips},
};

/// The halls and the counters of this bureau.
pub struct Bureau(pub Catalogue);

#[async_trait]
impl Places for Bureau {
    fn site(&self, hall: HallId, language: Language) -> Option<Site> {
        let snapshot = self.0.now();
        let hall = snapshot.hall(hall)?;
        Some(Site {
            id: hall.id,
            name: hall.content.name.in_language(language).to_owned(),
            address: hall.content.address.in_language(language).to_owned(),
            phone: hall.content.phone.clone(),
            hours: hall
                .content
                .hours
                .iter()
                .map(|hours| OpeningHours {
                    days: hours.days.clone(),
                    from: hours.from.clone(),
                    to: hours.to.clone(),
                })
                .collect(),
        })
    }

    fn hall_of_code(&self, code: &str) -> Option<HallId> {
        let snapshot = self.0.now();
        let hall = snapshot.halls().iter().find(|hall| hall.content.code == code)?;
        Some(hall.id)
    }

    async fn counter_of(&self, db: &DatabaseConnection, staff: StaffId) -> Result<Option<i32>, DbErr> {
        let counter = queue::counter_of(db, staff).await?;
        Ok(counter.and_then(|id| self.0.now().counter(id).map(|counter| counter.number)))
    }
}

/// What follows when an appointment's ticket is served: it is fulfilled, and what is collected later has a slip.
pub fn on_served(catalogue: &Catalogue, slips: &Arc<Slips>) -> OnServed {
    let (catalogue, slips) = (catalogue.clone(), Arc::clone(slips));
    Arc::new(move |db, id, now| Box::pin(served(catalogue.clone(), Arc::clone(&slips), db, id, now)))
}

async fn served(
    catalogue: Catalogue,
    slips: Arc<Slips>,
    db: &DatabaseTransaction,
    id: AppointmentId,
    now: Instant,
) -> Result<(), Failure> {
    let Some(fulfilled) = appointments::fulfil(db, id, now).await? else {
        return Ok(());
    };
    let snapshot = catalogue.now();
    let document = snapshot
        .service(fulfilled.service)
        .and_then(|service| service.content.document.clone());
    let Some(item) = document else { return Ok(()) };
    let reference = id.0.simple().to_string();
    let new = NewSlip {
        source: format!("appointment/{id}"),
        kind: SlipKind::Document,
        person: fulfilled.person,
        resident: Some(fulfilled.resident),
        hall: fulfilled.hall,
        item,
        // Eight random letters tell the things of one site apart.
        reference: reference.get(24..).unwrap_or_default().to_uppercase(),
        is_there: false,
        collect_by: None,
        is_told: false,
        by: None,
    };
    slips.issue(db, new, now).await.map(drop)
}
