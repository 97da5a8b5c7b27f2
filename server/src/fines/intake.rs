//! Takes camera records and decisions, from upstream and from the demonstration's files alike.
//!
//! Each entry is taken by its number: known as it is, it changes nothing. An entry that cannot be taken does not hold up the others.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use shared::{
    fines::{
        rules::{DecisionNo, DecisionStatus, Obligation, ViolationStatus},
        upstream::{UpstreamDecision, UpstreamPerson, UpstreamViolation},
    },
    identity::rules::{IdNumber, PersonName},
    money::Fen,
    time::{Instant, day_of},
    upstream::wire::{Taken, TakenItem},
};
use uuid::Uuid;

use super::{
    entity::{decision, violation},
    store, withdraw,
};
use crate::{
    identity,
    platform::{Platform, db},
    problem::Failure,
};

/// Fines above this are a mistake of a decimal point.
const GREATEST_FINE: Fen = Fen(100_000_000);

/// What became of an entry, or why it cannot be taken.
type Verdict = Result<Taken, String>;

fn item(number: String, verdict: Verdict) -> TakenItem {
    match verdict {
        Ok(result) => TakenItem {
            number,
            result,
            reason: None,
        },
        Err(reason) => TakenItem {
            number,
            result: Taken::Refused,
            reason: Some(reason),
        },
    }
}

/// Takes camera records. The caller commits.
pub async fn take_violations(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entries: Vec<UpstreamViolation>,
    now: Instant,
) -> Result<Vec<TakenItem>, Failure> {
    let mut taken = Vec::with_capacity(entries.len());
    for entry in entries {
        let number = entry.violation_no.clone();
        taken.push(item(number, take_violation(db, platform, entry, now).await?));
    }
    Ok(taken)
}

/// Takes decisions. The caller commits.
pub async fn take_decisions(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entries: Vec<UpstreamDecision>,
    now: Instant,
) -> Result<Vec<TakenItem>, Failure> {
    let mut taken = Vec::with_capacity(entries.len());
    for entry in entries {
        let number = entry.decision_no.clone();
        taken.push(item(number, take_decision(db, platform, entry, now).await?));
    }
    Ok(taken)
}

async fn person_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    person: &UpstreamPerson,
    now: Instant,
) -> Result<Result<Uuid, String>, Failure> {
    let Ok(name) = person.name.parse::<PersonName>() else {
        return Ok(Err("person.name: a name has 2 to 50 letters".into()));
    };
    let number = match person.id_number.parse::<IdNumber>() {
        Ok(number) => number,
        Err(error) => return Ok(Err(format!("person.id_number: {error}"))),
    };
    match identity::vouched_person(db, platform, &name, &number, now).await {
        Ok(person) => Ok(Ok(person.id.0)),
        Err(Failure::Rejected(_)) => Ok(Err("person: the ID number belongs to another name".into())),
        Err(failure) => Err(failure),
    }
}

fn check(number: &str, fine: Fen, points: i32) -> Result<(), String> {
    number.parse::<DecisionNo>().map_err(|error| error.to_string())?;
    if !(Fen::ZERO..=GREATEST_FINE).contains(&fine) {
        return Err("fine_fen: a fine is between nothing and a million yuan".into());
    }
    if !(0..=12).contains(&points) {
        return Err("points: there are 0 to 12".into());
    }
    Ok(())
}

/// A photo is named by a path of the police system, so that nothing else is ever fetched for one.
fn is_path(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    text.starts_with('/')
        && text.len() <= 200
        && text.chars().all(is_plain)
        && !text.contains("//")
        && !text.contains("..")
}

