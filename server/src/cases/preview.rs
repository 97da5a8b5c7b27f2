//! `POST /case-publications/preview`: what each role would read of a publication, before it is made.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json},
};
use shared::{
    cases::{
        enquiries::{Preview, PreviewForRole, PreviewRequest},
        policy::{may_know, may_read},
        progress::Publication,
        rules::{Field, Role},
    },
    problem::{self, Problem},
};

use super::{lookup, store, view};
use crate::{
    identity::CaseOfficer,
    platform::Platform,
    problem::{Failure, language_of},
};

/// Shows what each role would read of a publication and which text would be sent. Nothing is changed; a step that does not follow is refused as
/// it would be if it were published.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    request_body = PreviewRequest,
    responses((status = 200, body = Preview), crate::problem::Refusals),
)]
#[post("/case-publications/preview")]
pub async fn preview(
    request: HttpRequest,
    _officer: CaseOfficer,
    platform: Data<Platform>,
    body: Json<PreviewRequest>,
) -> Result<Json<Preview>, Failure> {
    let case_no = lookup::number(&body.case_no)?;
    let PreviewRequest {
        step,
        occurred_at,
        details,
        ..
    } = body.into_inner();
    let now = platform.clock.now();
    let db = platform.db.reader();
    let row = store::unsealed(db, case_no.as_str())
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let parties = store::parties(db, row.id, now).await?;
    let opened = store::open(db, &platform, row).await?;
    let publication = Publication {
        step,
        at: occurred_at,
        details,
    };
    opened.progress()?.after(&publication).map_err(Problem::from)?;
    let language = language_of(request.headers());
    let roles = Role::ALL.iter().map(|role| PreviewForRole {
        role: *role,
        people: u32::try_from(parties.iter().filter(|part| part.role == role.as_str()).count()).unwrap_or(u32::MAX),
        told: may_know(&[*role], step),
        details: view::details(&[*role], step, &publication.details, language),
    });
    let withheld = publication
        .details
        .0
        .keys()
        .filter(|name| {
            let field = name.parse::<Field>();
            !field.is_ok_and(|field| may_read(Role::ALL, step, field))
        })
        .cloned();
    Ok(Json(Preview {
        template: step.template().key().to_owned(),
        withheld: withheld.collect(),
        roles: roles.collect(),
    }))
}
