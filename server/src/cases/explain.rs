//! `GET /case-steps`: what each step of a case means, for everybody.

use actix_web::{HttpRequest, get, web::Json};
use shared::{
    cases::{
        policy,
        rules::{Kind, Role, Step},
        wire::StepExplained,
    },
    list::List,
};

use crate::problem::{Failure, language_of};

/// The steps of a case in plain words, in the order in which they usually happen. Steps that nobody is told of are not among them.
#[utoipa::path(
    tag = "cases",
    security(()),
    responses((status = 200, body = List<StepExplained>), crate::problem::Refusals),
)]
#[get("/case-steps")]
pub async fn explain_steps(request: HttpRequest) -> Result<Json<List<StepExplained>>, Failure> {
    let language = language_of(request.headers());
    let items = Step::ALL
        .iter()
        .filter(|step| policy::may_know(Role::ALL, **step))
        .map(|step| StepExplained {
            step: *step,
            title: step.title().in_language(language).to_owned(),
            meaning: step.meaning().in_language(language).to_owned(),
            basis: step.basis(Kind::Criminal).to_owned(),
        })
        .collect();
    Ok(Json(List::whole(items)))
}
