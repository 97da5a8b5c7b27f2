//! What happens to slips by itself: storage ends, letters of attorney end, and the next key signs.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{
    slips::rules::{Action, RevokedFor, SlipStatus, StoragePolicy},
    time::Instant,
};

use super::{
    entity::{proxy, slip},
    ready::renew,
    ring,
    service::Slips,
    store, texts,
};
use crate::{notify, problem::Failure};

/// How many slips are dealt with at once.
const AT_ONCE: u64 = 200;

impl Slips {
    /// Does what is due. Every instance does it; the guards let one of them count.
    pub async fn upkeep(&self, now: Instant) -> Result<(), Failure> {
        self.end_letters(now).await?;
        self.end_storage(now).await?;
        self.remind(now).await?;
        self.rotate_key(now, false).await
    }

    /// Lets the next key sign, if it is time or at once. Slips that were signed before stay valid.
    pub async fn rotate_key(&self, now: Instant, at_once: bool) -> Result<(), Failure> {
        let transaction = self.platform.db.begin().await?;
        ring::rotate(&transaction, now, at_once).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn end_letters(&self, now: Instant) -> Result<(), Failure> {
        let ended = proxy::Entity::find()
            .filter(proxy::Column::EndedAt.is_null())
            .filter(proxy::Column::Until.lte(now))
            .order_by_asc(proxy::Column::Until)
            .limit(AT_ONCE)
            .all(self.platform.db.reader())
            .await?;
        for letter in ended {
            let transaction = self.platform.db.begin().await?;
            let row = store::slip(&transaction, letter.slip_id.into()).await?;
            // Another instance may have been faster.
            if !store::end_proxy(&transaction, letter.id, now).await? {
                continue;
            }
            if row.after(Action::Entrust).is_ok() {
                let (action, reason) = (Action::Entrust, RevokedFor::ProxyEnded);
                let row = renew(self, &transaction, &row, action, reason, |change| change, now).await?;
                let phone = letter.opened_phone(&self.platform.keys)?;
                let told = texts::proxy_ended(self, &row, phone);
                notify::enqueue(&transaction, &self.platform, now, told).await?;
            }
            transaction.commit().await?;
            notify::wake(&self.platform);
        }
        Ok(())
    }

    /// Reminds of the end of storage, each time once. Whoever is late for the first reminder gets the second only.
    async fn remind(&self, now: Instant) -> Result<(), Failure> {
        let policy = StoragePolicy::default();
        let [first, second] = policy.reminded_before;
        for (sent, days_before) in [(2, second), (1, first)] {
            let due = slip::Entity::find()
                .filter(slip::Column::Status.eq(SlipStatus::Ready.as_str()))
                .filter(slip::Column::KeptUntil.gt(now))
                .filter(slip::Column::KeptUntil.lte(policy.reminded_now(days_before, now)))
                .filter(slip::Column::Reminders.lt(sent))
                .order_by_asc(slip::Column::KeptUntil)
                .limit(AT_ONCE)
                .all(self.platform.db.reader())
                .await?;
            for row in due {
                let transaction = self.platform.db.begin().await?;
                let counted = store::change(&row, SlipStatus::Ready, now)
                    .col_expr(slip::Column::Reminders, Expr::value(sent))
                    .filter(slip::Column::Reminders.lt(sent))
                    .exec(&transaction)
                    .await?;
                if counted.rows_affected == 1 {
                    let row = slip::Model { reminders: sent, ..row };
                    notify::enqueue(&transaction, &self.platform, now, texts::expiring(self, &row)).await?;
                }
                transaction.commit().await?;
            }
        }
        notify::wake(&self.platform);
        Ok(())
    }

    async fn end_storage(&self, now: Instant) -> Result<(), Failure> {
        let due = slip::Entity::find()
            .filter(slip::Column::Status.eq(SlipStatus::Ready.as_str()))
            .filter(slip::Column::KeptUntil.lte(now))
            .order_by_asc(slip::Column::KeptUntil)
            .limit(AT_ONCE)
            .all(self.platform.db.reader())
            .await?;
        for row in due {
            let transaction = self.platform.db.begin().await?;
            let (action, reason) = (Action::Lapse, RevokedFor::Lapsed);
            match renew(self, &transaction, &row, action, reason, |change| change, now).await {
                Ok(_) => transaction.commit().await?,
                // Another instance was faster, or it was collected at the last moment.
                Err(Failure::Rejected(_)) => transaction.rollback().await?,
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}
