//! Booking for the people of an organisation, at the desk: the list is checked as it is typed, and how it would be spread is shown before.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    appointments::collective::{
        CollectiveBooking, CollectivePerson, CollectiveRequest, CollectiveSummary, FaultyLine, LineFault, read, spread,
    },
    catalog::wire::{ServiceSummary, WindowView},
    ids::{CollectiveId, HallId},
    list::List,
};

use super::{
    card::tag,
    collective_words::{
        ACTIONS, BOOK_ALL, BOOKED_ALL, CANCEL_ALL, CANCEL_ALL_SURE, CANCELLED_ALL, CHOOSE, CODE, COLLECTIVE_HOW,
        COMING, CONTACT, CONTACT_PHONE, COUNTS, DAY, FAULT_ALREADY_BOOKED, FAULT_ID_NUMBER, FAULT_MISMATCH, FAULT_NAME,
        FAULT_TOO_MANY, FAULT_TWICE, FIRST_TIME, LINE, LINE_SAID, NEW_COLLECTIVE, NO_WINDOWS, NONE_COMING,
        ORGANISATION, PEOPLE, PEOPLE_COUNT, PERSON, PROGRESS, SEE_LIST, SERVICE, SPREAD, SPREAD_ONE, SPREAD_SHORT,
        STATE, TIME,
    },
};
use crate::{
    admin::{area, filled_with, form, input, row, select, table, text},
    api::{Failure, Nothing, STAFF},
    dates,
    language::{Phrase, filled, t},
    ui::{self, Deed, Remote, View, button, el, empty, fragment, live, notice},
};

/// The page.
pub fn office(hall: HallId) -> View {
    let coming = Remote::<List<CollectiveSummary>>::fetch(STAFF, format!("/halls/{hall}/collective-bookings"));
    let services = Remote::<List<ServiceSummary>>::fetch(STAFF, "/services");
    fragment()
        .child(el("p").class("explain").child(t(COLLECTIVE_HOW)))
        .child(el("h2").child(t(NEW_COLLECTIVE)))
        .child(services.view(4, move |services| Draft::new(hall, coming).view(&services.items)))
        .child(el("h2").child(t(COMING)))
        .child(coming.view(3, move |list| {
            if list.items.is_empty() {
                return empty(NONE_COMING, None);
            }
            let rows = list.items.iter().map(|summary| line(summary, coming));
            table(
                &[ORGANISATION, SERVICE, DAY, CONTACT, PROGRESS, ACTIONS],
                rows.collect(),
            )
        }))
}

const fn said(fault: LineFault) -> Phrase {
    match fault {
        LineFault::Name => FAULT_NAME,
        LineFault::IdNumber => FAULT_ID_NUMBER,
        LineFault::Twice => FAULT_TWICE,
        LineFault::Mismatch => FAULT_MISMATCH,
        LineFault::AlreadyBooked => FAULT_ALREADY_BOOKED,
        LineFault::TooMany => FAULT_TOO_MANY,
    }
}

/// The people of a list as it was typed or pasted: a name and an ID number a line, apart by spaces, tabs or commas. Lines with nothing in them
/// do not count.
fn people_of(typed: &str) -> Vec<CollectivePerson> {
    typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line = line.replace([',', '，', ';', '；', '\t'], " ");
            let (name, id_number) = line.trim().rsplit_once(' ').unwrap_or((&line, ""));
            CollectivePerson {
                name: name.trim().to_owned(),
                id_number: id_number.trim().to_uppercase(),
            }
        })
        .collect()
}

/// What is being filled in.
#[derive(Clone, Copy)]
struct Draft {
    hall: HallId,
    organisation: RwSignal<String>,
    phone: RwSignal<String>,
    service: RwSignal<String>,
    day: RwSignal<String>,
    window: RwSignal<String>,
    people: RwSignal<String>,
    windows: Remote<List<WindowView>>,
    /// What the server found in the list.
    refused: RwSignal<Vec<FaultyLine>>,
    booked: RwSignal<Option<CollectiveBooking>>,
    deed: Deed,
    coming: Remote<List<CollectiveSummary>>,
}

