//! Who reads what: one table of step × field × role. What does not stand in it is read by nobody.
//!
//! The reporter's identity (刑173), technical investigation (刑270) and the penalty of a public-order offence (治安管理处罚法 art. 136)
//! have no row, and never will.

use super::rules::{
    Details, Field,
    Role::{self, Family, Lawyer, Proxy, Reporter, Victim},
    Step,
};

/// A row: these roles read this field of this step.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The step.
    pub step: Step,
    /// The field; a role that does not read [`Field::Date`] does not know of the step.
    pub field: Field,
    /// Who reads it.
    pub readers: &'static [Role],
}

const fn row(step: Step, field: Field, readers: &'static [Role]) -> Row {
    Row { step, field, readers }
}

/// The table.
pub const TABLE: &[Row] = &[
    // 刑171, 行61: who reports is given a receipt.
    row(Step::Accepted, Field::Date, &[Reporter, Victim, Proxy]),
    row(Step::Accepted, Field::Receipt, &[Reporter, Victim]),
    row(Step::ReviewExtended, Field::Date, &[Reporter, Victim, Proxy]),
    row(Step::ReviewExtended, Field::Reason, &[Reporter, Victim]),
    row(Step::Filed, Field::Date, &[Reporter, Victim, Lawyer, Proxy]),
    row(Step::Filed, Field::Document, &[Reporter, Victim]),
    // 刑178: the notice goes to whoever accuses, with the reasons, since it can be contested.
    row(Step::NotFiled, Field::Date, &[Reporter, Victim, Proxy]),
    row(Step::NotFiled, Field::Document, &[Reporter, Victim]),
    row(Step::NotFiled, Field::Reason, &[Reporter, Victim]),
    // 刑175: the reporter is told where the case went.
    row(Step::Transferred, Field::Date, &[Reporter, Victim, Lawyer, Proxy]),
    row(Step::Transferred, Field::Agency, &[Reporter, Victim, Lawyer, Proxy]),
    row(Step::Transferred, Field::Document, &[Reporter, Victim]),
    // 刑252: an opinion that is used as evidence is told to the suspect and to the victim.
    row(Step::Opinion, Field::Date, &[Victim, Lawyer]),
    row(Step::Opinion, Field::Document, &[Victim, Lawyer]),
    row(Step::Opinion, Field::Opinion, &[Victim, Lawyer]),
    // 刑事诉讼法 art. 85 and 93: the family is told within 24 hours, with the ground and the place.
    row(Step::Measure, Field::Date, &[Family, Lawyer]),
    row(Step::Measure, Field::Suspect, &[Family, Lawyer]),
    row(Step::Measure, Field::Measure, &[Family, Lawyer]),
    row(Step::Measure, Field::Place, &[Family, Lawyer]),
    row(Step::Measure, Field::Reason, &[Family, Lawyer]),
    // 刑189: told within three days to the suspect, to the victim and to whoever reported it.
    row(Step::Dropped, Field::Date, &[Reporter, Victim, Family, Lawyer, Proxy]),
    row(Step::Dropped, Field::Document, &[Victim, Family, Lawyer]),
    row(Step::Dropped, Field::Reason, &[Victim]),
    // 刑289: told to the suspect and the lawyer; the victim may now appoint somebody (刑事诉讼法 art. 46).
    row(Step::Prosecution, Field::Date, &[Victim, Family, Lawyer, Proxy]),
    row(Step::Prosecution, Field::Agency, &[Victim, Family, Lawyer]),
    row(Step::Prosecution, Field::Document, &[Lawyer]),
    // 行165: who is kept waiting is told why.
    row(Step::Extended, Field::Date, &[Reporter, Victim, Proxy]),
    row(Step::Extended, Field::Reason, &[Victim]),
    // 行172: the victim has a copy on paper; the penalty itself is a sealed record and is shown to nobody.
    row(Step::Decided, Field::Date, &[Victim]),
    row(Step::Decided, Field::Document, &[Victim]),
    // 刑233 and 234: property is the owner's affair, and only then the reporter's.
    row(Step::PropertyFound, Field::Date, &[Victim, Proxy]),
    row(Step::PropertyFound, Field::ItemNo, &[Victim, Proxy]),
    row(Step::PropertyFound, Field::Item, &[Victim, Proxy]),
    row(Step::PropertyFound, Field::State, &[Victim, Proxy]),
    row(Step::PropertyFound, Field::Photo, &[Victim]),
    row(Step::PropertyNotice, Field::Date, &[Victim, Proxy]),
    row(Step::PropertyNotice, Field::ItemNo, &[Victim, Proxy]),
    row(Step::PropertyNotice, Field::Item, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::Date, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::ItemNo, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::Item, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::State, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::Place, &[Victim, Proxy]),
    row(Step::PropertyReturn, Field::CollectBy, &[Victim, Proxy]),
    row(Step::PropertyReturned, Field::Date, &[Victim, Proxy]),
    row(Step::PropertyReturned, Field::ItemNo, &[Victim, Proxy]),
    row(Step::PropertyReturned, Field::Item, &[Victim, Proxy]),
    row(Step::Closed, Field::Date, &[Reporter, Victim, Family, Lawyer, Proxy]),
    row(Step::Closed, Field::Result, &[Victim]),
];

/// What anybody at all reads of a step, without having a part in the case: property whose owner is looked for by public notice (刑233).
pub const PUBLIC: &[(Step, Field)] = &[
    (Step::PropertyNotice, Field::Date),
    (Step::PropertyNotice, Field::Item),
    (Step::PropertyNotice, Field::Place),
];

