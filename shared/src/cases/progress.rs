//! Where a case stands on its three axes: the fold of its publications.

use chrono::NaiveDate;

use super::{
    measures::{Measure, take_measure},
    property::{Item, move_item},
    rules::{Details, Field, Kind, PropertyState, ReviewGround, Step},
};
use crate::time::{Instant, day_of};

/// A publication, as far as the state of the case follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// What happened.
    pub step: Step,
    /// When.
    pub at: Instant,
    /// What is told of it.
    pub details: Details,
}

/// The procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Procedure {
    /// Reported, and no more (接报案).
    Reported,
    /// Taken as a case (受案).
    Accepted {
        /// Since when.
        on: NaiveDate,
        /// On what ground deciding takes longer than three days.
        ground: Option<ReviewGround>,
    },
    /// Investigated (立案侦查), or a public-order case that takes longer.
    UnderWay {
        /// Since when it is a case.
        on: NaiveDate,
        /// Whether the period was extended.
        extended: bool,
        /// Days that do not count.
        excluded_days: u32,
    },
    /// Not investigated (不予立案).
    NotFiled {
        /// When the notice was served.
        on: NaiveDate,
    },
    /// With another agency (移送管辖).
    Transferred,
    /// Dropped (撤销案件).
    Dropped,
    /// With the prosecutor (移送审查起诉).
    Prosecution,
    /// A public-order case that is decided.
    Decided,
    /// Finished (办结).
    Closed,
}

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// By which procedure it is worked on.
    pub kind: Kind,
    /// The procedure.
    pub procedure: Procedure,
    /// The property.
    pub items: Vec<Item>,
    /// The measures, one for each suspect.
    pub measures: Vec<Measure>,
}

/// A step that the state of the case does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The procedure stands elsewhere.
    #[error("a case that is {from} does not take the step {attempted:?}")]
    Procedure {
        /// The name of the state.
        from: &'static str,
        /// The step.
        attempted: Step,
    },
    /// The item was collected already.
    #[error("the item {item_no} is {from:?} and does not take the step {attempted:?}")]
    Property {
        /// The item's number.
        item_no: String,
        /// Its state.
        from: PropertyState,
        /// The step.
        attempted: Step,
    },
    /// A detail that the step needs is missing or unreadable.
    #[error("the step {attempted:?} needs the detail {}", field.as_str())]
    Detail {
        /// The step.
        attempted: Step,
        /// The detail.
        field: Field,
    },
}

impl Procedure {
    /// The state's name, stored nowhere and shown as the case's.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Accepted { .. } => "accepted",
            Self::UnderWay { .. } => "under-way",
            Self::NotFiled { .. } => "not-filed",
            Self::Transferred => "transferred",
            Self::Dropped => "dropped",
            Self::Prosecution => "prosecution",
            Self::Decided => "decided",
            Self::Closed => "closed",
        }
    }

    fn after(self, kind: Kind, publication: &Publication) -> Result<Self, NotAllowed> {
        let (step, on) = (publication.step, day_of(publication.at));
        let excluded = || {
            publication
                .details
                .get(Field::ExcludedDays)
                .and_then(|days| days.parse().ok())
        };
        let next = match (step, self) {
            (Step::Accepted, Self::Reported) => Self::Accepted { on, ground: None },
            (Step::ReviewExtended, Self::Accepted { on, .. }) => {
                let ground = publication
                    .details
                    .get(Field::Ground)
                    .and_then(|ground| ground.parse().ok());
                let missing = NotAllowed::Detail {
                    attempted: step,
                    field: Field::Ground,
                };
                Self::Accepted {
                    on,
                    ground: Some(ground.ok_or(missing)?),
                }
            }
            (Step::Filed, Self::Accepted { .. } | Self::NotFiled { .. }) => Self::UnderWay {
                on,
                extended: false,
                excluded_days: 0,
            },
            (Step::NotFiled, Self::Accepted { .. }) => Self::NotFiled { on },
            (Step::Transferred, Self::Reported | Self::Accepted { .. } | Self::UnderWay { .. }) => Self::Transferred,
            (Step::Dropped, Self::UnderWay { .. } | Self::Prosecution) => Self::Dropped,
            (Step::Prosecution, Self::UnderWay { .. }) => Self::Prosecution,
            (Step::Extended, Self::Accepted { on, .. } | Self::UnderWay { on, .. }) if kind == Kind::Administrative => {
                Self::UnderWay {
                    on,
                    extended: true,
                    excluded_days: excluded().unwrap_or(0),
                }
            }
            (Step::Decided, Self::Accepted { .. } | Self::UnderWay { .. }) if kind == Kind::Administrative => {
                Self::Decided
            }
            (
                Step::Closed,
                Self::Accepted { .. }
                | Self::UnderWay { .. }
                | Self::NotFiled { .. }
                | Self::Transferred
                | Self::Dropped
                | Self::Prosecution
                | Self::Decided,
            ) => Self::Closed,
            // What is told of evidence, suspects and property does not move the procedure.
            (
                Step::Opinion
                | Step::Measure
                | Step::TechnicalMeasure
                | Step::PropertyFound
                | Step::PropertyNotice
                | Step::PropertyReturn
                | Step::PropertyReturned,
                same,
            ) => same,
            (attempted, from) => {
                return Err(NotAllowed::Procedure {
                    from: from.name(),
                    attempted,
                });
            }
        };
        Ok(next)
    }
}

