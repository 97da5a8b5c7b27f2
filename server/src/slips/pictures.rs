//! `GET /slips/{id}/qr.svg` and `/qr.png`: the QR code as a picture, which long presses and caches of phones understand.

use std::borrow::Cow;

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use qrcode::{EcLevel, QrCode, render::svg, types::Color};
use shared::{ids::SlipId, problem::Problem, slips::problems::SLIP_STATE};

use super::{code::require_ready, service::Slips, store};
use crate::{identity::Resident, problem::Failure};

/// The white border that the standard asks for, in modules.
const QUIET: usize = 4;
/// How wide a module is in the PNG.
const MODULE: usize = 8;

/// The QR code of a slip that lies ready.
async fn on_screen(slips: &Slips, resident: &Resident, id: SlipId) -> Result<QrCode, Failure> {
    let db = slips.platform.db.reader();
    let (row, _) = store::visible_one(db, &slips.platform, resident, id).await?;
    require_ready(&row)?;
    let token = slips
        .token(db, id)
        .await?
        .ok_or_else(|| Failure::from(Problem::new(&SLIP_STATE).with("status", row.status.as_str())))?;
    drawn(&token, EcLevel::M)
}

/// A QR code that withstands this much damage.
pub fn drawn(text: &str, level: EcLevel) -> Result<QrCode, Failure> {
    Ok(QrCode::with_error_correction_level(text, level).map_err(anyhow::Error::from)?)
}

fn picture(kind: &'static str, octets: Cow<'static, [u8]>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .body(octets.into_owned())
}

/// The QR code as SVG.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, content_type = "image/svg+xml", description = "The QR code."), crate::problem::Refusals),
)]
#[get("/slips/{id}/qr.svg")]
pub async fn qr_svg(resident: Resident, slips: Data<Slips>, id: Path<SlipId>) -> Result<HttpResponse, Failure> {
    let image = on_screen(&slips, &resident, *id)
        .await?
        .render::<svg::Color<'_>>()
        .min_dimensions(320, 320)
        .build();
    Ok(picture("image/svg+xml", image.into_bytes().into()))
}

/// The QR code as PNG.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, content_type = "image/png", description = "The QR code."), crate::problem::Refusals),
)]
#[get("/slips/{id}/qr.png")]
pub async fn qr_png(resident: Resident, slips: Data<Slips>, id: Path<SlipId>) -> Result<HttpResponse, Failure> {
    let code = on_screen(&slips, &resident, *id).await?;
    Ok(picture("image/png", png_of(&code)?.into()))
}

/// Draws a QR code as a grey PNG of one octet a pixel.
fn png_of(code: &QrCode) -> Result<Vec<u8>, Failure> {
    let modules = code.width();
    let side = (modules + 2 * QUIET) * MODULE;
    let colors = code.to_colors();
    let dark = |x: usize, y: usize| {
        let (x, y) = (x.checked_sub(QUIET), y.checked_sub(QUIET));
        let (Some(x), Some(y)) = (x.filter(|x| *x < modules), y.filter(|y| *y < modules)) else {
            return false;
        };
        colors.get(y * modules + x) == Some(&Color::Dark)
    };
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| {
            if dark(at % side / MODULE, at / side / MODULE) {
                0
            } else {
                255
            }
        })
        .collect();
    let width = u32::try_from(side).map_err(anyhow::Error::from)?;
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(anyhow::Error::from)?;
    writer.write_image_data(&pixels).map_err(anyhow::Error::from)?;
    writer.finish().map_err(anyhow::Error::from)?;
    Ok(image)
}
