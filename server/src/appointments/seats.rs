//! The seat writer: takes seats in groups, one commit a group.
//!
//! While a commit is under way, requests gather; the next group takes them all. One statement locks the windows in the order of their
//! ids, one inserts the appointments, one counts the seats, and each requester is answered after the commit that holds its seat.
//! A request that cannot have its seat fails alone. What keeps a seat from being sold twice is in the database: the row locks, the
//! `CHECK` on the window and the unique key on the active appointment. Several instances have a writer each.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use moka::{future::Cache, sync::Cache as SyncCache};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, Iterable, QueryFilter,
    sea_query::{CaseStatement, Expr, OnConflict},
};
use shared::{
    appointments::rules::{MOST_ACTIVE, SeatError},
    ids::{HallId, WindowId},
    time::Instant,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    entity::{appointment, window},
    reclaim::reclaim,
    store::{self, WindowFacts},
    strikes,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity,
    notify::{self, Message},
    platform::{
        Platform,
        bus::{Event, Heard},
        db,
        idempotency::{self, Remembered},
    },
    problem::Failure,
};

/// The most requests of one group.
const GROUP: usize = 128;
/// How many requests may wait before further ones are turned away.
const WAITING: usize = 4096;
/// How often a group is tried again after a deadlock or a like passing failure.
const TRIES: u32 = 5;
/// How long a window that was found full is refused without asking the database.
const FULL_NOTE: Duration = Duration::from_millis(500);

/// A seat that is wanted.
pub struct SeatRequest {
    /// The appointment or hold, complete.
    pub row: appointment::Model,
    /// The answer to remember with it.
    pub remembered: Option<Remembered>,
    /// The text to send with it.
    pub message: Option<Message>,
}

type Verdict = Result<(), SeatError>;

struct Pending {
    request: SeatRequest,
    answer: oneshot::Sender<Result<Verdict, Failure>>,
}

/// Takes seats, and remembers what never changes about windows.
pub struct Seats {
    queue: mpsc::Sender<Pending>,
    facts: Cache<WindowId, Option<WindowFacts>>,
    full: SyncCache<WindowId, ()>,
}

impl Seats {
    /// Starts the writer of this instance. It ends when the last handle is dropped, after what it has accepted is written.
    pub fn start(platform: &Platform, catalogue: &Catalogue) -> Arc<Self> {
        let (queue, waiting) = mpsc::channel(WAITING);
        let full: SyncCache<WindowId, ()> = SyncCache::builder()
            .max_capacity(100_000)
            .time_to_live(FULL_NOTE)
            .support_invalidation_closures()
            .build();
        tokio::spawn(forget_full(platform.clone(), full.clone()));
        tokio::spawn(write(platform.clone(), catalogue.clone(), waiting));
        Arc::new(Self {
            queue,
            facts: Cache::builder().max_capacity(200_000).build(),
            full,
        })
    }

    /// What never changes about a window.
    pub async fn facts(&self, platform: &Platform, id: WindowId) -> Result<Option<WindowFacts>, Failure> {
        if let Some(known) = self.facts.get(&id).await {
            return Ok(known);
        }
        let facts = store::window(platform.db.reader(), id).await?;
        // A window that does not exist yet may be published later.
        if facts.is_some() {
            self.facts.insert(id, facts).await;
        }
        Ok(facts)
    }

    /// Takes a seat, or tells why not.
    pub async fn take(&self, request: SeatRequest) -> Result<Verdict, Failure> {
        let window = WindowId(request.row.window_id);
        if self.full.contains_key(&window) {
            return Ok(Err(SeatError::WindowFull));
        }
        let (answer, verdict) = oneshot::channel();
        self.queue
            .try_send(Pending { request, answer })
            .map_err(|_busy_or_stopping| Failure::from(&shared::problem::UNAVAILABLE))?;
        let verdict = verdict
            .await
            .map_err(|_gone| Failure::from(&shared::problem::UNAVAILABLE))??;
        if verdict == Err(SeatError::WindowFull) {
            self.full.insert(window, ());
        }
        Ok(verdict)
    }
}

