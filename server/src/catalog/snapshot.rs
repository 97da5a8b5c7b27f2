//! The catalogue at one time.

use std::collections::HashMap;

use anyhow::Context;
use chrono::{NaiveDate, Weekday};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use shared::{
    appointments::booking_rules::BookingRules,
    catalog::{
        arrangements::{HallPolicy, weekday},
        rules::{Family, Searchable, Synonym, search},
    },
    ids::{CounterId, GroupId, HallId, ServiceId},
    language::Text,
    time::WorkCalendar,
};
use uuid::Uuid;

use super::{
    content::{self, Schedule, Weekdays},
    entity::{
        calendar_day, calendar_year, counter, group, hall, hall_group, hall_policy, hall_service, opened_day, schedule,
        service, vocabulary,
    },
    lists::Lists,
};
/// What `bureau.toml` is kept as.
pub(super) const BUREAU: &str = "bureau";
/// What `synonyms.toml` is kept as.
pub(super) const SYNONYMS: &str = "synonyms";
/// What the name of the last import is kept as.
pub(super) const IMPORT: &str = "import";

/// The catalogue at one time.
#[derive(Debug, Default)]
pub struct Snapshot {
    bureau: content::Bureau,
    services: Vec<Service>,
    by_service: HashMap<ServiceId, usize>,
    halls: Vec<Hall>,
    by_hall: HashMap<HallId, usize>,
    groups: HashMap<GroupId, ServiceGroup>,
    /// The groups that a hall has changed, as they are there.
    arranged: HashMap<(HallId, GroupId), ServiceGroup>,
    /// The services that a hall has put into another group.
    moved: HashMap<(HallId, ServiceId), GroupId>,
    counters: HashMap<CounterId, Counter>,
    /// The timetables.
    pub schedules: Vec<Schedule>,
    /// The working calendar.
    pub calendar: WorkCalendar,
    /// The days of rest on which a hall opens, and the weekdays whose timetables they follow.
    opened: HashMap<(HallId, NaiveDate), Weekday>,
    policies: HashMap<HallId, HallPolicy>,
    synonyms: Vec<Synonym>,
    /// The import since which this was read, if anything was ever imported.
    pub(super) import: Option<Uuid>,
    /// The lists of services that were asked for.
    pub(super) lists: Lists,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// The service.
    pub id: ServiceId,
    /// Its group at the bureau; [`Snapshot::group_of`] tells the one at a hall.
    pub group: GroupId,
    /// What its file says.
    pub content: content::Service,
}

/// A hall.
#[derive(Clone, Debug)]
pub struct Hall {
    /// The hall.
    pub id: HallId,
    /// What its file says.
    pub content: content::Hall,
    /// Its counters, by number.
    pub counters: Vec<CounterId>,
}

/// A group of services.
#[derive(Clone, Debug)]
pub struct ServiceGroup {
    /// The group.
    pub id: GroupId,
    /// The hall whose own it is; none for a group of the bureau.
    pub hall: Option<HallId>,
    /// Its code.
    pub code: String,
    /// The letter of its ticket numbers.
    pub prefix: String,
    /// Its name.
    pub name: Text,
    /// Whether it is in use; one that is not keeps its name for what happened in it.
    pub active: bool,
}

/// A counter.
#[derive(Clone, Debug)]
pub struct Counter {
    /// The counter.
    pub id: CounterId,
    /// The hall.
    pub hall: HallId,
    /// The number over it.
    pub number: i32,
    /// Its name.
    pub name: Text,
    /// The groups it serves.
    pub groups: Vec<GroupId>,
    /// Whether it is in use; one that is not keeps its name for the tickets that were called to it.
    pub active: bool,
}

/// The policy of a row.
pub fn policy_of(row: hall_policy::Model) -> anyhow::Result<HallPolicy> {
    Ok(HallPolicy {
        days_ahead: row.days_ahead,
        opens_at: row.opens_at,
        priorities: serde_json::from_value(row.priorities)?,
    })
}

/// The timetable of a row.
pub fn schedule_of(row: schedule::Model) -> anyhow::Result<Schedule> {
    Ok(Schedule {
        hall: row.hall_id.into(),
        group: row.group_id.into(),
        weekdays: Weekdays::parse(&serde_json::from_value::<Vec<String>>(row.weekdays)?)?,
        opens: row.opens,
        closes: row.closes,
        window_minutes: row.window_minutes,
        quota: row.quota,
        online_percent: row.online_percent,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
    })
}

#[derive(Deserialize)]
struct GroupName {
    text: Text,
}

