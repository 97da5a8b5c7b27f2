//! The pages of case officers: a look-up with its reason, and the requests for review.

use leptos::prelude::*;
use shared::{
    cases::{
        enquiries::{CaseFile, LookupRequest, PublicationView, ReviewToAnswer, WithdrawalRequest},
        rules::Standing,
        upstream::TakenAnswer,
    },
    list::List,
};

use super::{
    interference,
    office_words::{
        ACTION, AGENCY, ANSWER_BY, CASE_NO, CORRECTED, CURRENT, ID_NUMBER, LIST, LISTS, LOOK_HOW, LOOK_UP, NAME,
        NO_REVIEWS, PARTIES, PUBLISHED, REASON, REQUESTED, REVIEWS_HOW, ROLE, STANDING, STATE, STEP, TAKE_BACK,
        TAKE_BACK_HINT, TAKE_BACK_REASON, TAKE_BACK_WHY, TAKEN_BACK, UNMASK, WHEN, WITHDRAWN,
    },
    preview,
};
use crate::{
    admin::{filled_with, form, input, row, table, text},
    api::STAFF,
    dates,
    language::{Phrase, filled, language, t},
    ui::{Deed, Line, Remote, View, button, el, empty, fragment, live, toast},
};

/// A moment as tables show it.
pub fn moment(at: shared::time::Instant) -> View {
    text(dates::moment(at))
}

/// The page on which cases are looked up.
pub fn look_up() -> View {
    let (case_no, reason, totp) = (filled_with(""), filled_with(""), filled_with(""));
    let found = RwSignal::new(None::<CaseFile>);
    let deed = Deed::new();
    let send = move || {
        let code = totp.get_untracked().trim().to_owned();
        let asked = LookupRequest {
            case_no: case_no.get_untracked(),
            reason: reason.get_untracked(),
            unmask: !code.is_empty(),
            totp: (!code.is_empty()).then_some(code),
        };
        found.set(None);
        deed.run(async move {
            let file: CaseFile = STAFF.post("/case-lookups", &asked).await?;
            // A one-time code works once.
            totp.try_set(String::new());
            found.try_set(Some(file));
            Ok(())
        });
    };
    let fields = vec![
        input("text", CASE_NO, case_no),
        input("text", REASON, reason),
        input("text", UNMASK, totp),
    ];
    fragment()
        .child(el("p").class("explain").child(t(LOOK_HOW)))
        .child(form(fields, LOOK_UP, deed, None, send))
        .child(live(move || found.get().map(|file| shown(&file, found))))
        .child(preview::section(case_no))
        .child(interference::section(case_no))
}

fn shown(file: &CaseFile, found: RwSignal<Option<CaseFile>>) -> View {
    let fact = |name: Phrase, value: &str| {
        fragment()
            .child(el("dt").child(t(name)))
            .child(el("dd").child(value.to_owned()))
    };
    let parties = file.parties.iter().map(|party| {
        row(vec![
            text(party.role.label().in_language(language())),
            text(party.name.clone()),
            text(party.id_number.clone()),
        ])
    });
    let deed = Deed::new();
    let steps = file
        .publications
        .iter()
        .map(|publication| published(file, publication, found, deed));
    let lists = file.return_lists.iter().map(|list| {
        let short: String = list.to_string().chars().take(8).collect();
        el("p").child(
            el("a")
                .class("text-button")
                .attr(
                    "href",
                    format!(
                        "{}/case-enquiries/{}/return-lists/{list}.pdf",
                        shared::API,
                        file.enquiry_id
                    ),
                )
                .attr("target", "_blank")
                .child(filled(LIST, &[&short])),
        )
    });
    let lists = (!file.return_lists.is_empty()).then(|| {
        el("div")
            .class("panel")
            .child(el("h3").child(t(LISTS)))
            .child(lists.collect::<Vec<_>>())
    });
    fragment()
        .child(
            el("div").class("panel key").attr("role", "status").child(
                el("dl")
                    .child(fact(CASE_NO, &file.case_no))
                    .child(fact(NAME, &file.title))
                    .child(fact(AGENCY, &file.agency))
                    .child(fact(STATE, &file.state)),
            ),
        )
        .child(el("h2").child(t(PARTIES)))
        .child(table(&[ROLE, NAME, ID_NUMBER], parties.collect()))
        .child(el("h2").child(t(PUBLISHED)))
        .child(deed.outcome())
        .child(table(&[STEP, WHEN, STANDING, ACTION], steps.collect()))
        .child(lists)
}

fn published(file: &CaseFile, publication: &PublicationView, found: RwSignal<Option<CaseFile>>, deed: Deed) -> View {
    let standing = match publication.standing {
        Standing::Current => CURRENT,
        Standing::Corrected => CORRECTED,
        Standing::Withdrawn => WITHDRAWN,
    };
    let (case_no, event_id) = (file.case_no.clone(), publication.event_id.clone());
    let taken_back = move |reason| {
        let wish = WithdrawalRequest {
            case_no: case_no.clone(),
            event_id: event_id.clone(),
            reason,
        };
        deed.run(async move {
            let _taken: TakenAnswer = STAFF.post("/case-publications/withdrawals", &wish).await?;
            toast(TAKEN_BACK);
            // What is shown is no longer how it is; another look has its own reason.
            found.try_set(None);
            Ok(())
        });
    };
    let take_back = move || {
        let reason = Line {
            why: Some(TAKE_BACK_WHY),
            label: TAKE_BACK_REASON,
            hint: TAKE_BACK_HINT,
            before: String::new(),
            check: |text| (!(4..=200).contains(&text.trim().chars().count())).then_some(TAKE_BACK_HINT),
        };
        reason.ask(TAKE_BACK, taken_back.clone());
    };
    let action = if publication.standing == Standing::Current {
        button("text-button", TAKE_BACK, Some(deed), take_back)
    } else {
        text("")
    };
    row(vec![
        text(publication.step.title().in_language(language())),
        moment(publication.at),
        text(t(standing)),
        action,
    ])
}

/// The page of requests for review.
pub fn reviews() -> View {
    let all = Remote::<List<ReviewToAnswer>>::fetch(STAFF, "/case-reviews");
    fragment()
        .child(el("p").class("explain").child(t(REVIEWS_HOW)))
        .child(all.view(4, |all| {
            if all.items.is_empty() {
                return empty(NO_REVIEWS, None);
            }
            let rows = all.items.iter().map(|review| {
                row(vec![
                    text(review.case_no.clone()),
                    moment(review.requested_at),
                    text(dates::date(review.answer_by)),
                    text(review.reason.clone().unwrap_or_default()),
                ])
            });
            table(&[CASE_NO, REQUESTED, ANSWER_BY, REASON], rows.collect())
        }))
}
