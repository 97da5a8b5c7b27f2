//! A hall's queue at one time: who is called, who waits in which order, and how long.

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use shared::{
    ids::{CounterId, GroupId, HallId, PersonId, ServiceId, TicketId},
    language::Language,
    queue::{
        estimate::{OpenCounter, Pace, Queued, WaitRange, estimate},
        order::{OrderPolicy, Reason, order},
        rules::{TicketStatus, actions},
        tide::Load,
        wire::{Board, BoardCall, BoardGroup, ClerkTicket, CounterPlace, Ticket},
    },
    time::{Instant, day_of},
};

use super::{
    call_next::BETWEEN_CALLS,
    entity::{counter_session, ticket},
    store,
};
use crate::{catalog::Snapshot, identity, platform::Platform, problem::Failure};

/// A hall's queue.
pub struct HallState {
    hall: HallId,
    /// Every ticket with which something may still happen.
    tickets: HashMap<TicketId, Standing>,
    /// The waiting tickets in the order in which they will be called.
    waiting: Vec<TicketId>,
    sessions: Vec<counter_session::Model>,
    names: HashMap<PersonId, String>,
}

/// A ticket and its place.
struct Standing {
    row: ticket::Model,
    ahead: Option<u32>,
    wait: Option<WaitRange>,
}

impl HallState {
    /// Reads a hall.
    pub async fn load(
        db: &impl ConnectionTrait,
        platform: &Platform,
        catalogue: &Snapshot,
        hall: HallId,
        now: Instant,
    ) -> Result<Self, Failure> {
        let rows = store::live_tickets(db, hall, day_of(now)).await?;
        let sessions = store::sessions_in(db, hall).await?;
        let paces = paces(&store::latest_durations(db, hall).await?);
        let names =
            identity::persons_names(db, platform, rows.iter().filter_map(|row| row.person_id.map(PersonId))).await?;

        let callable: Vec<&ticket::Model> = rows
            .iter()
            .filter(|row| row.status().is_ok_and(TicketStatus::is_callable))
            .collect();
        let pace_of = |row: &ticket::Model| {
            let service = ServiceId(row.service_id);
            let minutes = catalogue
                .service(service)
                .map_or(10, |service| i64::from(service.content.minutes));
            paces.get(&service).copied().unwrap_or(Pace::from_minutes(minutes))
        };
        let counters = open_counters(&sessions, &rows, catalogue, &pace_of, now);
        let candidates: Vec<_> = callable.iter().map(|row| row.candidate()).collect();
        let between_calls = TimeDelta::seconds(600 / i64::try_from(counters.len()).unwrap_or(1).max(1));
        let turns = order(&candidates, now, 0, OrderPolicy::default(), between_calls);
        let waiting: Vec<TicketId> = turns.iter().map(|turn| turn.ticket).collect();
        let by_id: HashMap<TicketId, &ticket::Model> = callable.iter().map(|row| (row.id.into(), *row)).collect();
        let queue: Vec<Queued> = waiting
            .iter()
            .filter_map(|id| by_id.get(id))
            .map(|row| Queued {
                ticket: row.id.into(),
                group: row.group_id.into(),
                pace: pace_of(row),
            })
            .collect();
        let waits = estimate(&queue, &counters, now);

        let mut ahead_in_group: HashMap<GroupId, u32> = HashMap::new();
        let mut places = HashMap::new();
        for (queued, wait) in queue.iter().zip(waits) {
            let ahead = ahead_in_group.entry(queued.group).or_default();
            places.insert(queued.ticket, (*ahead, wait));
            *ahead += 1;
        }
        let tickets = rows
            .into_iter()
            .map(|row| {
                let id = TicketId(row.id);
                let place = places.get(&id);
                let standing = Standing {
                    row,
                    ahead: place.map(|(ahead, _)| *ahead),
                    wait: place.and_then(|(_, wait)| *wait),
                };
                (id, standing)
            })
            .collect();
        Ok(Self {
            hall,
            tickets,
            waiting,
            sessions,
            names,
        })
    }

    /// A ticket as its holder sees it; nothing once it is over.
    pub fn ticket(&self, id: TicketId, catalogue: &Snapshot, language: Language) -> Option<Ticket> {
        let standing = self.tickets.get(&id)?;
        let view = ticket_view(&standing.row, catalogue, language).ok()?;
        Some(Ticket {
            ahead: standing.ahead,
            wait_minutes: standing.wait,
            ..view
        })
    }