/// The name of the last import.
pub(super) async fn last_import(db: &impl ConnectionTrait) -> anyhow::Result<Option<Uuid>> {
    let row = vocabulary::Entity::find_by_id(IMPORT).one(db).await?;
    row.map(|row| serde_json::from_value(row.content).context("the last import"))
        .transpose()
}

impl Snapshot {
    /// Reads the catalogue.
    pub async fn load(db: &impl ConnectionTrait) -> anyhow::Result<Self> {
        // Read before the rest: what is imported meanwhile is told by its name.
        let mut snapshot = Self {
            import: last_import(db).await?,
            ..Self::default()
        };
        for row in group::Entity::find().all(db).await? {
            let GroupName { text } = serde_json::from_value(row.name)?;
            let group = ServiceGroup {
                id: row.id.into(),
                hall: row.hall_id.map(Into::into),
                code: row.code,
                prefix: row.prefix,
                name: text,
                active: true,
            };
            snapshot.groups.insert(group.id, group);
        }
        for row in hall_group::Entity::find().all(db).await? {
            let Some(bureaus) = snapshot.groups.get(&GroupId(row.group_id)) else {
                continue;
            };
            let group = ServiceGroup {
                prefix: row.prefix,
                name: serde_json::from_value(row.name)?,
                active: row.active,
                ..bureaus.clone()
            };
            snapshot.arranged.insert((row.hall_id.into(), group.id), group);
        }
        for row in hall_service::Entity::find().all(db).await? {
            let at = (row.hall_id.into(), row.service_id.into());
            snapshot.moved.insert(at, row.group_id.into());
        }
        for row in service::Entity::find()
            .filter(service::Column::Active.eq(true))
            .all(db)
            .await?
        {
            let content = serde_json::from_value(row.content).with_context(|| format!("service {}", row.code))?;
            snapshot.services.push(Service {
                id: row.id.into(),
                group: row.group_id.into(),
                content,
            });
        }
        snapshot
            .services
            .sort_by(|a, b| (a.content.family, &a.content.code).cmp(&(b.content.family, &b.content.code)));
        snapshot.by_service = snapshot
            .services
            .iter()
            .enumerate()
            .map(|(at, service)| (service.id, at))
            .collect();
        for row in counter::Entity::find().all(db).await? {
            let counter = Counter {
                id: row.id.into(),
                hall: row.hall_id.into(),
                number: row.number,
                name: serde_json::from_value(row.name)?,
                groups: serde_json::from_value(row.groups)?,
                active: row.active,
            };
            snapshot.counters.insert(counter.id, counter);
        }
        let halls = hall::Entity::find().filter(hall::Column::Active.eq(true));
        for row in halls.order_by_asc(hall::Column::Id).all(db).await? {
            let id = HallId(row.id);
            let mut counters: Vec<&Counter> = snapshot
                .counters
                .values()
                .filter(|counter| counter.active && counter.hall == id)
                .collect();
            counters.sort_by_key(|counter| counter.number);
            let counters = counters.into_iter().map(|counter| counter.id).collect();
            let content = serde_json::from_value(row.content).with_context(|| format!("hall {}", row.code))?;
            snapshot.halls.push(Hall { id, content, counters });
        }
        snapshot.by_hall = snapshot
            .halls
            .iter()
            .enumerate()
            .map(|(at, hall)| (hall.id, at))
            .collect();
        snapshot.read_arrangements(db).await?;
        for row in vocabulary::Entity::find().all(db).await? {
            match row.name.as_str() {
                BUREAU => snapshot.bureau = serde_json::from_value(row.content).context("the bureau")?,
                SYNONYMS => snapshot.synonyms = serde_json::from_value(row.content).context("the synonyms")?,
                _ => {}
            }
        }
        Ok(snapshot)
    }

