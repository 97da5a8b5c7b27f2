//! Interference (过问): the officer's record of it, and the auditors' page of records and look-ups.

use leptos::prelude::*;
use shared::{
    cases::enquiries::{Enquiry, Interference, InterferenceRequest},
    list::List,
};

use super::{
    office::moment,
    office_words::{
        CASE_NO, FOUND, INTERFERENCE, INTERFERENCE_HOW, INTERFERENCES, LOOKS, NO, NOTHING, REASON, RECORD, RECORDED,
        RECORDED_BY, STAFF as WHO_LOOKED, UNIT, UNMASKED, WHAT, WHEN, WHO, YES,
    },
};
use crate::{
    admin::{area, filled_with, form, input, row, table, text},
    api::{Anything, STAFF},
    browser,
    language::{Phrase, t},
    ui::{Deed, Remote, View, el, empty, fragment, toast},
};

/// The form; the case is the one that is looked up.
pub fn section(case_no: RwSignal<String>) -> View {
    let (who, unit, what) = (filled_with(""), filled_with(""), filled_with(""));
    let deed = Deed::new();
    let send = move || {
        let wish = InterferenceRequest {
            case_no: case_no.get_untracked(),
            who: who.get_untracked(),
            unit: unit.get_untracked(),
            what: what.get_untracked(),
            at: browser::now(),
        };
        deed.run(async move {
            let _kept: Anything = STAFF.post("/case-interferences", &wish).await?;
            toast(RECORDED);
            for field in [who, unit, what] {
                field.try_set(String::new());
            }
            Ok(())
        });
    };
    let fields = vec![input("text", WHO, who), input("text", UNIT, unit), area(WHAT, what)];
    fragment()
        .child(el("h2").child(t(INTERFERENCE)))
        .child(el("p").class("explain").child(t(INTERFERENCE_HOW)))
        .child(form(fields, RECORD, deed, None, send))
}

fn listed(head: &[Phrase], rows: Vec<View>) -> View {
    if rows.is_empty() {
        empty(NOTHING, None)
    } else {
        table(head, rows)
    }
}

/// The page of auditors: who looked which case up and why, and who asked about cases without business.
pub fn enquiries() -> View {
    let looks = Remote::<List<Enquiry>>::fetch(STAFF, "/case-enquiries");
    let records = Remote::<List<Interference>>::fetch(STAFF, "/case-interferences");
    let said = |yes: bool| text(t(if yes { YES } else { NO }));
    fragment()
        .child(el("h2").child(t(LOOKS)))
        .child(looks.view(4, move |all| {
            let rows = all.items.iter().map(|look| {
                row(vec![
                    text(look.case_no.clone()),
                    text(look.staff.clone()),
                    moment(look.at),
                    text(look.reason.clone()),
                    said(look.found),
                    said(look.unmasked),
                ])
            });
            listed(&[CASE_NO, WHO_LOOKED, WHEN, REASON, FOUND, UNMASKED], rows.collect())
        }))
        .child(el("h2").child(t(INTERFERENCES)))
        .child(records.view(4, |all| {
            let rows = all.items.iter().map(|record| {
                row(vec![
                    text(record.case_no.clone()),
                    text(record.recorded_by.clone()),
                    moment(record.at),
                    text(record.who.clone()),
                    text(record.unit.clone()),
                    text(record.what.clone()),
                ])
            });
            listed(&[CASE_NO, RECORDED_BY, WHEN, WHO, UNIT, WHAT], rows.collect())
        }))
}
