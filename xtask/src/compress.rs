//! Compression at build time, so that the server never compresses on a request.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

/// What shrinks; pictures and fonts are compressed already.
const KINDS: [&str; 10] = [
    "css",
    "html",
    "js",
    "json",
    "map",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Writes `.br` and `.gz` beside every file in the folder that gets smaller by it.
pub fn folder(folder: &Path) -> Result<()> {
    for file in files(folder)? {
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if KINDS.contains(&kind) {
            let plain = fs::read(&file)?;
            keep_if_smaller(&plain, &brotli(&plain)?, &with_suffix(&file, "br"))?;
            keep_if_smaller(&plain, &gzip(&plain)?, &with_suffix(&file, "gz"))?;
        }
    }
    Ok(())
}

/// All files under the folder, in a stable order.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// `app.js` with `br` is `app.js.br`.
pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn keep_if_smaller(plain: &[u8], packed: &[u8], file: &Path) -> Result<()> {
    if packed.len() < plain.len() {
        File::create(file)?.write_all(packed)?;
    }
    Ok(())
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: plain.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    // Without a time in its header the file is the same for the same content.
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_was_compressed_can_be_read_again() -> Result<()> {
        let plain = "便民".repeat(500).into_bytes();
        let mut read = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&plain)?, &mut read)?;
        assert_eq!(read, plain);
        read.clear();
        flate2::read::GzDecoder::new(&*gzip(&plain)?).read_to_end(&mut read)?;
        assert_eq!(read, plain);
        Ok(())
    }

    #[test]
    fn a_file_that_does_not_shrink_has_no_compressed_sibling() -> Result<()> {
        let place = tempfile::tempdir()?;
        fs::write(place.path().join("a.txt"), "a")?;
        fs::write(place.path().join("b.txt"), "b".repeat(1000))?;
        folder(place.path())?;
        let names: Vec<_> = files(place.path())?
            .iter()
            .filter_map(|file| Some(file.file_name()?.to_owned()))
            .collect();
        assert_eq!(names, ["a.txt", "b.txt", "b.txt.br", "b.txt.gz"]);
        Ok(())
    }
}
