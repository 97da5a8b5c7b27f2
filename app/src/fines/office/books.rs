//! The books of the days: compared with the three others, signed off, taken along as files.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    API,
    fines::staff::{Day, DayStatus, SignOffRequest},
    list::List,
};

use super::words::{
    BOOKS_HOW, BREAKS, COMPARE, COMPARED, DAY, FEES, KIND, NO_BREAKS, NOTE, OURS, RECEIVED, RECOVERED, REFERENCE,
    REFUNDED, RUN_AT, SIGN_OFF, SIGNED, SIGNED_NOTE, STATE, THEIRS,
};
use crate::{
    admin::{filled_with, input, row, table, text},
    api::{Nothing, STAFF},
    dates,
    language::{filled, language, t},
    ui::{self, Deed, Remote, View, button, el, fragment, notice},
};

/// The page.
pub fn books() -> View {
    let days = Remote::<List<Day>>::fetch(STAFF, "/reconciliation/days");
    let yesterday = dates::today().pred_opt().unwrap_or_default();
    let chosen = RwSignal::new(yesterday);
    let day = Remote::<Day>::idle(STAFF);
    Effect::new(move |_| day.load(format!("/reconciliation/days/{}", chosen.get())));
    fragment()
        .child(el("p").class("explain").child(t(BOOKS_HOW)))
        .child(day.view(8, move |found| show(&found, day, days)))
        .child(days.view(8, move |list| {
            let rows = list.items.iter().map(|day| line(day, chosen));
            table(&[DAY, STATE, RECEIVED, REFUNDED, FEES, BREAKS], rows.collect())
        }))
}

fn line(day: &Day, chosen: RwSignal<NaiveDate>) -> View {
    let date = day.date;
    let name = el("button")
        .attr("type", "button")
        .class("text-button")
        .on("click", move |_| chosen.set(date))
        .child(date.to_string());
    let sums = match day.status {
        DayStatus::NotRun => ["—".to_owned(), "—".to_owned(), "—".to_owned(), "—".to_owned()],
        _ => [
            day.received_fen.to_string(),
            day.refunded_fen.to_string(),
            day.fee_fen.to_string(),
            day.breaks.len().to_string(),
        ],
    };
    let mut cells = vec![name, state(day.status)];
    cells.extend(sums.map(text));
    row(cells)
}

fn state(status: DayStatus) -> View {
    let class = match status {
        DayStatus::NotRun => "tag",
        DayStatus::Balanced | DayStatus::SignedOff => "tag good",
        DayStatus::Broken => "tag bad",
    };
    el("span").class(class).child(status.name().in_language(language()))
}

fn show(found: &Day, day: Remote<Day>, days: Remote<List<Day>>) -> View {
    let date = found.date;
    let deed = Deed::new();
    let compare = move || {
        deed.run(async move {
            let _compared: Day = STAFF
                .post(&format!("/reconciliation/days/{date}/run"), &Nothing {})
                .await?;
            ui::toast(COMPARED);
            day.refresh();
            days.refresh();
            Ok(())
        });
    };
    let ran = found.status != DayStatus::NotRun;
    let sums = ran.then(|| {
        let figure = |name, value: String| {
            el("li")
                .child(el("strong").child(value))
                .child(el("span").child(t(name)))
        };
        el("ul").class("figures").child([
            figure(RECEIVED, found.received_fen.to_string()),
            figure(REFUNDED, found.refunded_fen.to_string()),
            figure(FEES, found.fee_fen.to_string()),
            figure(RECOVERED, found.recovered_by_bill.to_string()),
        ])
    });
    let breaks = ran.then(|| {
        if found.breaks.is_empty() {
            return notice("good", t(NO_BREAKS));
        }
        let rows = found.breaks.iter().map(|one| {
            let yuan = |amount: Option<shared::money::Fen>| amount.map(|fen| fen.to_string()).unwrap_or_default();
            row(vec![
                text(one.kind.name().in_language(language())),
                text(one.reference.clone()),
                text(yuan(one.ours_fen)),
                text(yuan(one.theirs_fen)),
            ])
        });
        table(&[KIND, REFERENCE, OURS, THEIRS], rows.collect())
    });
    let open = found.status != DayStatus::SignedOff;
    let file = |format: &'static str, name: &'static str| {
        el("a")
            .class("button plain")
            .attr("download", true)
            .attr(
                "href",
                format!("{API}/reconciliation/days/{date}/export?format={format}"),
            )
            .child(name)
    };
    el("article")
        .class("panel")
        .child(el("h2").child(format!("{date} ")).child(state(found.status)))
        .child(
            found
                .run_at
                .map(|at| el("p").class("small").child(filled(RUN_AT, &[&dates::moment(at)]))),
        )
        .child(sums)
        .child(breaks)
        .child(
            found
                .note
                .as_ref()
                .map(|note| el("p").class("said").child(filled(SIGNED_NOTE, &[note]))),
        )
        .child(deed.outcome())
        .child(
            el("div")
                .class("form-actions")
                .child(open.then(|| button("button primary", COMPARE, Some(deed), compare)))
                .child(ran.then(|| file("xlsx", "Excel")))
                .child(ran.then(|| file("csv", "CSV"))),
        )
        .child((ran && open).then(|| sign_off(date, day, days)))
}

fn sign_off(date: NaiveDate, day: Remote<Day>, days: Remote<List<Day>>) -> View {
    let (note, deed) = (filled_with(""), Deed::new());
    let sign = move || {
        let typed = note.get_untracked();
        let asked = SignOffRequest {
            note: (!typed.trim().is_empty()).then_some(typed),
        };
        deed.run(async move {
            let path = format!("/reconciliation/days/{date}/sign-off");
            let _signed: Day = STAFF.post(&path, &asked).await?;
            ui::toast(SIGNED);
            day.refresh();
            days.refresh();
            Ok(())
        });
    };
    fragment()
        .child(el("div").class("inputs").child(input("text", NOTE, note)))
        .child(deed.outcome())
        .child(
            el("div")
                .class("form-actions")
                .child(button("button plain", SIGN_OFF, Some(deed), sign)),
        )
}
