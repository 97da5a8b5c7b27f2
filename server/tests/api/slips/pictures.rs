//! The QR codes, read by a decoder that is not ours.

use super::{Picture, claims, document, octets, picture_of_pdf};
use crate::support::TestApp;
use shared::slips::token::Medium;

/// The picture turned by two degrees, with a white corner-to-corner border around it.
#[allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture is turned"
)]
fn turned(picture: &Picture) -> Picture {
    let side = picture.side + 40;
    let (sin, cos) = 2f32.to_radians().sin_cos();
    let middle = side as f32 / 2.0;
    let mut pixels = vec![255; side * side];
    for y in 0..side {
        for x in 0..side {
            let (dx, dy) = (x as f32 - middle, y as f32 - middle);
            let (fx, fy) = (cos * dx + sin * dy + middle - 20.0, cos * dy - sin * dx + middle - 20.0);
            if fx >= 0.0 && fy >= 0.0 {
                pixels[y * side + x] = picture.at(fx as usize, fy as usize);
            }
        }
    }
    Picture { side, pixels }
}

/// The picture with a grey thumb on a twentieth of its area.
fn covered(picture: &Picture) -> Picture {
    let side = picture.side;
    let thumb = side * 223 / 1000;
    let mut pixels = picture.pixels.clone();
    for y in 0..thumb {
        for x in 0..thumb {
            pixels[(side * 5 / 10 + y) * side + side * 5 / 10 + x] = 96;
        }
    }
    Picture { side, pixels }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_reads_the_screen_straight_turned_and_partly_covered() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let slip = document(&app, &resident).await;
    let png = octets(&resident, &format!("/slips/{slip}/qr.png")).await;
    let picture = Picture::of_png(&png);
    let (meta, text) = picture.decoded().unwrap();
    assert_eq!((meta.version.0, meta.ecc_level), (6, 0), "version 6 at level M");
    assert_eq!(text.len(), 148);
    assert_eq!(claims(&text).medium, Medium::Screen);
    for (how, changed) in [("turned", turned(&picture)), ("covered", covered(&picture))] {
        assert_eq!(changed.decoded().map(|(_, read)| read), Some(text.clone()), "{how}");
    }
    let both = covered(&turned(&picture));
    assert_eq!(both.decoded().map(|(_, read)| read), Some(text.clone()));
    // The picture says nothing about anybody.
    for personal in ["杨", "5399", "138"] {
        assert!(!text.contains(personal));
    }

    let svg = String::from_utf8(octets(&resident, &format!("/slips/{slip}/qr.svg")).await).unwrap();
    assert!(svg.contains("<svg") && !svg.contains("<script"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_reads_the_printed_slip() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let slip = document(&app, &resident).await;
    let pdf = octets(&resident, &format!("/slips/{slip}/slip.pdf")).await;
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(pdf.len() < 120_000, "only the glyphs that are shown: {}", pdf.len());
    let picture = picture_of_pdf(&pdf);
    let (meta, text) = picture.decoded().unwrap();
    assert_eq!((meta.version.0, meta.ecc_level), (8, 3), "version 8 at level Q");
    assert_eq!(claims(&text).medium, Medium::Paper);
    assert_eq!(covered(&turned(&picture)).decoded().map(|(_, read)| read), Some(text));
}
