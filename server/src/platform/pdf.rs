//! Printed sheets: A4 pages with Chinese text and QR codes, in the bundled font, of which a document carries only the glyphs it shows.
#![allow(clippy::float_arithmetic, reason = "a sheet is measured in points")]

use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use krilla::{
    Document,
    geom::{PathBuilder, Point, Rect},
    page::PageSettings,
    paint::Fill,
    text::{Font, TextDirection},
};
use qrcode::{QrCode, types::Color};

/// A4, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
/// The side of a QR code: 60 millimetres.
const CODE_SIDE: f32 = 170.0;
/// Where the values of facts begin.
const VALUES: f32 = 150.0;
/// A line of text holds so many characters of full width beside a name.
const VALUE_CHARACTERS: usize = 30;

static FACE: LazyLock<Option<Font>> = LazyLock::new(|| {
    let octets: &'static [u8] = include_bytes!("../../assets/NotoSansSC-subset.otf");
    Font::new(octets.into(), 0)
});

enum Piece {
    Text { x: f32, y: f32, size: f32, text: String },
    Code { x: f32, y: f32, code: QrCode },
}

/// A page that is written from the top down.
pub struct Sheet {
    font: Font,
    y: f32,
    pieces: Vec<Piece>,
}

impl Sheet {
    /// An empty page.
    pub fn new() -> anyhow::Result<Self> {
        let font = FACE.clone().context("the bundled font cannot be read")?;
        Ok(Self {
            font,
            y: MARGIN,
            pieces: Vec::new(),
        })
    }

    fn text(&mut self, x: f32, size: f32, text: &str) {
        self.pieces.push(Piece::Text {
            x,
            y: self.y,
            size,
            text: text.to_owned(),
        });
    }

    /// A title.
    pub fn title(&mut self, text: &str) {
        self.y += 28.0;
        self.text(MARGIN, 26.0, text);
        self.y += 20.0;
    }

    /// A number to be read at arm's length.
    pub fn large(&mut self, text: &str) {
        self.y += 34.0;
        self.text(MARGIN, 34.0, text);
        self.y += 6.0;
    }

    /// A line of text.
    pub fn line(&mut self, text: &str) {
        self.y += 18.0;
        self.text(MARGIN, 11.0, text);
    }

    /// Some room.
    pub fn gap(&mut self) {
        self.y += 16.0;
    }

    /// A name and its value, which goes on below when it is long.
    pub fn fact(&mut self, name: &str, value: &str) {
        self.y += 20.0;
        self.text(MARGIN, 12.0, name);
        let characters: Vec<char> = value.chars().collect();
        for (at, part) in characters.chunks(VALUE_CHARACTERS).enumerate() {
            if at > 0 {
                self.y += 17.0;
            }
            self.text(VALUES, 12.0, &part.iter().collect::<String>());
        }
    }

    /// A QR code, 60 millimetres wide.
    pub fn code(&mut self, code: &QrCode) {
        self.pieces.push(Piece::Code {
            x: MARGIN,
            y: self.y,
            code: code.clone(),
        });
        self.y += CODE_SIDE;
    }

    /// The document.
    pub fn finish(self) -> anyhow::Result<Vec<u8>> {
        let mut document = Document::new();
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).context("the size of a page")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        // Black.
        surface.set_fill(Some(Fill::default()));
        for piece in self.pieces {
            match piece {
                Piece::Text { x, y, size, text } => {
                    surface.draw_text(
                        Point::from_xy(x, y),
                        self.font.clone(),
                        size,
                        &text,
                        false,
                        TextDirection::Auto,
                    );
                }
                Piece::Code { x, y, code } => {
                    if let Some(path) = modules(&code, x, y) {
                        surface.draw_path(&path);
                    }
                }
            }
        }
        surface.finish();
        page.finish();
        document
            .finish()
            .map_err(|error| anyhow!("a page cannot be written: {error:?}"))
    }
}

/// The dark modules as one path, with the white border that the standard asks for around them.
fn modules(code: &QrCode, x: f32, y: f32) -> Option<krilla::geom::Path> {
    let width = u16::try_from(code.width()).ok()?;
    let module = CODE_SIDE / f32::from(width + 8);
    let mut path = PathBuilder::new();
    for (color, at) in code.to_colors().into_iter().zip(0u16..) {
        if color == Color::Dark {
            let (column, row) = (at % width, at / width);
            let left = x + module * f32::from(column + 4);
            let top = y + module * f32::from(row + 4);
            path.push_rect(Rect::from_xywh(left, top, module, module)?);
        }
    }
    path.finish()
}
