//! What each role would read of a publication, before it is made.

use leptos::prelude::*;
use shared::cases::{
    enquiries::{Preview, PreviewForRole, PreviewRequest},
    rules::{Details, Step},
};

use super::office_words::{
    DETAILS, NO, PEOPLE, PREVIEW, PREVIEW_HOW, READS, ROLE, SHOW, STEP, TEXT, TOLD, WITHHELD, YES,
};
use crate::{
    admin::{area, filled_with, form, row, select, table, text},
    api::STAFF,
    browser,
    language::{filled, language, t},
    ui::{Deed, View, el, fragment, live},
};

/// The form, and what came of it; the case is the one that is looked up.
pub fn section(case_no: RwSignal<String>) -> View {
    let (step, details) = (filled_with(Step::Filed.as_str()), filled_with(""));
    let shown = RwSignal::new(None::<Preview>);
    let deed = Deed::new();
    let send = move || {
        let asked = PreviewRequest {
            case_no: case_no.get_untracked(),
            step: step.get_untracked().parse().unwrap_or(Step::Filed),
            occurred_at: browser::now(),
            details: read(&details.get_untracked()),
        };
        shown.set(None);
        deed.run(async move {
            shown.try_set(Some(STAFF.post("/case-publications/preview", &asked).await?));
            Ok(())
        });
    };
    let steps = Step::ALL.iter().map(|step| {
        let name = step.title().in_language(language());
        (step.as_str().to_owned(), name.to_owned())
    });
    let fields = vec![select(STEP, steps.collect(), step), area(DETAILS, details)];
    fragment()
        .child(el("h2").child(t(PREVIEW)))
        .child(el("p").class("explain").child(t(PREVIEW_HOW)))
        .child(form(fields, SHOW, deed, None, send))
        .child(live(move || shown.get().map(|preview| outcome(&preview))))
}

/// The details of lines that each have a name, an equals sign and a value.
fn read(text: &str) -> Details {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    Details(
        lines
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
    )
}

fn outcome(preview: &Preview) -> View {
    let withheld = (!preview.withheld.is_empty()).then(|| {
        el("p")
            .class("panel said")
            .child(filled(WITHHELD, &[&preview.withheld.join("、")]))
    });
    let role = |one: &PreviewForRole| {
        let reads = one
            .details
            .iter()
            .map(|detail| el("p").child(format!("{}：{}", detail.label, detail.value)));
        row(vec![
            text(one.role.label().in_language(language())),
            text(one.people.to_string()),
            text(t(if one.told { YES } else { NO })),
            el("div").child(reads.collect::<Vec<_>>()),
        ])
    };
    fragment()
        .child(el("p").class("panel said").child(filled(TEXT, &[&preview.template])))
        .child(withheld)
        .child(table(
            &[ROLE, PEOPLE, TOLD, READS],
            preview.roles.iter().map(role).collect(),
        ))
}