/// What anybody at all reads of a step's detail.
pub fn announced(step: Step, field: Field, details: &Details) -> Option<&str> {
    PUBLIC.contains(&(step, field)).then(|| details.get(field)).flatten()
}

/// Whether one of these roles reads a field of a step.
pub fn may_read(roles: &[Role], step: Step, field: Field) -> bool {
    TABLE
        .iter()
        .any(|row| row.step == step && row.field == field && row.readers.iter().any(|reader| roles.contains(reader)))
}

/// Whether one of these roles knows of a step at all.
pub fn may_know(roles: &[Role], step: Step) -> bool {
    may_read(roles, step, Field::Date)
}

/// What one of these roles reads of a step's details.
pub fn disclosed<'a>(roles: &'a [Role], step: Step, details: &'a Details) -> impl Iterator<Item = (Field, &'a str)> {
    details
        .known()
        .filter(move |(field, _)| may_know(roles, step) && may_read(roles, step, *field))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole policy once more, as lawyers would read it aloud: each step with its fields and the first letters of those who read them.
    const SPOKEN: &str = "\
accepted: occurred_at RVP, receipt_no RV
review-extended: occurred_at RVP, reason RV
filed: occurred_at RVLP, document_no RV
not-filed: occurred_at RVP, document_no RV, reason RV
transferred: occurred_at RVLP, document_no RV, agency RVLP
opinion: occurred_at VL, document_no VL, opinion VL
measure: occurred_at FL, reason FL, place FL, suspect FL, measure FL
technical-measure:
dropped: occurred_at RVFLP, document_no VFL, reason V
prosecution: occurred_at VFLP, document_no L, agency VFL
extended: occurred_at RVP, reason V
decided: occurred_at V, document_no V
property-found: occurred_at VP, item_no VP, item VP, state VP, photo_url V
property-notice: occurred_at VP, item_no VP, item VP
property-return: occurred_at VP, item_no VP, item VP, state VP, place VP, collect_by VP
property-returned: occurred_at VP, item_no VP, item VP
closed: occurred_at RVFLP, result V
";

    fn letter(role: Role) -> char {
        role.as_str().to_ascii_uppercase().chars().next().unwrap()
    }

    #[test]
    fn every_cell_of_the_table_is_what_was_agreed() {
        let mut cells = 0;
        for step in Step::ALL {
            let line = SPOKEN
                .lines()
                .find_map(|line| line.strip_prefix(step.as_str())?.strip_prefix(':'))
                .unwrap_or_else(|| panic!("{step:?} is not spoken of"));
            for field in Field::ALL {
                let readers = line
                    .split(',')
                    .find_map(|cell| cell.trim().strip_prefix(field.as_str())?.strip_prefix(' '))
                    .unwrap_or_default();
                for role in Role::ALL {
                    let agreed = readers.contains(letter(*role));
                    assert_eq!(may_read(&[*role], *step, *field), agreed, "{step:?} {field:?} {role:?}");
                    cells += 1;
                }
            }
        }
        assert_eq!(cells, Step::ALL.len() * Field::ALL.len() * Role::ALL.len());
    }

    #[test]
    fn a_field_stands_in_the_table_once() {
        for (at, row) in TABLE.iter().enumerate() {
            let again = TABLE
                .iter()
                .skip(at + 1)
                .any(|other| (other.step, other.field) == (row.step, row.field));
            assert!(!again, "{row:?}");
        }
    }

    #[test]
    fn nobody_reads_a_field_of_a_step_that_the_role_does_not_know_of() {
        for row in TABLE {
            for reader in row.readers {
                assert!(may_know(&[*reader], row.step), "{row:?}");
            }
        }
    }

    #[test]
    fn secrets_have_no_reader_in_any_role() {
        for step in Step::ALL {
            for field in [Field::ReporterIdentity, Field::Technique] {
                assert!(!may_read(Role::ALL, *step, field), "{step:?} {field:?}");
            }
            assert!(!may_read(&[], *step, Field::Date));
        }
        assert!(!may_know(Role::ALL, Step::TechnicalMeasure));
        assert!(!may_read(Role::ALL, Step::Decided, Field::Result));
    }

    #[test]
    fn the_public_reads_what_was_found_and_where_and_nothing_else_of_any_case() {
        let details = Details(
            Field::ALL
                .iter()
                .map(|field| (field.as_str().to_owned(), "1".to_owned()))
                .collect(),
        );
        for step in Step::ALL {
            for field in Field::ALL {
                let agreed = *step == Step::PropertyNotice && matches!(field, Field::Date | Field::Item | Field::Place);
                assert_eq!(
                    announced(*step, *field, &details).is_some(),
                    agreed,
                    "{step:?} {field:?}"
                );
            }
        }
    }

    #[test]
    fn details_are_cut_down_to_what_the_roles_read() {
        let details = Details(
            [
                ("document_no", "1"),
                ("reason", "2"),
                ("reporter", "张三"),
                ("note", "3"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        );
        let read = |roles: &[Role]| -> Vec<String> {
            disclosed(roles, Step::Dropped, &details)
                .map(|(_, value)| value.to_owned())
                .collect()
        };
        assert_eq!(read(&[Reporter]), [""; 0]);
        assert_eq!(read(&[Family]), ["1"]);
        assert_eq!(read(&[Reporter, Victim]), ["1", "2"]);
    }
}
