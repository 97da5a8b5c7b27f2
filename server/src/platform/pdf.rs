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

/// How wide a drawing is on a sheet: 60 millimetres.
const DRAWING_WIDTH: f32 = 170.0;
/// The largest drawing, in pixels each way.
const LARGEST_DRAWING: u32 = 2000;

enum Piece {
    Text { x: f32, y: f32, size: f32, text: String },
    Code { x: f32, y: f32, code: QrCode },
    Drawing { x: f32, y: f32, drawing: Drawing },
}

/// What somebody drew in black, such as a signature: the dark runs of each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    width: u16,
    height: u16,
    /// Row, first column and length.
    runs: Vec<(u16, u16, u16)>,
}

impl Drawing {
    /// Reads a PNG; nothing when it is none, is larger than 2000 pixels each way, or shows nothing.
    pub fn of_png(octets: &[u8]) -> Option<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(octets));
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().ok()?;
        let header = reader.info();
        if header.width > LARGEST_DRAWING || header.height > LARGEST_DRAWING {
            return None;
        }
        let (width, height) = (u16::try_from(header.width).ok()?, u16::try_from(header.height).ok()?);
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut pixels).ok()?;
        let samples = frame.color_type.samples();
        let is_dark = |pixel: &[u8]| {
            let (alpha, shades) = pixel.split_last()?;
            let brightness = shades.iter().map(|shade| u32::from(*shade)).sum::<u32>();
            Some(*alpha > 127 && brightness < 128 * u32::try_from(shades.len()).ok()?)
        };
        let mut runs = Vec::new();
        for (line, row) in pixels.chunks_exact(frame.line_size).zip(0u16..height) {
            let mut begun = None;
            let dark = line.chunks_exact(samples).map(|pixel| is_dark(pixel).unwrap_or(false));
            for (dark, column) in dark.chain(std::iter::once(false)).zip(0u16..) {
                match (dark, begun) {
                    (true, None) => begun = Some(column),
                    (false, Some(first)) => {
                        runs.push((row, first, column - first));
                        begun = None;
                    }
                    _ => {}
                }
            }
        }
        (!runs.is_empty()).then_some(Self { width, height, runs })
    }
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

    /// A drawing, 60 millimetres wide.
    pub fn drawing(&mut self, drawing: Drawing) {
        self.y += 8.0;
        let height = DRAWING_WIDTH * f32::from(drawing.height) / f32::from(drawing.width.max(1));
        self.pieces.push(Piece::Drawing {
            x: VALUES,
            y: self.y,
            drawing,
        });
        self.y += height;
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
                Piece::Drawing { x, y, drawing } => {
                    if let Some(path) = strokes(&drawing, x, y) {
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

/// The dark runs as one path.
fn strokes(drawing: &Drawing, x: f32, y: f32) -> Option<krilla::geom::Path> {
    let pixel = DRAWING_WIDTH / f32::from(drawing.width.max(1));
    let mut path = PathBuilder::new();
    for (row, first, length) in &drawing.runs {
        let left = x + pixel * f32::from(*first);
        let top = y + pixel * f32::from(*row);
        path.push_rect(Rect::from_xywh(left, top, pixel * f32::from(*length), pixel)?);
    }
    path.finish()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(color: png::ColorType, width: u32, pixels: &[u8]) -> Vec<u8> {
        let mut octets = Vec::new();
        let height = u32::try_from(pixels.len()).unwrap() / (width * u32::try_from(color.samples()).unwrap());
        let mut encoder = png::Encoder::new(&mut octets, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        octets
    }

    #[test]
    fn a_drawing_is_its_dark_runs_whatever_the_colours_of_its_png() {
        // What a canvas gives: black where something was drawn, and transparent elsewhere.
        let (ink, nothing) = ([0, 0, 0, 255], [0, 0, 0, 0]);
        let canvas = png_of(
            png::ColorType::Rgba,
            3,
            &[nothing, ink, ink, ink, nothing, ink].concat(),
        );
        let read = Drawing::of_png(&canvas).unwrap();
        assert_eq!(read.runs, [(0, 1, 2), (1, 0, 1), (1, 2, 1)]);
        let grey = png_of(png::ColorType::Grayscale, 3, &[255, 0, 0, 0, 255, 0]);
        assert_eq!(Drawing::of_png(&grey), Some(read));
    }

    #[test]
    fn what_shows_nothing_or_is_no_png_is_no_drawing() {
        assert_eq!(Drawing::of_png(b"hello"), None);
        assert_eq!(Drawing::of_png(&png_of(png::ColorType::Grayscale, 2, &[255; 4])), None);
        let drawn = png_of(png::ColorType::Grayscale, 2, &[0; 4]);
        for end in 0..drawn.len() {
            // Half a picture never panics.
            let _half = Drawing::of_png(&drawn[..end]);
        }
    }
}
