//! The built client: files whose names carry a hash are kept forever, pages are asked for again, and all come compressed from the build.

use std::path::{Component, Path, PathBuf};

use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, ContentEncoding, HeaderValue},
    },
    web::Data,
};
use shared::problem;

use crate::{config::Config, platform::official_account::script_source, problem::Failure};

/// What a page of the client may load: its own scripts, with no inline script, and its own data. The JSSDK of WeChat is added where there
/// is an official account.
pub fn content_security_policy(config: &Config) -> String {
    let jssdk = script_source(config)
        .map(|folder| format!(" {folder}"))
        .unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{jssdk}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; \
          report-uri /csp-reports; report-to csp"
    )
}

/// The counter's camera reads slips; nothing else that a device has is anybody's business here.
pub const PERMISSIONS_POLICY: &str =
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()";

/// Paths whose pages are the staff's program.
const STAFF: [&str; 5] = ["console", "board", "kiosk", "redeem", "admin"];

/// Paths whose pages are the residents' second program: what one has, after it was found and booked.
const AFFAIRS: [&str; 3] = ["appointments", "tickets", "me"];

/// Paths whose pages are the residents' third program: what one pays, collects and follows.
const PAPERS: [&str; 5] = ["fines", "payments", "slips", "cases", "R"];

/// Paths whose pages are the residents' fourth program: the account.
const ACCOUNT: [&str; 2] = ["account", "passkey"];

/// The pages of a whole client.
pub const PAGES: [&str; 6] = [
    "index.html",
    "find.html",
    "affairs.html",
    "papers.html",
    "account.html",
    "staff.html",
];

/// The folder of the built client.
#[derive(Clone, Debug)]
pub struct Client {
    folder: PathBuf,
}

impl Client {
    /// The client in a folder, which may be built later.
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The file of a path, if the folder has it.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path.trim_start_matches('/'));
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        let file = self.folder.join(relative);
        (plain && !path.ends_with('/') && file.is_file()).then_some(file)
    }

    /// The page that shows a path: the staff's program for theirs, one of the residents' for the rest.
    fn page(&self, path: &str) -> PathBuf {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.folder.join(if STAFF.contains(&first) {
            "staff.html"
        } else if AFFAIRS.contains(&first) {
            "affairs.html"
        } else if PAPERS.contains(&first) {
            "papers.html"
        } else if ACCOUNT.contains(&first) {
            "account.html"
        } else if first.is_empty() {
            "index.html"
        } else {
            // The first program without the painted home page.
            "find.html"
        })
    }
}

/// Answers whatever no route answers: a file of the client, or the page that shows the path.
pub async fn page(request: HttpRequest, client: Data<Client>) -> Result<HttpResponse, Failure> {
    let path = request.path();
    if path.starts_with("/api/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let (file, hashed) = match client.file(path) {
        Some(file) => {
            let hashed = is_hashed(&file);
            (file, hashed)
        }
        // A path with an ending is a file that is not there; a page has none.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            return Err(Failure::from(&problem::NOT_FOUND));
        }
        None => (client.page(path), false),
    };
    if !file.is_file() {
        return Ok(not_built());
    }
    let mut response = send(&request, &file)?;
    let kept = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    Ok(response)
}

/// Sends a file in the smallest form that the browser takes and the build has made.
fn send(request: &HttpRequest, file: &Path) -> Result<HttpResponse, Failure> {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let forms = [
        ("br", "br", ContentEncoding::Brotli),
        ("gzip", "gz", ContentEncoding::Gzip),
    ];
    for (name, ending, encoding) in forms {
        let compressed = PathBuf::from(format!("{}.{ending}", file.display()));
        let wanted = accepted
            .split(',')
            .any(|range| range.trim().split(';').next() == Some(name));
        if wanted && compressed.is_file() {
            let named = NamedFile::open(&compressed)
                .map_err(anyhow::Error::from)?
                .disable_content_disposition();
            let named = named.set_content_type(actix_files::file_extension_to_mime(&extension(file)));
            return Ok(named.set_content_encoding(encoding).into_response(request));
        }
    }
    let named = NamedFile::open(file)
        .map_err(anyhow::Error::from)?
        .disable_content_disposition();
    Ok(named.into_response(request))
}

fn extension(file: &Path) -> String {
    file.extension()
        .map(|ending| ending.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Whether a file's name ends in a hash, as in `app-1f0a9c….wasm`.
fn is_hashed(file: &Path) -> bool {
    file.file_stem()
        .and_then(|stem| stem.to_str())
        .and_then(|stem| {
            stem.rsplit_once('-')
                .or_else(|| stem.strip_suffix("_bg")?.rsplit_once('-'))
        })
        .is_some_and(|(_, hash)| hash.len() >= 8 && hash.trim_end_matches("_bg").bytes().all(|b| b.is_ascii_hexdigit()))
}

fn not_built() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>便民</title>\
         <p>页面尚未构建。请在项目目录运行 <code>cargo xtask client</code>。\
         <p lang=\"en\">The client is not built yet. Run <code>cargo xtask client</code> in the project's folder. \
         The API works meanwhile: <a href=\"/api/docs\">/api/docs</a>",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_plain_ones() {
        assert!(is_hashed(Path::new("app-3aed71afdb44ef55.js")));
        assert!(is_hashed(Path::new("app-3aed71afdb44ef55_bg.wasm")));
        assert!(!is_hashed(Path::new("index.html")));
        assert!(!is_hashed(Path::new("self-service.svg")));
    }

    #[test]
    fn a_path_never_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let client = folder.path().join("dist");
        std::fs::create_dir(&client).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        std::fs::write(client.join("app.js"), "x").unwrap();
        let client = Client::open(&client);
        assert!(client.file("/app.js").is_some());
        assert!(client.file("/../secret.txt").is_none());
        assert!(client.file("//etc/passwd").is_none());
    }
}