    /// Reads when halls open: timetables, special days, and what the halls have chosen.
    async fn read_arrangements(&mut self, db: &impl ConnectionTrait) -> anyhow::Result<()> {
        for row in schedule::Entity::find().all(db).await? {
            self.schedules.push(schedule_of(row)?);
        }
        for row in opened_day::Entity::find().all(db).await? {
            let follows = weekday(&row.follows).with_context(|| format!("{:?} is no weekday", row.follows))?;
            self.opened.insert((row.hall_id.into(), row.day), follows);
        }
        for row in hall_policy::Entity::find().all(db).await? {
            self.policies.insert(row.hall_id.into(), policy_of(row)?);
        }
        let days = calendar_day::Entity::find().all(db).await?;
        let special = days
            .into_iter()
            .map(|row| Ok((row.day, serde_json::from_value(row.special)?)));
        let announced = calendar_year::Entity::find()
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.year)
            .collect();
        self.calendar = WorkCalendar::new(special.collect::<anyhow::Result<_>>()?, announced);
        Ok(())
    }

    /// Who runs this installation.
    pub const fn bureau(&self) -> &content::Bureau {
        &self.bureau
    }

    /// The rules of the bureau's appointments.
    pub const fn booking_rules(&self) -> &BookingRules {
        &self.bureau.booking
    }

    /// A service.
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.get(*self.by_service.get(&id)?)
    }

    /// A hall.
    pub fn hall(&self, id: HallId) -> Option<&Hall> {
        self.halls.get(*self.by_hall.get(&id)?)
    }

    /// Every hall.
    pub fn halls(&self) -> &[Hall] {
        &self.halls
    }

    /// The weekday whose timetable a hall follows on a day; none when it rests.
    pub fn timetable(&self, hall: HallId, day: NaiveDate) -> Option<Weekday> {
        let opened = self.opened.get(&(hall, day)).copied();
        opened.or_else(|| self.calendar.timetable(day))
    }

    /// What a hall has chosen.
    pub fn policy(&self, hall: HallId) -> HallPolicy {
        self.policies.get(&hall).cloned().unwrap_or_default()
    }

    /// Every group of the bureau and the hall's own, as they are at the hall, in the order of their letters.
    pub fn groups_at(&self, hall: HallId) -> Vec<&ServiceGroup> {
        let mut groups: Vec<&ServiceGroup> = self.groups.keys().filter_map(|id| self.group_at(hall, *id)).collect();
        groups.sort_by(|a, b| (&a.prefix, a.id).cmp(&(&b.prefix, b.id)));
        groups
    }

    /// A group as it is at a hall, also one that is no longer in use.
    pub fn group_at(&self, hall: HallId, id: GroupId) -> Option<&ServiceGroup> {
        let bureaus = || {
            self.group(id)
                .filter(|group| group.hall.is_none_or(|owner| owner == hall))
        };
        self.arranged.get(&(hall, id)).or_else(bureaus)
    }

    /// The group that a service has at a hall.
    pub fn group_of(&self, hall: HallId, service: &Service) -> GroupId {
        self.moved.get(&(hall, service.id)).copied().unwrap_or(service.group)
    }

    /// A group as the bureau knows it.
    pub fn group(&self, id: GroupId) -> Option<&ServiceGroup> {
        self.groups.get(&id)
    }

    /// A counter, also one that is no longer in use.
    pub fn counter(&self, id: CounterId) -> Option<&Counter> {
        self.counters.get(&id)
    }

    /// The groups that a hall's counters serve, in the order of their letters.
    pub fn groups_of(&self, hall: &Hall) -> Vec<&ServiceGroup> {
        let served = hall
            .counters
            .iter()
            .filter_map(|id| self.counter(*id))
            .flat_map(|counter| &counter.groups);
        let mut groups: Vec<&ServiceGroup> = served.filter_map(|id| self.group_at(hall.id, *id)).collect();
        groups.retain(|group| group.active);
        groups.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        groups.dedup_by_key(|group| group.id);
        groups
    }

    /// Whether a counter of the hall serves a group.
    pub fn serves(&self, hall: HallId, group: GroupId) -> bool {
        let counters = self.hall(hall).map(|hall| hall.counters.as_slice()).unwrap_or_default();
        self.group_at(hall, group).is_some_and(|group| group.active)
            && counters
                .iter()
                .filter_map(|id| self.counter(*id))
                .any(|counter| counter.groups.contains(&group))
    }

    /// The halls whose counters serve the group that a service has there.
    pub fn halls_serving<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a Hall> {
        self.halls
            .iter()
            .filter(move |hall| self.serves(hall.id, self.group_of(hall.id, service)))
    }

    /// The services of a family that answer a query, best first; all of them for an empty query.
    pub fn search(&self, query: &str, family: Option<Family>) -> Vec<&Service> {
        let candidates: Vec<&Service> = self
            .services
            .iter()
            .filter(|service| family.is_none_or(|family| service.content.family == family))
            .collect();
        let entries: Vec<Searchable<'_>> = candidates
            .iter()
            .map(|Service { content, .. }| Searchable {
                names: [&content.name.zh, &content.name.en],
                aliases: &content.aliases,
                summaries: [&content.summary.zh, &content.summary.en],
            })
            .collect();
        search(query, &entries, &self.synonyms)
            .into_iter()
            .filter_map(|index| candidates.get(index).copied())
            .collect()
    }
}
