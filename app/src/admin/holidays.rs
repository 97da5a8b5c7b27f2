//! Days of rest, and those of them on which the hall opens.

use leptos::prelude::*;
use shared::{
    appointments::wire::DeclaredHoliday,
    catalog::arrangements::{OpenedDayRequest, SpecialDayView},
    list::List,
};

use super::{
    closures::affected,
    inputs::{filled_with, form, input, row, select, table, weekday_name, weekday_options, words},
    words::{
        ACTIONS, AFFECTED, DAY, DECLARED, DECLARED_AT, DECLARED_HOW, FOLLOWS, HOLIDAY_OF, HOLIDAYS, HOLIDAYS_HOW,
        OPEN_DAY, OPENED, OPENS_LIKE, REST_AGAIN, RESTED, RESTS, STATE, WHY, WORKED_FOR,
    },
};
use crate::{
    api::STAFF,
    dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live},
};

/// The part of the page.
pub fn holidays() -> View {
    let days = Remote::<List<SpecialDayView>>::fetch(STAFF, "/admin/holidays");
    let deed = Deed::new();
    let (day, follows) = (filled_with(dates::today().to_string()), filled_with("mon"));
    let send = move || {
        let path = format!("/admin/holidays/{}", day.get_untracked());
        let asked = OpenedDayRequest {
            follows: follows.get_untracked(),
        };
        deed.run(async move {
            open(&path, &asked).await?;
            days.refresh();
            Ok(())
        });
    };
    fragment()
        .child(el("h2").child(t(HOLIDAYS)))
        .child(el("p").class("explain").child(t(HOLIDAYS_HOW)))
        .child(form(
            vec![input("date", DAY, day), select(FOLLOWS, weekday_options(), follows)],
            OPEN_DAY,
            deed,
            None,
            send,
        ))
        .child(days.view(4, move |list| {
            let rows = list.items.iter().map(|special| line(special, days, deed));
            table(&[DAY, WHY, STATE, ACTIONS], rows.collect())
        }))
        .child(declared())
}

/// The holidays that hit people who had booked; nothing while there are none.
fn declared() -> View {
    let declared = Remote::<List<DeclaredHoliday>>::fetch(STAFF, "/admin/declared-holidays");
    live(move || {
        let days = declared.ready()?.items;
        (!days.is_empty()).then(|| {
            fragment()
                .child(el("h2").child(t(DECLARED)))
                .child(el("p").class("explain").child(t(DECLARED_HOW)))
                .child(table(&[DAY, WHY, DECLARED_AT, ACTIONS], days.iter().map(hit).collect()))
        })
    })
}

fn hit(declared: &DeclaredHoliday) -> View {
    let path = format!("/admin/declared-holidays/{}/affected", declared.day);
    let looking = RwSignal::new(false);
    let why = declared.holiday.as_ref().map(|name| filled(HOLIDAY_OF, &[name]));
    fragment()
        .child(row(vec![
            words(dates::spoken_day(declared.day)),
            words(why.unwrap_or_default()),
            words(dates::moment(declared.declared_at)),
            button("text-button", AFFECTED, None, move || {
                looking.update(|open| *open = !*open);
            }),
        ]))
        .child(live(move || {
            let path = path.clone();
            looking.get().then(|| {
                el("tr")
                    .class("editor")
                    .child(el("td").attr("colspan", "4").child(affected(path)))
            })
        }))
}

async fn open(path: &str, asked: &OpenedDayRequest) -> Result<(), crate::api::Failure> {
    STAFF.put_quietly(path, asked).await?;
    ui::toast(OPENED);
    Ok(())
}

fn line(special: &SpecialDayView, days: Remote<List<SpecialDayView>>, deed: Deed) -> View {
    let why = match (&special.holiday, &special.worked_for) {
        (Some(name), _) => filled(HOLIDAY_OF, &[name]),
        (None, Some(name)) => filled(WORKED_FOR, &[name]),
        (None, None) => String::new(),
    };
    let (state, class) = match (&special.follows, &special.worked_for) {
        (Some(follows), _) => (filled(OPENS_LIKE, &[weekday_name(follows)]), "tag good"),
        (None, Some(_)) => (filled(OPENS_LIKE, &[weekday_name("mon")]), "tag good"),
        (None, None) => (t(RESTS).to_owned(), "tag"),
    };
    let path = format!("/admin/holidays/{}", special.day);
    let (opened, holiday) = (special.follows.is_some(), special.holiday.is_some());
    let act = move || {
        let path = path.clone();
        deed.run(async move {
            if opened {
                STAFF.delete(&path).await?;
                ui::toast(RESTED);
            } else {
                let asked = OpenedDayRequest { follows: "mon".into() };
                open(&path, &asked).await?;
            }
            days.refresh();
            Ok(())
        });
    };
    let words_of_act = if opened { REST_AGAIN } else { OPEN_DAY };
    row(vec![
        words(dates::spoken_day(special.day)),
        words(why),
        el("span").class(class).child(state),
        fragment().child((opened || holiday).then(|| button("text-button", words_of_act, Some(deed), act))),
    ])
}