impl Progress {
    /// A case of which nothing is published yet.
    pub const fn begun(kind: Kind, items: Vec<Item>) -> Self {
        Self {
            kind,
            procedure: Procedure::Reported,
            items,
            measures: Vec::new(),
        }
    }

    /// Where the case stands after publications, in the order in which they happened.
    pub fn of(kind: Kind, items: Vec<Item>, publications: &[Publication]) -> Result<Self, NotAllowed> {
        publications.iter().try_fold(Self::begun(kind, items), Self::after)
    }

    /// Where the case stands after one more publication.
    pub fn after(self, publication: &Publication) -> Result<Self, NotAllowed> {
        let Self {
            kind,
            procedure,
            mut items,
            mut measures,
        } = self;
        let procedure = procedure.after(kind, publication)?;
        if publication.step.leaves_property().is_some() {
            move_item(&mut items, publication)?;
        }
        if publication.step == Step::Measure {
            take_measure(&mut measures, publication)?;
        }
        Ok(Self {
            kind,
            procedure,
            items,
            measures,
        })
    }
}

/// A detail that a step cannot do without.
pub(super) fn needed(publication: &Publication, field: Field) -> Result<&str, NotAllowed> {
    publication.details.get(field).ok_or(NotAllowed::Detail {
        attempted: publication.step,
        field,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::cases::{property::ItemState, rules::MeasureKind};

    fn publication(step: Step, day: i64, details: &[(&str, &str)]) -> Publication {
        Publication {
            step,
            at: Instant::UNIX_EPOCH + TimeDelta::days(day),
            details: Details(
                details
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            ),
        }
    }

    fn laptop() -> Vec<Item> {
        vec![Item {
            item_no: "1".into(),
            name: "笔记本电脑".into(),
            value_fen: Some(620_000),
            state: ItemState::Missing,
        }]
    }

    fn theft(steps: &[Publication]) -> Result<Progress, NotAllowed> {
        Progress::of(Kind::Criminal, laptop(), steps)
    }

    #[test]
    fn the_theft_of_a_laptop_ends_with_its_return() {
        let item = ("item_no", "1");
        let told = [
            publication(Step::Accepted, 1, &[]),
            publication(Step::Filed, 2, &[]),
            publication(Step::PropertyFound, 5, &[item, ("state", "held")]),
            publication(Step::Measure, 5, &[("suspect", "嫌疑人甲"), ("measure", "detained")]),
            publication(Step::Measure, 30, &[("suspect", "嫌疑人甲"), ("measure", "arrested")]),
            publication(
                Step::PropertyReturn,
                31,
                &[item, ("place", "观澜派出所"), ("collect_by", "1970-04-01")],
            ),
            publication(Step::Prosecution, 60, &[]),
            publication(Step::PropertyReturned, 61, &[item]),
            publication(Step::Closed, 90, &[]),
        ];
        let found = theft(&told[..3]).unwrap();
        assert_eq!(found.procedure.name(), "under-way");
        assert_eq!(found.items[0].state.name(), PropertyState::Held);
        let end = theft(&told).unwrap();
        assert_eq!(end.procedure, Procedure::Closed);
        assert_eq!(end.items[0].state.name(), PropertyState::Returned);
        assert_eq!(end.measures.len(), 1, "the arrest follows the detention");
        assert_eq!(end.measures[0].kind, MeasureKind::Arrested);
    }

    #[test]
    fn a_step_before_its_time_names_where_the_case_stands() {
        let error = theft(&[publication(Step::Filed, 1, &[])]).unwrap_err();
        assert_eq!(
            error,
            NotAllowed::Procedure {
                from: "reported",
                attempted: Step::Filed
            }
        );
        let decided = theft(&[publication(Step::Accepted, 1, &[]), publication(Step::Decided, 2, &[])]);
        assert!(decided.is_err(), "a criminal case is not decided by the police");
    }

    #[test]
    fn what_was_returned_is_not_found_again() {
        let item = ("item_no", "1");
        let returned = publication(Step::PropertyReturned, 1, &[item]);
        assert!(theft(std::slice::from_ref(&returned)).is_ok());
        assert!(matches!(
            theft(&[returned, publication(Step::PropertyFound, 2, &[item])]),
            Err(NotAllowed::Property { .. })
        ));
    }

    #[test]
    fn a_step_that_lacks_a_detail_names_it() {
        let wanted = |step, details: &[(&str, &str)]| match theft(&[publication(step, 1, details)]) {
            Err(NotAllowed::Detail { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(wanted(Step::PropertyFound, &[]), Field::ItemNo);
        assert_eq!(wanted(Step::Measure, &[("suspect", "甲")]), Field::Measure);
        assert_eq!(
            wanted(Step::Measure, &[("suspect", "甲"), ("measure", "x")]),
            Field::Measure
        );
    }

    proptest! {
        #[test]
        fn a_closed_case_is_moved_by_nothing_that_is_told_of_its_procedure(
            steps in prop::collection::vec(prop::sample::select(Step::ALL.to_vec()), 0..12),
        ) {
            let mut progress = Progress::begun(Kind::Criminal, laptop());
            let mut closed = false;
            let details = [("item_no", "1"), ("suspect", "甲"), ("measure", "bailed"), ("ground", "checking")];
            for (day, step) in steps.into_iter().enumerate() {
                let next = progress.clone().after(&publication(step, i64::try_from(day).unwrap(), &details));
                if let Ok(next) = next {
                    prop_assert!(!closed || next.procedure == Procedure::Closed);
                    closed |= next.procedure == Procedure::Closed;
                    progress = next;
                }
            }
        }
    }
}
