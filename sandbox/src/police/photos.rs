//! `GET /police/traffic-police/photos/{number}.png`: what a camera saw, drawn instead of taken.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use crate::{
    Sandbox,
    caller::{self, Refusal},
};

const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;

/// The photo of any record, for a call that the server has signed.
pub async fn photo(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    if let Err(refusal) = caller::verify(&sandbox, &request, b"") {
        return refusal.response();
    }
    let (_, file) = path.into_inner();
    match file.strip_suffix(".png").map(drawn) {
        Some(Ok(picture)) => HttpResponse::Ok().content_type("image/png").body(picture),
        _ => Refusal(StatusCode::NOT_FOUND, "UNKNOWN_PHOTO", "照片不存在".into()).response(),
    }
}

/// A crossing at dusk: a red light, and a car whose colour and lane follow from the record's number.
fn drawn(number: &str) -> Result<Vec<u8>, png::EncodingError> {
    let sum = number
        .bytes()
        .fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte));
    let colours = [[176, 38, 38], [210, 210, 214], [38, 62, 120], [58, 60, 64]];
    let colour = colours
        .get(usize::try_from(sum % 4).unwrap_or(0))
        .copied()
        .unwrap_or([90; 3]);
    let left = 190 + sum / 4 % 120;
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            pixels.extend_from_slice(&at(x, y, left, colour));
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

/// The colour of a point.
fn at(x: u32, y: u32, left: u32, car: [u8; 3]) -> [u8; 3] {
    let within =
        |from_x: u32, to_x: u32, from_y: u32, to_y: u32| (from_x..to_x).contains(&x) && (from_y..to_y).contains(&y);
    let shade = |bright: u32| u8::try_from(bright.min(255)).unwrap_or(255);
    if within(560, 572, 20, 120) || within(552, 580, 20, 90) && !within(556, 576, 26, 44) {
        return [30, 30, 32];
    }
    if within(556, 576, 26, 44) {
        return [235, 40, 30];
    }
    // The car from behind: plate, lamps, window, body.
    if within(left + 85, left + 155, 250, 270) {
        return [30, 70, 170];
    }
    if within(left + 12, left + 44, 222, 242) || within(left + 196, left + 228, 222, 242) {
        return [220, 30, 24];
    }
    if within(left + 40, left + 200, 140, 190) {
        return [46, 54, 62];
    }
    if within(left, left + 240, 192, 292) || within(left + 24, left + 216, 128, 192) {
        return car;
    }
    if y < 120 {
        return [shade(60 + y / 2), shade(70 + y / 2), shade(110 + y / 2)];
    }
    if (x / 40 + y / 60).is_multiple_of(9) && x % 40 < 6 || within(0, WIDTH, 306, 314) {
        return [214, 214, 206];
    }
    [shade(70 + y / 12), shade(72 + y / 12), shade(76 + y / 12)]
}
