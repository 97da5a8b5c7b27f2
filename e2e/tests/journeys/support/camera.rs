//! What a counter's camera sees when a phone is held before it.

use std::{fs, path::PathBuf};

use super::{Browser, hands::Picture};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// How much darker than the phone the room is.
const ROOM: u8 = 70;
/// How far the phone is held from upright, in radians: five degrees.
const TILT: f64 = 0.087;

impl Browser {
    /// A film of this phone, held before a camera with its slip towards it: uncompressed frames, all alike.
    pub async fn filmed(&self) -> PathBuf {
        self.scanned().await;
        let png = self.driver.screenshot_as_png().await.unwrap();
        let screen = Picture::of_png(&png).unwrap();
        let middle = self
            .asks(
                "const at = document.querySelector('.slip img').getBoundingClientRect(); return at.top + at.height / 2",
            )
            .await;
        let folder = super::pictures();
        fs::create_dir_all(&folder).unwrap();
        let film = folder.join("phone-before-a-camera.y4m");
        fs::write(&film, frames(&screen, middle.as_f64().unwrap())).unwrap();
        film
    }
}

fn frames(screen: &Picture, middle: f64) -> Vec<u8> {
    let (sine, cosine) = TILT.sin_cos();
    let seen = |x: usize, y: usize| {
        let (across, down) = (x as f64 - WIDTH as f64 / 2.0, y as f64 - HEIGHT as f64 / 2.0);
        let at_x = across * cosine + down * sine + screen.width as f64 / 2.0;
        let at_y = down * cosine - across * sine + middle;
        let is_screen = at_x >= 0.0 && at_y >= 0.0 && at_x < screen.width as f64 && at_y < screen.height as f64;
        if is_screen {
            screen.brightness(at_x as usize, at_y as usize)
        } else {
            ROOM
        }
    };
    let mut film = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    let mut frame = b"FRAME\n".to_vec();
    frame.extend(
        (0..HEIGHT)
            .flat_map(|y| (0..WIDTH).map(move |x| (x, y)))
            .map(|(x, y)| seen(x, y)),
    );
    // Without colour.
    frame.extend(std::iter::repeat_n(128, WIDTH * HEIGHT / 2));
    for _ in 0..10 {
        film.extend_from_slice(&frame);
    }
    film
}
