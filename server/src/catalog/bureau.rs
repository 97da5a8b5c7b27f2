//! `GET /bureau`: who runs this installation, and the rules of its appointments.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json},
};
use shared::catalog::wire::Bureau;

use super::catalogue::Catalogue;
use crate::problem::language_of;

/// The bureau.
#[utoipa::path(
    tag = "catalog",
    security(()),
    responses((status = 200, body = Bureau), crate::problem::Refusals),
)]
#[get("/bureau")]
pub async fn show_bureau(request: HttpRequest, catalogue: Data<Catalogue>) -> Json<Bureau> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let bureau = snapshot.bureau();
    Json(Bureau {
        name: bureau.name.in_language(language).to_owned(),
        city: bureau.city.in_language(language).to_owned(),
        phone: bureau.phone.clone(),
        booking: bureau.booking,
    })
}
