//! The client's files: pages are shown, in the smallest form that the browser takes.

use std::fs;

use server::operations::PAGES;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_page_is_shown_and_not_saved() {
    let app = TestApp::start().await;
    let folder = &app.platform.config.client_dir;
    fs::create_dir_all(folder).unwrap();
    for page in PAGES {
        fs::write(folder.join(page), "<!DOCTYPE html>").unwrap();
        fs::write(folder.join(format!("{page}.br")), [0]).unwrap();
    }
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["/", "/appointments", "/console", "/index.html"] {
        let address = format!("{}{path}", app.address);
        let answer = browser
            .get(address)
            .header("Accept-Encoding", "br")
            .send()
            .await
            .unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(header("content-encoding").as_deref(), Some("br"), "{path}");
        assert!(header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert_eq!(header("content-disposition"), None, "{path} would be saved as a file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_path_is_shown_by_the_program_that_has_its_page() {
    let app = TestApp::start().await;
    let folder = &app.platform.config.client_dir;
    fs::create_dir_all(folder).unwrap();
    for page in PAGES {
        fs::write(folder.join(page), page).unwrap();
    }
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, page) in [
        ("/", "index.html"),
        ("/services", "find.html"),
        ("/book/x", "find.html"),
        ("/appointments/x/reschedule", "affairs.html"),
        ("/tickets/x", "affairs.html"),
        ("/me", "affairs.html"),
        ("/R/AEAQ", "papers.html"),
        ("/account", "account.html"),
        ("/passkey", "account.html"),
        ("/login", "find.html"),
        ("/menu", "find.html"),
        ("/console", "staff.html"),
    ] {
        let answer = browser.get(format!("{}{path}", app.address)).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), page, "{path}");
    }
}