impl Draft {
    fn new(hall: HallId, coming: Remote<List<CollectiveSummary>>) -> Self {
        let empty = || filled_with("");
        let draft = Self {
            hall,
            organisation: empty(),
            phone: empty(),
            service: empty(),
            day: empty(),
            window: empty(),
            people: empty(),
            windows: Remote::idle(STAFF),
            refused: RwSignal::new(Vec::new()),
            booked: RwSignal::new(None),
            deed: Deed::new(),
            coming,
        };
        Effect::new(move |_| {
            let service = draft.service.get();
            draft.day.set(String::new());
            draft.window.set(String::new());
            if !service.is_empty() {
                draft
                    .windows
                    .load(format!("/halls/{hall}/windows?service_id={service}"));
            }
        });
        Effect::new(move |_| {
            draft.day.track();
            draft.window.set(String::new());
        });
        Effect::new(move |_| {
            for field in [draft.people, draft.day, draft.service] {
                field.track();
            }
            draft.refused.set(Vec::new());
        });
        draft
    }

    fn free(self) -> Vec<WindowView> {
        let windows = self.windows.ready().map(|list| list.items).unwrap_or_default();
        windows.into_iter().filter(|window| window.remaining > 0).collect()
    }

    fn view(self, services: &[ServiceSummary]) -> View {
        let bookable = services.iter().filter(|service| service.bookable);
        let options = chosen_first(bookable.map(|service| (service.id.to_string(), service.name.clone())));
        let fields = vec![
            input("text", ORGANISATION, self.organisation),
            input("tel", CONTACT_PHONE, self.phone),
            select(SERVICE, options, self.service),
            live(move || self.days()),
            live(move || self.times()),
            area(PEOPLE, self.people),
            el("div").class("input wide").child(live(move || self.checked())),
        ];
        fragment()
            .child(form(fields, BOOK_ALL, self.deed, None, move || self.send()))
            .child(live(move || {
                self.booked.get().map(|booking| {
                    let count = booking.summary.people.to_string();
                    fragment()
                        .child(notice("good", filled(BOOKED_ALL, &[&count])))
                        .child(roster(&booking))
                })
            }))
    }

    fn days(self) -> View {
        let days: BTreeSet<NaiveDate> = self.free().iter().map(|window| window.day).collect();
        if days.is_empty() && self.windows.ready().is_some() {
            return notice("bad", t(NO_WINDOWS));
        }
        let options = days.iter().map(|day| (day.to_string(), dates::spoken_day(*day)));
        select(DAY, chosen_first(options), self.day)
    }

    fn times(self) -> View {
        let day = self.day.get();
        let of_day = self.free().into_iter().filter(|window| window.day.to_string() == day);
        let options = of_day.map(|window| {
            let name = format!(
                "{} ({})",
                dates::span(window.starts_at, window.ends_at),
                window.remaining
            );
            (window.id.to_string(), name)
        });
        select(FIRST_TIME, chosen_first(options), self.window)
    }

    /// The windows from the chosen one on, with their free seats.
    fn chosen_on(self) -> Vec<WindowView> {
        let (day, first) = (self.day.get(), self.window.get());
        self.free()
            .into_iter()
            .filter(|window| window.day.to_string() == day)
            .skip_while(|window| window.id.to_string() != first)
            .collect()
    }

    /// What is wrong with the list, or how its people would be spread.
    fn checked(self) -> View {
        let people = people_of(&self.people.get());
        if people.is_empty() {
            return fragment();
        }
        let faults = match read(&people) {
            Err(faults) => faults,
            Ok(_) => self.refused.get(),
        };
        let lines = faults.iter().map(|faulty| {
            let said = filled(LINE_SAID, &[&faulty.line.to_string(), t(said(faulty.fault))]);
            el("li").child(said)
        });
        let count = el("p").child(filled(PEOPLE_COUNT, &[&people.len().to_string()]));
        if !faults.is_empty() {
            return fragment().child(count).child(
                el("ul")
                    .class("faults")
                    .attr("role", "alert")
                    .child(lines.collect::<Vec<_>>()),
            );
        }
        let windows = self.chosen_on();
        if windows.is_empty() {
            return count;
        }
        let free = windows
            .iter()
            .map(|window| (window, u32::try_from(window.remaining).unwrap_or(0)));
        let told = match spread(free, people.len()) {
            Err(free) => notice("bad", filled(SPREAD_SHORT, &[&free.to_string()])),
            Ok(shares) => {
                let shares: Vec<String> = shares
                    .iter()
                    .map(|(window, share)| {
                        let time = dates::span(window.starts_at, window.ends_at);
                        filled(SPREAD_ONE, &[&time, &share.to_string()])
                    })
                    .collect();
                el("p")
                    .attr("role", "status")
                    .child(filled(SPREAD, &[&shares.join(" · ")]))
            }
        };
        fragment().child(count).child(told)
    }