    /// The tickets that wait for some groups, in the order in which they will be called.
    pub fn waiting_for(&self, groups: &[GroupId]) -> impl Iterator<Item = &ticket::Model> {
        self.waiting
            .iter()
            .filter_map(|id| self.tickets.get(id))
            .map(|standing| &standing.row)
            .filter(move |row| groups.contains(&row.group_id.into()))
    }

    /// What a counter has before it: who waits for its groups, in the order in which it will call them and with the reason for each,
    /// and then who was put aside.
    pub fn line_of(
        &self,
        counter: CounterId,
        groups: &[GroupId],
        now: Instant,
    ) -> impl Iterator<Item = (&ticket::Model, Option<Reason>)> {
        let session = self.sessions.iter().find(|session| session.counter_id == counter.0);
        let streak = session.map_or(0, |session| session.streak);
        let candidates: Vec<_> = self.waiting_for(groups).map(ticket::Model::candidate).collect();
        let turns = order(&candidates, now, streak, OrderPolicy::default(), BETWEEN_CALLS);
        let mut aside: Vec<&ticket::Model> = self
            .tickets
            .values()
            .map(|standing| &standing.row)
            .filter(|row| groups.contains(&row.group_id.into()))
            .filter(|row| row.status().is_ok_and(|status| status == TicketStatus::Parked))
            .collect();
        aside.sort_by(|a, b| a.number.cmp(&b.number));
        turns
            .into_iter()
            .filter_map(|turn| Some((&self.tickets.get(&turn.ticket)?.row, Some(turn.reason))))
            .chain(aside.into_iter().map(|row| (row, None)))
    }

    /// A ticket as a clerk sees it.
    pub fn clerk_ticket(
        &self,
        row: &ticket::Model,
        catalogue: &Snapshot,
        language: Language,
    ) -> Result<ClerkTicket, Failure> {
        clerk_view(
            row,
            row.person_id.and_then(|person| self.names.get(&person.into())).cloned(),
            catalogue,
            language,
        )
    }

    /// How each group that the hall serves stands.
    pub fn loads(&self, catalogue: &Snapshot, groups: &[GroupId]) -> Vec<(GroupId, Load)> {
        let load = |group: GroupId| Load {
            waiting: count(self.waiting_for(&[group])),
            counters: count(self.sessions.iter().filter(|session| serves(session, group, catalogue))),
            longest_wait: self
                .waiting_for(&[group])
                .filter_map(|row| self.tickets.get(&TicketId(row.id))?.wait)
                .map(|wait| wait.high)
                .max(),
        };
        groups.iter().map(|group| (*group, load(*group))).collect()
    }

    /// Whether a clerk sits at a counter.
    pub fn is_open(&self, counter: CounterId) -> bool {
        self.sessions.iter().any(|session| session.counter_id == counter.0)
    }

    /// What the big screen shows.
    pub fn board(&self, catalogue: &Snapshot, language: Language) -> Option<Board> {
        let hall = catalogue.hall(self.hall)?;
        let mut calls: Vec<BoardCall> = self
            .tickets
            .values()
            .filter_map(|standing| {
                let row = &standing.row;
                let status = row
                    .status()
                    .ok()
                    .filter(|s| matches!(s, TicketStatus::Called | TicketStatus::Serving))?;
                Some(BoardCall {
                    number: row.number.clone(),
                    person: row.person_id.and_then(|person| self.names.get(&person.into())).cloned(),
                    counter: place(row.counter_id?.into(), catalogue, language)?,
                    status,
                    called_at: row.called_at?,
                })
            })
            .collect();
        calls.sort_by(|a, b| (b.called_at, &b.number).cmp(&(a.called_at, &a.number)));
        let waiting = catalogue
            .groups_of(hall)
            .into_iter()
            .map(|group| BoardGroup {
                group_id: group.id,
                name: group.name.in_language(language).to_owned(),
                waiting: count(self.waiting_for(&[group.id])),
                counters: count(
                    self.sessions
                        .iter()
                        .filter(|session| serves(session, group.id, catalogue)),
                ),
            })
            .collect();
        Some(Board {
            hall_id: self.hall,
            hall: hall.content.name.in_language(language).to_owned(),
            calls,
            waiting,
            presence: None,
        })
    }
}

fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

fn serves(session: &counter_session::Model, group: GroupId, catalogue: &Snapshot) -> bool {
    !session.paused
        && catalogue
            .counter(session.counter_id.into())
            .is_some_and(|counter| counter.active && counter.groups.contains(&group))
}

/// The pace of each service that was measured often enough.
fn paces(durations: &[(ServiceId, i64)]) -> HashMap<ServiceId, Pace> {
    let mut by_service: HashMap<ServiceId, Vec<i64>> = HashMap::new();
    for (service, seconds) in durations {
        let latest = by_service.entry(*service).or_default();
        if latest.len() < 31 {
            latest.push(*seconds);
        }
    }
    by_service
        .into_iter()
        .filter_map(|(service, durations)| Some((service, Pace::measured(&durations)?)))
        .collect()
}

/// The counters that are open, and when each is expected to be free.
fn open_counters(
    sessions: &[counter_session::Model],
    rows: &[ticket::Model],
    catalogue: &Snapshot,
    pace_of: &impl Fn(&ticket::Model) -> Pace,
    now: Instant,
) -> Vec<OpenCounter> {
    sessions
        .iter()
        .filter(|session| !session.paused)
        .filter_map(|session| {
            let counter = catalogue
                .counter(session.counter_id.into())
                .filter(|counter| counter.active)?;
            let open = rows.iter().find(|row| {
                row.session_id == Some(session.id)
                    && row
                        .status()
                        .is_ok_and(|s| matches!(s, TicketStatus::Called | TicketStatus::Serving))
            });
            let free_at = open.map_or(now, |row| {
                let since = row.served_at.or(row.called_at).unwrap_or(now);
                since + TimeDelta::seconds(pace_of(row).typical)
            });
            Some(OpenCounter {
                groups: counter.groups.clone(),
                free_at: free_at.max(now),
            })
        })
        .collect()
}

fn place(counter: CounterId, catalogue: &Snapshot, language: Language) -> Option<CounterPlace> {
    let counter = catalogue.counter(counter)?;
    Some(CounterPlace {
        number: counter.number,
        name: counter.name.in_language(language).to_owned(),
    })
}

fn service_name(row: &ticket::Model, catalogue: &Snapshot, language: Language) -> String {
    catalogue
        .service(row.service_id.into())
        .map(|service| service.content.name.in_language(language).to_owned())
        .unwrap_or_default()
}

/// A ticket as its holder sees it, without its place in the queue.
pub fn ticket_view(row: &ticket::Model, catalogue: &Snapshot, language: Language) -> anyhow::Result<Ticket> {
    let status = row.status()?;
    let called = matches!(status, TicketStatus::Called | TicketStatus::Serving);
    let counter = row
        .counter_id
        .filter(|_| called)
        .and_then(|counter| place(counter.into(), catalogue, language));
    Ok(Ticket {
        id: row.id.into(),
        number: row.number.clone(),
        status,
        hall_id: row.hall_id.into(),
        hall: catalogue
            .hall(row.hall_id.into())
            .map(|hall| hall.content.name.in_language(language).to_owned())
            .unwrap_or_default(),
        service_id: row.service_id.into(),
        service: service_name(row, catalogue, language),
        ahead: None,
        wait_minutes: None,
        counter,
        entered_at: row.entered_at,
        called_at: row.called_at,
        misses: row.misses,
        stars: None,
    })
}

/// A ticket as a clerk sees it.
pub fn clerk_view(
    row: &ticket::Model,
    person: Option<String>,
    catalogue: &Snapshot,
    language: Language,
) -> Result<ClerkTicket, Failure> {
    let status = row.status()?;
    Ok(ClerkTicket {
        id: row.id.into(),
        number: row.number.clone(),
        status,
        service: service_name(row, catalogue, language),
        person,
        appointment: row.appointment_id.is_some(),
        reason: row
            .call_reason
            .as_deref()
            .and_then(|reason| serde_json::from_value(reason.into()).ok()),
        entered_at: row.entered_at,
        misses: row.misses,
        actions: actions(status).collect(),
    })
}
