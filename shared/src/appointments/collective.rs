//! Collective bookings (集约办理): a clerk books seats for the people of an employer, a university or a village at once.
//!
//! All of them get a seat or nobody does. The contact (经办人), who has an account, is told and has the appointments on the phone; each is an
//! appointment like any other afterwards, moved, cancelled and checked in by itself. Strikes restrict booking *online*, so a clerk may book for
//! people whom they restrict.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::rules::{AppointmentStatus, MOST_ACTIVE};
use crate::{
    identity::rules::{IdNumber, PersonName},
    ids::{AppointmentId, CollectiveId, HallId, ServiceId, WindowId},
    problem::Problem,
    problem_types,
    time::wire_time,
};

/// The most people of one collective booking.
pub const MOST_PEOPLE: usize = 200;
/// The longest name of an organisation, in characters.
pub const LONGEST_ORGANISATION: usize = 60;

problem_types! {
    /// Some people cannot be booked; `lines` says which and why. Nobody is booked.
    PEOPLE_REFUSED = 422 "people-refused",
        "名单中有人无法预约" / "Some people of the list cannot be booked",
        "请按标出的行更正后重新提交，尚未为任何人预约。" / "Correct the marked lines and submit again; nobody is booked yet.";
    /// The day has fewer free seats from this time on than there are people; `free` says how many.
    SEATS_SHORT = 409 "seats-short",
        "剩余名额不够" / "There are not enough free seats",
        "请换一天或更早的时段，或分两天办理。" / "Choose another day or an earlier time, or divide the list.";
    /// No account with a confirmed identity has this phone.
    CONTACT_UNKNOWN = 422 "contact-unknown",
        "经办人尚未实名" / "The contact has not confirmed an identity",
        "请经办人先用此手机号登录并完成实名认证。" / "Ask the contact to sign in with this phone and confirm the identity first.";
    /// Nothing of the collective booking can be cancelled any more.
    COLLECTIVE_OVER = 409 "collective-over",
        "没有可取消的预约" / "There is nothing left to cancel",
        "名单中的预约都已办理、取消或过期。" / "Each appointment of the list is served, cancelled or past.";
}

/// What is wrong with one person of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    /// The name is none.
    Name,
    /// The ID number is none, or its check character is wrong.
    IdNumber,
    /// The ID number stands in an earlier line too.
    Twice,
    /// The bureau knows the ID number under another name.
    Mismatch,
    /// The person is booked for this service on this day.
    AlreadyBooked,
    /// The person has as many active appointments as one may have.
    TooMany,
}

/// A line of the list that cannot be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultyLine {
    /// The line, counted from one.
    pub line: u32,
    /// What is wrong.
    pub fault: LineFault,
}

/// A person whose line is well written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPerson {
    /// The name.
    pub name: PersonName,
    /// The ID number.
    pub id_number: IdNumber,
}

/// Reads a list; every faulty line is told, not only the first.
pub fn read(people: &[CollectivePerson]) -> Result<Vec<ListedPerson>, Vec<FaultyLine>> {
    let mut listed: Vec<ListedPerson> = Vec::with_capacity(people.len());
    let mut seen = std::collections::HashSet::new();
    let mut faults = Vec::new();
    for (line, person) in (1..).zip(people) {
        let fault = match (
            person.name.trim().parse::<PersonName>(),
            person.id_number.trim().parse(),
        ) {
            (Err(_), _) => LineFault::Name,
            (_, Err(_)) => LineFault::IdNumber,
            (Ok(name), Ok(id_number)) => {
                let id_number: IdNumber = id_number;
                if seen.insert(id_number.expose().to_owned()) {
                    listed.push(ListedPerson { name, id_number });
                    continue;
                }
                LineFault::Twice
            }
        };
        faults.push(FaultyLine { line, fault });
    }
    if faults.is_empty() { Ok(listed) } else { Err(faults) }
}

/// Whether a person may have one more appointment: a list obeys the rules that hold for whoever books alone.
pub const fn may_book(booked_that_day: bool, active: usize) -> Result<(), LineFault> {
    if booked_that_day {
        Err(LineFault::AlreadyBooked)
    } else if active >= MOST_ACTIVE {
        Err(LineFault::TooMany)
    } else {
        Ok(())
    }
}

/// How many people go into each window: in the order of the windows, each filled before the next. Nothing when they do not all have a seat;
/// the error says how many seats there are.
pub fn spread<W: Copy>(windows: impl IntoIterator<Item = (W, u32)>, people: usize) -> Result<Vec<(W, usize)>, usize> {
    let mut left = people;
    let mut shares = Vec::new();
    for (window, free) in windows {
        let share = left.min(usize::try_from(free).unwrap_or(usize::MAX));
        if share > 0 {
            shares.push((window, share));
            left -= share;
        }
    }
    if left == 0 { Ok(shares) } else { Err(people - left) }
}

/// The problem with these lines.
pub fn refused(lines: &[FaultyLine]) -> Problem {
    let lines = serde_json::to_value(lines).unwrap_or_default();
    Problem::new(&PEOPLE_REFUSED).with("lines", lines)
}

/// A person of the list, as it was typed or pasted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectivePerson {
    /// The name.
    #[cfg_attr(feature = "openapi", schema(example = "王小明"))]
    pub name: String,
    /// The ID number.
    #[cfg_attr(feature = "openapi", schema(example = "110101199003070011"))]
    pub id_number: String,
}

