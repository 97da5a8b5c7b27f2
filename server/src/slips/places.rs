//! What slips have to know of the bureau around them. `app.rs` gives it, because slips call neither the catalogue nor the queue.

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use shared::{
    identity::rules::PersonName,
    ids::{HallId, PersonId, SlipId, StaffId},
    language::Language,
    slips::{token::SlipKind, wire::Site},
    time::Instant,
};

use crate::platform::pdf::Drawing;

/// The halls of the bureau and who sits where.
#[async_trait]
pub trait Places: Send + Sync {
    /// A hall as a place to collect things.
    fn site(&self, hall: HallId, language: Language) -> Option<Site>;

    /// The hall with this code in the content files.
    fn hall_of_code(&self, code: &str) -> Option<HallId>;

    /// The number of the counter that a clerk has opened.
    async fn counter_of(&self, db: &DatabaseConnection, staff: StaffId) -> Result<Option<i32>, DbErr>;
}

/// Something that was collected, told in the transaction that records it.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The slip.
    pub slip: SlipId,
    /// What kind of thing it was.
    pub kind: SlipKind,
    /// What the slip was issued for.
    pub source: String,
    /// To whom it belongs.
    pub person: PersonId,
    /// When it was handed over.
    pub at: Instant,
    /// Where: the site's name.
    pub site: String,
    /// By whom.
    pub staff: StaffId,
    /// Who came in the owner's place.
    pub proxy: Option<PersonName>,
    /// What the recipient signed.
    pub signature: Option<Drawing>,
}

/// What follows when something was collected; the cases file their list of returned property there.
pub type OnCollected = for<'a> fn(
    &'a DatabaseTransaction,
    &'a crate::platform::Platform,
    &'a Collected,
) -> futures::future::BoxFuture<'a, Result<(), crate::problem::Failure>>;