    fn send(self) {
        let (Ok(service_id), Ok(window_id)) = (
            self.service.get_untracked().parse(),
            self.window.get_untracked().parse(),
        ) else {
            return;
        };
        let wish = CollectiveRequest {
            organisation: self.organisation.get_untracked(),
            contact_phone: self.phone.get_untracked(),
            service_id,
            window_id,
            people: people_of(&self.people.get_untracked()),
        };
        self.deed.run(async move {
            let path = format!("/halls/{}/collective-bookings", self.hall);
            let booked: Result<CollectiveBooking, Failure> = STAFF.post(&path, &wish).await;
            if let Some(lines) = booked.as_ref().err().and_then(lines_of) {
                self.refused.try_set(lines);
            }
            self.booked.try_set(Some(booked?));
            self.people.try_set(String::new());
            self.coming.refresh();
            self.windows.refresh();
            Ok(())
        });
    }
}

/// The lines that the server refused.
fn lines_of(failure: &Failure) -> Option<Vec<FaultyLine>> {
    let lines = failure.problem()?.extensions.get("lines")?;
    serde_json::from_value(lines.clone()).ok()
}

fn chosen_first(options: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), t(CHOOSE).to_owned()))
        .chain(options)
        .collect()
}

fn line(summary: &CollectiveSummary, coming: Remote<List<CollectiveSummary>>) -> View {
    let id = summary.id;
    let looking = RwSignal::new(false);
    let counts = [summary.people, summary.expected, summary.arrived].map(|count| count.to_string());
    let see = button("text-button", SEE_LIST, None, move || {
        looking.update(|open| *open = !*open);
    });
    fragment()
        .child(row(vec![
            text(summary.organisation.clone()),
            text(summary.service.clone()),
            text(dates::spoken_day(summary.day)),
            text(summary.contact.clone()),
            text(filled(COUNTS, &counts.each_ref().map(String::as_str))),
            el("span")
                .class("row-actions")
                .child(see)
                .child((summary.expected > 0).then(|| cancelling(id, coming))),
        ]))
        .child(live(move || {
            looking.get().then(|| {
                let people = Remote::<CollectiveBooking>::fetch(STAFF, format!("/collective-bookings/{id}"));
                let shown = people.view(4, |booking| roster(&booking));
                el("tr")
                    .class("editor")
                    .child(el("td").attr("colspan", "6").child(shown))
            })
        }))
}

/// Cancelling many people takes two taps.
fn cancelling(id: CollectiveId, coming: Remote<List<CollectiveSummary>>) -> View {
    let deed = Deed::new();
    let sure = RwSignal::new(false);
    let cancel = move || {
        deed.run(async move {
            let path = format!("/collective-bookings/{id}/cancel");
            let _cancelled: CollectiveBooking = STAFF.post(&path, &Nothing {}).await?;
            ui::toast(CANCELLED_ALL);
            coming.refresh();
            Ok(())
        });
    };
    fragment()
        .child(live(move || {
            if sure.get() {
                button("text-button danger", CANCEL_ALL_SURE, Some(deed), cancel)
            } else {
                button("text-button", CANCEL_ALL, None, move || sure.set(true))
            }
        }))
        .child(deed.outcome())
}

/// Everybody of a list, in its order.
fn roster(booking: &CollectiveBooking) -> View {
    let rows = booking.seats.iter().map(|seat| {
        row(vec![
            text(seat.line.to_string()),
            text(seat.person.clone()),
            text(dates::span(seat.starts_at, seat.ends_at)),
            text(seat.code.clone()),
            tag(seat.status),
        ])
    });
    table(&[LINE, PERSON, TIME, CODE, STATE], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_is_pasted_from_a_spreadsheet_or_typed() {
        let typed = "王小明\t110101199003070011\n\n 李 四， 11010519491231002x \n只有名字";
        let read: Vec<_> = people_of(typed)
            .into_iter()
            .map(|person| (person.name, person.id_number))
            .collect();
        let expected = [
            ("王小明", "110101199003070011"),
            ("李 四", "11010519491231002X"),
            ("只有名字", ""),
        ];
        assert_eq!(
            read,
            expected.map(|(name, number)| (name.to_owned(), number.to_owned()))
        );
    }
}