/// `POST /halls/{id}/collective-bookings`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectiveRequest {
    /// Whose people they are.
    #[cfg_attr(feature = "openapi", schema(example = "云川大学"))]
    pub organisation: String,
    /// The contact's phone; the account behind it has a confirmed identity.
    #[cfg_attr(feature = "openapi", schema(example = "13900000001"))]
    pub contact_phone: String,
    /// What is to be done.
    pub service_id: ServiceId,
    /// The first window; whoever does not fit goes into the following ones of the same day.
    pub window_id: WindowId,
    /// The people, in the order in which they get their times.
    pub people: Vec<CollectivePerson>,
}

/// A collective booking, without its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectiveSummary {
    /// The collective booking.
    pub id: CollectiveId,
    /// Whose people they are.
    pub organisation: String,
    /// What is to be done.
    pub service_id: ServiceId,
    /// The service's name.
    pub service: String,
    /// Where.
    pub hall_id: HallId,
    /// The hall's name.
    pub hall: String,
    /// The contact's name, masked.
    pub contact: String,
    /// The day for which it was made.
    pub day: NaiveDate,
    /// How many people are on the list.
    pub people: u32,
    /// How many of them are still to come.
    pub expected: u32,
    /// How many have come.
    pub arrived: u32,
    /// When it was made.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
}

/// A collective booking with its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectiveBooking {
    /// What it is.
    #[serde(flatten)]
    pub summary: CollectiveSummary,
    /// The people, in the order of the list.
    pub seats: Vec<CollectiveSeat>,
}

/// One person's seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectiveSeat {
    /// The line of the list, counted from one.
    pub line: u32,
    /// The appointment as it stands now; one that was moved has another id than at first.
    pub appointment_id: AppointmentId,
    /// The person's name, masked.
    pub person: String,
    /// The booking code that the kiosk and the clerk ask for.
    #[cfg_attr(feature = "openapi", schema(example = "7K3M9Q"))]
    pub code: String,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// When the window begins.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// When the window ends.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
}

/// What the seats of a list amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// On the list.
    pub people: u32,
    /// Still to come.
    pub expected: u32,
    /// Have come.
    pub arrived: u32,
}

impl Counted {
    /// Sums up how many appointments stand where.
    pub fn of(counts: impl IntoIterator<Item = (AppointmentStatus, u32)>) -> Self {
        let mut sum = Self::default();
        for (status, count) in counts {
            sum.people += count;
            match status {
                AppointmentStatus::Confirmed => sum.expected += count,
                AppointmentStatus::CheckedIn | AppointmentStatus::Fulfilled => sum.arrived += count,
                _ => {}
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person(name: &str, id_number: &str) -> CollectivePerson {
        CollectivePerson {
            name: name.into(),
            id_number: id_number.into(),
        }
    }

    #[test]
    fn every_faulty_line_of_a_list_is_told() {
        let list = [
            person("王小明", "110101199003070011"),
            person("", "110101199003070011"),
            person("李四", "110101199003070012"),
            person(" 王小明 ", "110101199003070011 "),
        ];
        let Err(faults) = read(&list) else {
            panic!("a faulty list was read")
        };
        let told: Vec<_> = faults.iter().map(|faulty| (faulty.line, faulty.fault)).collect();
        assert_eq!(
            told,
            [(2, LineFault::Name), (3, LineFault::IdNumber), (4, LineFault::Twice),]
        );
        assert_eq!(read(&list[..1]).map(|listed| listed.len()), Ok(1));
    }

    #[test]
    fn people_fill_one_window_after_the_other() {
        assert_eq!(spread([('a', 2), ('b', 0), ('c', 5)], 4), Ok(vec![('a', 2), ('c', 2)]));
        assert_eq!(spread([('a', 2), ('b', 1)], 4), Err(3));
    }

    #[test]
    fn nobody_gets_a_second_seat_for_the_day_or_a_fourth_appointment() {
        assert_eq!(may_book(false, MOST_ACTIVE - 1), Ok(()));
        assert_eq!(may_book(true, 1), Err(LineFault::AlreadyBooked));
        assert_eq!(may_book(false, MOST_ACTIVE), Err(LineFault::TooMany));
    }

    proptest! {
        #[test]
        fn either_everybody_has_a_seat_and_no_window_too_many_or_nobody_has(
            free in proptest::collection::vec(0_u32..20, 0..12), people in 0_usize..120,
        ) {
            let windows: Vec<(usize, u32)> = free.iter().copied().enumerate().collect();
            let all: usize = free.iter().map(|seats| *seats as usize).sum();
            match spread(windows, people) {
                Ok(shares) => {
                    prop_assert_eq!(shares.iter().map(|(_, share)| share).sum::<usize>(), people);
                    prop_assert!(shares.iter().all(|(window, share)| *share <= free[*window] as usize));
                    prop_assert!(shares.is_sorted_by_key(|(window, _)| *window));
                    // Only the last window of a list has seats left.
                    let filled = shares.iter().rev().skip(1);
                    prop_assert!(filled.clone().all(|(window, share)| *share == free[*window] as usize));
                }
                Err(seats) => {
                    prop_assert!(all < people);
                    prop_assert_eq!(seats, all);
                }
            }
        }
    }
}