/// A seat that was given back makes the notes of its hall's windows stale; they are few, so all are dropped.
async fn forget_full(platform: Platform, full: SyncCache<WindowId, ()>) {
    let mut events = platform.bus.listen();
    drop(platform);
    while let Some(heard) = events.next().await {
        if matches!(heard, Heard::Event(Event::SeatsReturned(_)) | Heard::Missed) {
            full.invalidate_all();
        }
    }
}

async fn write(platform: Platform, catalogue: Catalogue, mut waiting: mpsc::Receiver<Pending>) {
    while let Some(first) = waiting.recv().await {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        metrics::histogram!("bianmin_seat_group_size").record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        answer(&platform, &catalogue.now(), group).await;
    }
}

async fn answer(platform: &Platform, catalogue: &Snapshot, mut group: Vec<Pending>) {
    let now = platform.clock.now();
    let verdicts = match take_group(platform, catalogue, &mut group, now).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                seats = group.len(),
                "a group of seats was not written"
            );
            for pending in group {
                // Whoever has hung up does not wait for an answer.
                let _gone = pending.answer.send(Err(Failure::from(&shared::problem::UNAVAILABLE)));
            }
            return;
        }
    };
    let halls: HashSet<HallId> = group.iter().map(|pending| pending.request.row.hall_id.into()).collect();
    if verdicts.iter().any(Result::is_ok) {
        for hall in halls {
            platform.bus.publish(Event::Seats(hall));
        }
        notify::wake(platform);
    }
    for (pending, verdict) in group.into_iter().zip(verdicts) {
        let _gone = pending.answer.send(Ok(verdict));
    }
}

/// Takes the seats of a group; when some are refused, reclaims expired holds and tries those once more.
async fn take_group(
    platform: &Platform,
    catalogue: &Snapshot,
    group: &mut [Pending],
    now: Instant,
) -> anyhow::Result<Vec<Verdict>> {
    let all: Vec<usize> = (0..group.len()).collect();
    let mut verdicts: Vec<Verdict> = vec![Ok(()); group.len()];
    judge(platform, catalogue, group, &all, &mut verdicts, now).await?;
    let refused: Vec<usize> = verdicts
        .iter()
        .enumerate()
        .filter(|(_, verdict)| verdict.is_err())
        .map(|(at, _)| at)
        .collect();
    if !refused.is_empty() && reclaim(platform, catalogue, now).await? > 0 {
        judge(platform, catalogue, group, &refused, &mut verdicts, now).await?;
    }
    Ok(verdicts)
}

async fn judge(
    platform: &Platform,
    catalogue: &Snapshot,
    group: &mut [Pending],
    which: &[usize],
    verdicts: &mut [Verdict],
    now: Instant,
) -> anyhow::Result<()> {
    let mut tries = 0;
    let judged = loop {
        match try_group(platform, catalogue, group, which, now).await {
            Ok(judged) => break judged,
            Err(error) if tries < TRIES && db::is_passing(&error) => tries += 1,
            Err(error) => return Err(error.into()),
        }
    };
    for (at, verdict) in judged {
        if let Some(slot) = verdicts.get_mut(at) {
            *slot = verdict;
        }
    }
    Ok(())
}