async fn take_violation(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: UpstreamViolation,
    now: Instant,
) -> Result<Verdict, Failure> {
    if let Err(reason) = check(&entry.violation_no, entry.fine_fen, entry.points) {
        return Ok(Err(reason));
    }
    if entry.photo_url.as_deref().is_some_and(|path| !is_path(path)) {
        return Ok(Err("photo_url: a path of the police system".into()));
    }
    let person = match person_of(db, platform, &entry.person, now).await? {
        Ok(person) => person,
        Err(reason) => return Ok(Err(reason)),
    };
    let told = entry.status.unwrap_or(ViolationStatus::Unhandled);
    let known = db::locked(violation::Entity::find())
        .filter(violation::Column::ViolationNo.eq(entry.violation_no.as_str()))
        .one(db)
        .await?;
    let Some(known) = known else {
        let id = Uuid::now_v7();
        let warned_by = warning(db, platform, &entry, person, told).await?;
        let status = if warned_by.is_some() {
            ViolationStatus::Warned
        } else {
            told
        };
        let row = violation::ActiveModel {
            id: Set(id),
            violation_no: Set(entry.violation_no),
            person_id: Set(person),
            plate_no: Set(platform.keys.seal(store::PLATE, id, &entry.plate_no)?),
            occurred_at: Set(entry.occurred_at),
            place: Set(entry.place),
            conduct: Set(entry.conduct),
            conduct_code: Set(entry.conduct_code),
            legal_basis: Set(entry.legal_basis),
            fine_fen: Set(entry.fine_fen.0),
            points: Set(entry.points),
            procedure: Set(entry.procedure.as_str().to_owned()),
            status: Set(status.as_str().to_owned()),
            photo_url: Set(entry.photo_url),
            objection: NotSet,
            handled_at: Set((status != told).then_some(now)),
            warned_by: Set(warned_by),
            received_at: Set(now),
        };
        violation::Entity::insert(row).exec_without_returning(db).await?;
        if status != told {
            // The traffic police decide nothing about it any more.
            store::to_do(db, "warning", id, now).await?;
        }
        return Ok(Ok(Taken::Created));
    };
    if known.person_id != person {
        return Ok(Err("person: the record is another's".into()));
    }
    // What the resident answered here is newer than "unhandled" from there.
    if told == ViolationStatus::Unhandled || known.status == told.as_str() {
        return Ok(Ok(Taken::Unchanged));
    }
    move_violation(db, &known.violation_no, told).await?;
    Ok(Ok(Taken::Updated))
}

/// The rule by which a new record only warns, if it does.
async fn warning(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: &UpstreamViolation,
    person: Uuid,
    told: ViolationStatus,
) -> Result<Option<String>, Failure> {
    let rule = &platform.config.outside.fines.leniency;
    let Some(code) = entry
        .conduct_code
        .as_deref()
        .filter(|_| told == ViolationStatus::Unhandled)
    else {
        return Ok(None);
    };
    // Calls of a system are taken one after the other, so no two records are both the first.
    let earlier = violation::Entity::find()
        .filter(violation::Column::PersonId.eq(person))
        .filter(violation::Column::ConductCode.eq(code))
        .filter(violation::Column::Status.eq(ViolationStatus::Warned.as_str()))
        .all(db)
        .await?;
    let days: Vec<_> = earlier.iter().map(|row| day_of(row.occurred_at)).collect();
    let warns = rule.warns(Some(code), day_of(entry.occurred_at), &days);
    Ok(warns.then(|| rule.citation.clone()))
}

