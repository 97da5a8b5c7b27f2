//! Tells whether what a build was made from has changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::Result;

use crate::compress::files;

/// Sixteen hexadecimal digits of the content.
pub fn of_bytes(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Sixteen hexadecimal digits of these files' and folders' names and content, and of the notes.
pub fn of_sources(root: &Path, sources: &[&str], notes: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    notes.hash(&mut hasher);
    for source in sources {
        let path = root.join(source);
        let found = if path.is_dir() { files(&path)? } else { vec![path] };
        for file in found {
            file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
            // A file that is absent is a fact too.
            fs::read(&file).ok().hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_follows_content_names_and_notes() -> Result<()> {
        let place = tempfile::tempdir()?;
        let folder = place.path().join("src");
        fs::create_dir(&folder)?;
        fs::write(folder.join("a"), "1")?;
        let mut seen = vec![of_sources(place.path(), &["src", "absent"], &["z"])?];
        assert_eq!(seen, [of_sources(place.path(), &["src", "absent"], &["z"])?]);

        seen.push(of_sources(place.path(), &["src", "absent"], &["s"])?);
        fs::write(folder.join("a"), "2")?;
        seen.push(of_sources(place.path(), &["src", "absent"], &["s"])?);
        fs::rename(folder.join("a"), folder.join("b"))?;
        seen.push(of_sources(place.path(), &["src", "absent"], &["s"])?);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4);
        Ok(())
    }
}
