//! What a counter's camera sees when a phone is held before it.

use std::{fs, path::PathBuf};

use super::{Browser, hands::Picture};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// How much darker than the phone the room is.
const ROOM: u8 = 70;
/// How far the phone is held from upright: five degrees, as sine and cosine in thousandths.
const TILT: (i64, i64) = (87, 996);

impl Browser {
    /// A film of this phone, held before a camera with its slip towards it: uncompressed frames, all alike.
    pub async fn filmed(&self) -> PathBuf {
        self.scanned().await;
        let png = self.driver.screenshot_as_png().await.unwrap();
        let screen = Picture::of_png(&png).unwrap();
        let script = "const at = document.querySelector('.slip img').getBoundingClientRect(); \
                      return String(Math.round(at.top + at.height / 2))";
        let middle = self.asks(script).await;
        let middle = middle.as_str().and_then(|text| text.parse().ok());
        let folder = super::pictures();
        fs::create_dir_all(&folder).unwrap();
        let film = folder.join("phone-before-a-camera.y4m");
        fs::write(&film, frames(&screen, middle.unwrap())).unwrap();
        film
    }
}

fn frames(screen: &Picture, middle: i64) -> Vec<u8> {
    let length = |pixels: usize| i64::try_from(pixels).unwrap();
    let (sine, cosine) = TILT;
    let seen = |x: usize, y: usize| {
        let (across, down) = (length(x) - length(WIDTH / 2), length(y) - length(HEIGHT / 2));
        let at_x = (across * cosine + down * sine) / 1_000 + length(screen.width / 2);
        let at_y = (down * cosine - across * sine) / 1_000 + middle;
        match (usize::try_from(at_x), usize::try_from(at_y)) {
            (Ok(x), Ok(y)) if x < screen.width && y < screen.height => screen.brightness(x, y),
            _ => ROOM,
        }
    };
    let mut film = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    let mut frame = b"FRAME\n".to_vec();
    for y in 0..HEIGHT {
        frame.extend((0..WIDTH).map(|x| seen(x, y)));
    }
    // Without colour.
    frame.extend(std::iter::repeat_n(128, WIDTH * HEIGHT / 2));
    for _ in 0..10 {
        film.extend_from_slice(&frame);
    }
    film
}