async fn move_violation(db: &impl ConnectionTrait, number: &str, to: ViolationStatus) -> Result<(), Failure> {
    violation::Entity::update_many()
        .col_expr(violation::Column::Status, Expr::value(to.as_str()))
        .filter(violation::Column::ViolationNo.eq(number))
        .filter(violation::Column::Status.ne(ViolationStatus::Withdrawn.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

async fn take_decision(
    db: &impl ConnectionTrait,
    platform: &Platform,
    entry: UpstreamDecision,
    now: Instant,
) -> Result<Verdict, Failure> {
    if let Err(reason) = check(&entry.decision_no, entry.fine_fen, entry.points) {
        return Ok(Err(reason));
    }
    let obligation = Obligation {
        fine: entry.fine_fen,
        surcharge: entry.surcharge_fen,
    };
    // 行政处罚法 art. 72: the surcharge never exceeds the fine, whoever computed it.
    if entry.surcharge_fen < Fen::ZERO || entry.surcharge_fen > entry.fine_fen || obligation.due().is_none() {
        return Ok(Err("surcharge_fen: it is between nothing and the fine".into()));
    }
    let person = match person_of(db, platform, &entry.person, now).await? {
        Ok(person) => person,
        Err(reason) => return Ok(Err(reason)),
    };
    let known = db::locked(decision::Entity::find())
        .filter(decision::Column::DecisionNo.eq(entry.decision_no.as_str()))
        .one(db)
        .await?;
    match known {
        None => insert(db, entry, person, now).await,
        Some(known) if known.person_id != person => Ok(Err("person: the decision is another's".into())),
        Some(known) => update(db, &known, &entry, now).await,
    }
}

async fn insert(
    db: &impl ConnectionTrait,
    entry: UpstreamDecision,
    person: Uuid,
    now: Instant,
) -> Result<Verdict, Failure> {
    let suspensions = serde_json::to_value(&entry.suspensions).map_err(anyhow::Error::from)?;
    if let Some(violation) = &entry.violation_no {
        move_violation(db, violation, ViolationStatus::Decided).await?;
    }
    let row = decision::ActiveModel {
        id: Set(Uuid::now_v7()),
        decision_no: Set(entry.decision_no),
        violation_no: Set(entry.violation_no),
        person_id: Set(person),
        facts: Set(entry.facts),
        legal_basis: Set(entry.legal_basis),
        fine_fen: Set(entry.fine_fen.0),
        points: Set(entry.points),
        decided_on: Set(entry.decided_on),
        received_on: Set(entry.received_on),
        due_on: Set(entry.due_on),
        surcharge_fen: Set(entry.surcharge_fen.0),
        suspensions: Set(suspensions),
        status: Set(entry.status.as_str().to_owned()),
        withdrawn_on: Set(entry.withdrawn_on),
        agency: Set(entry.agency),
        payment_id: NotSet,
        paid_at: NotSet,
        changed_at: Set(now),
    };
    decision::Entity::insert(row).exec_without_returning(db).await?;
    Ok(Ok(Taken::Created))
}

async fn update(
    db: &impl ConnectionTrait,
    known: &decision::Model,
    entry: &UpstreamDecision,
    now: Instant,
) -> Result<Verdict, Failure> {
    let from: DecisionStatus = known.status.parse().map_err(anyhow::Error::from)?;
    if entry.status == DecisionStatus::Withdrawn {
        let on = entry.withdrawn_on.unwrap_or_else(|| day_of(now));
        let withdrawn = withdraw::withdraw(db, known, on, now).await?;
        return Ok(Ok(if withdrawn { Taken::Updated } else { Taken::Unchanged }));
    }
    let suspensions = serde_json::to_value(&entry.suspensions).map_err(anyhow::Error::from)?;
    let amount_changed = known.fine_fen != entry.fine_fen.0 || known.surcharge_fen != entry.surcharge_fen.0;
    let same = !amount_changed
        && known.due_on == entry.due_on
        && known.status == entry.status.as_str()
        && known.suspensions == suspensions;
    // What is paid or withdrawn here stays so, whatever an older message says.
    if same || matches!(from, DecisionStatus::Paid | DecisionStatus::Withdrawn) {
        return Ok(Ok(Taken::Unchanged));
    }
    decision::Entity::update_many()
        .col_expr(decision::Column::FineFen, Expr::value(entry.fine_fen.0))
        .col_expr(decision::Column::SurchargeFen, Expr::value(entry.surcharge_fen.0))
        .col_expr(decision::Column::DueOn, Expr::value(entry.due_on))
        .col_expr(decision::Column::Suspensions, Expr::value(suspensions))
        .col_expr(decision::Column::Status, Expr::value(entry.status.as_str()))
        .col_expr(decision::Column::ChangedAt, Expr::value(now))
        .filter(decision::Column::Id.eq(known.id))
        .filter(decision::Column::Status.is_in([DecisionStatus::Open.as_str(), DecisionStatus::UnderReview.as_str()]))
        .exec(db)
        .await?;
    // An order over the old amount, or of what was paid elsewhere, must not be paid any more.
    if (amount_changed || entry.status == DecisionStatus::Paid)
        && let Some(open) = store::open_payment(db, known.id).await?
    {
        store::to_do(db, "close-order", open.id, now).await?;
    }
    Ok(Ok(Taken::Updated))
}
