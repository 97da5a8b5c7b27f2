//! Every page in light, dark and large type, one column each, as one picture.

use std::{fmt::Write, fs};

use serde_json::json;

use crate::support::{Browser, Place, pictures};

const MODES: [(&str, &str); 3] = [("light", "浅色"), ("dark", "深色"), ("large", "大字")];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "`cargo xtask sheet` makes it, for people to look at"]
async fn every_page_on_one_sheet() {
    let phone = Browser::phone("sheet").await;
    let place = Place::of_a_visitor(&phone, "13800000013").await;
    let pages = place.pages();
    for (mode, _) in MODES {
        let colours = if mode == "dark" { "dark" } else { "light" };
        let wish = json!({"features": [{"name": "prefers-color-scheme", "value": colours}]});
        phone.devtools("Emulation.setEmulatedMedia", wish).await;
        let elder = format!(
            "localStorage.setItem('elder', '{}')",
            if mode == "large" { "1" } else { "" }
        );
        phone.asks(&elder).await;
        for (name, address, words) in &pages {
            phone.opens(address).await;
            phone.sees(words).await;
            phone.shows(&format!("{name}-{mode}")).await;
        }
    }
    let mut sheet = String::from(
        "<!DOCTYPE html><meta charset=utf-8><style>body{margin:16px;background:#777;font:16px sans-serif}\
        table{border-spacing:12px}th{color:#fff}img{width:260px;display:block}</style><table><tr><th>",
    );
    for (_, title) in MODES {
        write!(sheet, "<th>{title}").unwrap();
    }
    for (name, ..) in &pages {
        write!(sheet, "<tr><th>{name}").unwrap();
        for (mode, _) in MODES {
            write!(sheet, "<td><img src=\"{name}-{mode}.png\">").unwrap();
        }
    }
    let file = pictures().join("sheet/sheet.html");
    fs::write(&file, sheet).unwrap();
    phone.opens(&format!("file://{}", file.display())).await;
    let rows = u32::try_from(pages.len()).unwrap();
    phone.becomes(1000, 80 + rows * 590, false).await;
    phone.picture("sheet").await;
    phone.leaves().await;
}
