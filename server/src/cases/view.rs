//! A case as its reader's roles let it be seen: everything here goes through the policy.

use chrono::NaiveDate;
use shared::{
    cases::{
        measures::Measure,
        periods::{self, Deadline, deadlines},
        policy::{disclosed, may_read},
        progress::{Procedure, Progress},
        property::{Item, ItemState},
        rules::{Details, Field, PropertyState, Role, Standing, Step},
        wire::{CaseDeadline, CaseSummary, DetailView, MeasureView, PropertyItem, Review, TimelineEntry},
    },
    language::Language,
    time::{WorkCalendar, day_of},
};

use super::{
    entity::{effect, review},
    store::{Opened, Part, Told},
};
use crate::problem::Failure;

/// For whom a case is shown.
pub struct Reader<'a> {
    /// What they are to it.
    pub part: &'a Part,
    /// In which language they read.
    pub language: Language,
    /// The day on which they read.
    pub today: NaiveDate,
    /// The working calendar.
    pub calendar: &'a WorkCalendar,
}

impl Reader<'_> {
    /// The case in brief.
    pub fn summary(&self, opened: &Opened, review: Option<&review::Model>) -> Result<CaseSummary, Failure> {
        let progress = opened.progress()?;
        let latest = self.known(opened).filter(|told| told.counts()).last();
        Ok(CaseSummary {
            id: opened.row.id.into(),
            case_no: opened.row.case_no.clone(),
            title: opened.title.clone(),
            agency: opened.row.agency.clone(),
            procedure: opened.kind,
            roles: self.part.roles.clone(),
            latest: latest.map(|told| told.publication.step.title().in_language(self.language).to_owned()),
            latest_at: latest.map(|told| told.publication.at),
            deadline: self
                .deadlines(&progress, review)
                .into_iter()
                .min_by_key(|due| due.due_on),
        })
    }

    fn known<'a>(&'a self, opened: &'a Opened) -> impl Iterator<Item = &'a Told> {
        opened
            .told
            .iter()
            .filter(|told| told.row.effect != effect::WITHDRAWS)
            .filter(|told| self.part.may_know(told.publication.step, &told.publication.details))
    }

    /// What happened. What was corrected is gone; of what was withdrawn it is told that it was.
    pub fn timeline(&self, opened: &Opened) -> Vec<TimelineEntry> {
        self.known(opened)
            .filter(|told| told.standing != Standing::Corrected)
            .map(|told| self.entry(opened, told))
            .collect()
    }

    fn entry(&self, opened: &Opened, told: &Told) -> TimelineEntry {
        let step = told.publication.step;
        let stands = told.standing == Standing::Current;
        let in_words = |phrase: shared::language::Phrase| phrase.in_language(self.language).to_owned();
        TimelineEntry {
            id: told.row.id.into(),
            step,
            title: in_words(step.title()),
            meaning: if stands {
                in_words(step.meaning())
            } else {
                String::new()
            },
            basis: step.basis(opened.kind).to_owned(),
            at: told.row.ended_at.filter(|_| !stands).unwrap_or(told.publication.at),
            standing: told.standing,
            correction: told.row.effect == effect::CORRECTS,
            details: if stands {
                details(&self.part.roles, step, &told.publication.details, self.language)
            } else {
                Vec::new()
            },
        }
    }

    /// The property, to readers who may read of any.
    pub fn property(&self, progress: &Progress) -> Vec<PropertyItem> {
        if !may_read(&self.part.roles, Step::PropertyFound, Field::Item) {
            return Vec::new();
        }
        progress.items.iter().map(|item| self.item(item)).collect()
    }

    fn item(&self, item: &Item) -> PropertyItem {
        let name = item.state.name();
        let (mut place, mut collect_by, mut photo_url) = (None, None, None);
        match &item.state {
            ItemState::Found { photo } | ItemState::Held { photo }
                if may_read(&self.part.roles, Step::PropertyFound, Field::Photo) =>
            {
                photo_url.clone_from(photo);
            }
            ItemState::Returnable {
                place: at,
                collect_by: until,
            } => {
                place.clone_from(at);
                collect_by = *until;
            }
            _ => {}
        }
        PropertyItem {
            item_no: item.item_no.clone(),
            name: item.name.clone(),
            value_fen: item.value_fen.filter(|_| self.part.roles.contains(&Role::Victim)),
            state: name,
            state_name: name.label().in_language(self.language).to_owned(),
            place,
            collect_by,
            photo_url,
            slip_id: None,
            return_list_id: None,
        }
    }

    /// The measures against suspects, each to the suspect's own family and lawyer.
    pub fn measures(&self, progress: &Progress) -> Vec<MeasureView> {
        if !may_read(&self.part.roles, Step::Measure, Field::Measure) {
            return Vec::new();
        }
        let view = |measure: &Measure| MeasureView {
            suspect: measure.suspect.clone(),
            measure: measure.kind.label().in_language(self.language).to_owned(),
            since: measure.since,
            place: measure.place.clone(),
        };
        let own = |measure: &&Measure| self.part.suspects.contains(&measure.suspect);
        progress.measures.iter().filter(own).map(view).collect()
    }

    /// What is due.
    pub fn deadlines(&self, progress: &Progress, review: Option<&review::Model>) -> Vec<CaseDeadline> {
        let requested_on = review.map(|review| day_of(review.requested_at));
        deadlines(progress, requested_on, &self.part.roles, self.calendar)
            .into_iter()
            .map(|due| self.deadline(due))
            .collect()
    }

    fn deadline(&self, due: Deadline) -> CaseDeadline {
        let overdue = due.is_over(self.today);
        CaseDeadline {
            kind: due.kind,
            title: due.kind.title().in_language(self.language).to_owned(),
            due_on: due.due_on,
            overdue,
            overrun: overdue.then(|| due.kind.overrun().in_language(self.language).to_owned()),
            basis: due.kind.basis().to_owned(),
        }
    }

    /// Whether a review can be requested, by this reader and today.
    pub fn review(&self, progress: &Progress, review: Option<&review::Model>) -> Review {
        let Procedure::NotFiled { on } = progress.procedure else {
            return Review::None;
        };
        if !self
            .part
            .roles
            .iter()
            .any(|role| matches!(role, Role::Reporter | Role::Victim))
        {
            return Review::None;
        }
        if let Some(review) = review {
            let on = day_of(review.requested_at);
            return Review::Requested {
                on,
                answer_by: periods::review_decision(on, self.calendar),
            };
        }
        let until = periods::review_request(on, self.calendar);
        if self.today > until {
            Review::Late { until }
        } else {
            Review::Open { until }
        }
    }
}

/// What readers in these roles read of a publication's details.
pub fn details(roles: &[Role], step: Step, details: &Details, language: Language) -> Vec<DetailView> {
    disclosed(roles, step, details)
        // The number only ties the step to its item, which has a name.
        .filter(|(field, _)| *field != Field::ItemNo)
        .map(|(field, value)| DetailView {
            field: field.as_str().to_owned(),
            label: field.label().in_language(language).to_owned(),
            value: in_words(field, value, language),
        })
        .collect()
}

/// The value, or the words for a value that is a name.
fn in_words(field: Field, value: &str, language: Language) -> String {
    let phrase = match field {
        Field::State => value.parse::<PropertyState>().ok().map(PropertyState::label),
        Field::Measure => value
            .parse::<shared::cases::rules::MeasureKind>()
            .ok()
            .map(shared::cases::rules::MeasureKind::label),
        _ => None,
    };
    phrase.map_or_else(|| value.to_owned(), |phrase| phrase.in_language(language).to_owned())
}
