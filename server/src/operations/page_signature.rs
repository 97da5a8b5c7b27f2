//! `POST /wechat/page-signatures`: a page inside WeChat may use the JSSDK.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use shared::{
    problem,
    wechat::{LONGEST_PAGE, PageSignature, PageSignatureRequest, is_own_page},
};

use crate::{
    platform::{Platform, official_account::CallError},
    problem::{Failure, invalid_field},
};

/// Signs the address of a page of this service for WeChat's JSSDK, with which the page scans and is shared with a title. Whoever is given
/// no signature scans with the camera and shares the address.
#[utoipa::path(
    tag = "operations",
    security(()),
    request_body = PageSignatureRequest,
    responses((status = 200, body = PageSignature), crate::problem::Refusals),
)]
#[post("/wechat/page-signatures")]
pub async fn sign_page(platform: Data<Platform>, body: Json<PageSignatureRequest>) -> Result<HttpResponse, Failure> {
    let page = body.page.as_str();
    if !is_own_page(page) || page.contains('#') || page.len() > LONGEST_PAGE {
        return Err(invalid_field(
            "page",
            "expected the path and query of a page of this service",
        ));
    }
    let url = format!("{}{page}", platform.config.public_url);
    match platform.official_account.page_signature(&platform.config, &url).await {
        Ok(signature) => Ok(HttpResponse::Ok().json(signature)),
        Err(CallError::NoAccount) => Err(Failure::from(&problem::NOT_FOUND)),
        Err(error) => {
            tracing::warn!(?error, "WeChat gives no ticket for the JSSDK");
            Err(Failure::from(&problem::UNAVAILABLE))
        }
    }
}