async fn try_group(
    platform: &Platform,
    catalogue: &Snapshot,
    group: &[Pending],
    which: &[usize],
    now: Instant,
) -> Result<Vec<(usize, Verdict)>, DbErr> {
    let rows: Vec<(usize, &SeatRequest)> = which
        .iter()
        .filter_map(|at| Some((*at, &group.get(*at)?.request)))
        .collect();
    let transaction = platform.db.begin().await?;
    let mut free = store::lock_windows(&transaction, rows.iter().map(|(_, request)| request.row.window_id)).await?;

    // Windows first, then persons, each in the order of their ids: so no two transactions wait for each other.
    let persons: HashSet<Uuid> = rows.iter().map(|(_, request)| request.row.person_id).collect();
    identity::lock_persons(&transaction, persons.iter().copied()).await?;
    let mut active = store::active_of(&transaction, persons.iter().copied(), now).await?;
    let policy = catalogue.booking_rules().strikes();
    let restricted = strikes::restrictions(&transaction, persons, &policy, now).await?;

    let mut verdicts = Vec::with_capacity(rows.len());
    let mut granted: Vec<(usize, &SeatRequest)> = Vec::new();
    for (at, request) in rows {
        let row = &request.row;
        let seats = free.entry(row.window_id).or_default();
        let booked = active.entry(row.person_id).or_default();
        if let Some(restriction) = restricted.get(&row.person_id) {
            verdicts.push((at, Err(SeatError::Restricted(*restriction))));
        } else if booked.contains(&(row.service_id, row.day)) {
            verdicts.push((at, Err(SeatError::AlreadyBooked)));
        } else if booked.len() >= MOST_ACTIVE {
            verdicts.push((at, Err(SeatError::TooMany)));
        } else if *seats <= 0 {
            verdicts.push((at, Err(SeatError::WindowFull)));
        } else {
            *seats -= 1;
            booked.insert((row.service_id, row.day));
            granted.push((at, request));
        }
    }
    let inserted = insert(&transaction, granted.iter().map(|(_, request)| request.row.clone())).await?;
    let mut taken: BTreeMap<Uuid, i32> = BTreeMap::new();
    let (mut remembered, mut messages) = (Vec::new(), Vec::new());
    for (at, request) in granted {
        if inserted.contains(&request.row.id) {
            *taken.entry(request.row.window_id).or_default() += 1;
            remembered.extend(request.remembered.clone());
            messages.extend(request.message.clone());
            verdicts.push((at, Ok(())));
        } else {
            verdicts.push((at, Err(SeatError::AlreadyBooked)));
        }
    }
    if taken.is_empty() {
        transaction.rollback().await?;
        return Ok(verdicts);
    }
    count_taken(&transaction, &taken).await?;
    idempotency::store_new(&transaction, remembered).await?;
    notify::enqueue(&transaction, platform, now, messages)
        .await
        .map_err(|failure| DbErr::Custom(format!("a booking's text cannot be written: {failure}")))?;
    transaction.commit().await?;
    Ok(verdicts)
}

/// Inserts appointments, and tells which were: the others met the unique key of the active appointment.
pub async fn insert(
    db: &impl ConnectionTrait,
    rows: impl Iterator<Item = appointment::Model>,
) -> Result<HashSet<Uuid>, DbErr> {
    let mut insert = sea_orm::sea_query::Query::insert();
    insert
        .into_table(appointment::Entity)
        .columns(appointment::Column::iter())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning_col(appointment::Column::Id);
    let mut any = false;
    for row in rows {
        any = true;
        insert.values_panic([
            row.id.into(),
            row.window_id.into(),
            row.hall_id.into(),
            row.service_id.into(),
            row.person_id.into(),
            row.resident_id.into(),
            row.day.into(),
            row.code.into(),
            row.status.into(),
            row.hold_expires_at.into(),
            row.created_at.into(),
            row.changed_at.into(),
            row.ticket_id.into(),
            row.remind_at.into(),
        ]);
    }
    if !any {
        return Ok(HashSet::new());
    }
    let inserted = db.query_all(&insert).await?;
    inserted.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Counts seats as taken, guarded once more in the write.
pub async fn count_taken(db: &impl ConnectionTrait, taken: &BTreeMap<Uuid, i32>) -> Result<(), DbErr> {
    let more = || {
        taken
            .iter()
            .fold(CaseStatement::new(), |case, (id, seats)| {
                case.case(window::Column::Id.eq(*id), *seats)
            })
            .finally(0)
    };
    let counted = window::Entity::update_many()
        .col_expr(
            window::Column::OnlineTaken,
            Expr::col(window::Column::OnlineTaken).add(more()),
        )
        .filter(window::Column::Id.is_in(taken.keys().copied()))
        .filter(
            Expr::col(window::Column::OnlineTaken)
                .add(more())
                .lte(Expr::col(window::Column::OnlineQuota)),
        )
        .exec(db)
        .await?;
    if counted.rows_affected == taken.len() as u64 {
        Ok(())
    } else {
        Err(DbErr::Custom("a window lost seats while it was locked".into()))
    }
}
