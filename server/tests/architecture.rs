//! The invariants of `ARCHITECTURE.md` that the compiler does not see: who may import whom, and what stands where.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Rust files below a folder, by their path from the root, without the lines of their tests and comments.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let product = text.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                files.insert(name, lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has no sources");
    files
}

/// The slices of the server: the folders that are neither the platform nor operations.
fn slices() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("server/src")).unwrap();
    folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "platform" && name != "operations")
        .collect()
}

/// The first names after `crate::` in a source, also inside a `use crate::{…}` with nested braces.
fn imported(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in source.match_indices("crate::") {
        let rest = &source[at + "crate::".len()..];
        if !rest.starts_with('{') {
            names.insert(identifier(rest));
            continue;
        }
        let mut depth = 0;
        let mut expects_name = false;
        for (at, character) in rest.char_indices() {
            match character {
                '{' => {
                    depth += 1;
                    expects_name = depth == 1;
                }
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                ',' => expects_name = depth == 1,
                c if c.is_whitespace() => {}
                _ if expects_name => {
                    names.insert(identifier(&rest[at..]));
                    expects_name = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Which slices a slice may call, through what the other's `mod.rs` exports.
fn may_call(slice: &str) -> &'static [&'static str] {
    match slice {
        "identity" => &[],
        "catalog" | "notify" | "upstream" => &["identity"],
        "queue" => &["identity", "catalog", "notify"],
        "appointments" => &["identity", "catalog", "queue", "notify"],
        "cases" => &["identity", "notify", "slips", "upstream"],
        "fines" | "slips" => &["identity", "notify", "upstream"],
        other => panic!("the slice {other} has no rule: add one, and to ARCHITECTURE.md"),
    }
}

#[test]
fn slices_call_only_the_slices_they_may() {
    let slices = slices();
    for slice in &slices {
        for (file, source) in sources(&format!("server/src/{slice}")) {
            for name in imported(&source).intersection(&slices) {
                let allowed = name == slice || may_call(slice).contains(&name.as_str());
                assert!(allowed, "{file} calls {name}, which {slice} may not");
            }
        }
    }
}

#[test]
fn the_platform_knows_no_slice() {
    let slices = slices();
    for (file, source) in sources("server/src/platform") {
        let known: Vec<_> = imported(&source).intersection(&slices).cloned().collect();
        assert!(known.is_empty(), "{file} knows {known:?}");
    }
}

#[test]
fn only_the_app_is_above_the_slices() {
    for slice in slices() {
        for (file, source) in sources(&format!("server/src/{slice}")) {
            for above in ["app", "jobs", "content"] {
                assert!(!imported(&source).contains(above), "{file} reaches up to {above}");
            }
        }
    }
}

#[test]
fn stores_and_rows_are_private_to_their_slice() {
    for slice in slices() {
        let module = fs::read_to_string(root().join(format!("server/src/{slice}/mod.rs"))).unwrap();
        for private in ["entity", "store"] {
            assert!(
                !module.contains(&format!("pub mod {private}")),
                "{slice} shows its {private}"
            );
        }
        let hands_out = module.contains(" entity::") || module.contains("{entity::");
        assert!(!hands_out, "{slice}/mod.rs hands rows out");
    }
}

#[test]
fn the_deployment_mode_is_named_in_the_platform_and_the_configuration_only() {
    for (file, source) in sources("server/src") {
        if file.starts_with("server/src/platform") || file == "server/src/config.rs" {
            continue;
        }
        for word in [
            "Mode",
            "Store::Sqlite",
            "Store::Postgres",
            "DatabaseBackend",
            "redis_url",
        ] {
            let named = source.match_indices(word).any(|(at, _)| {
                let before = source[..at].chars().next_back().unwrap_or(' ');
                let after = source[at + word.len()..].chars().next().unwrap_or(' ');
                [before, after].iter().all(|c| !c.is_alphanumeric() && *c != '_')
            });
            assert!(!named, "{file} names {word}");
        }
    }
}

#[test]
fn the_domain_language_has_no_clock_no_randomness_and_no_io() {
    for (file, source) in sources("shared/src") {
        for word in [
            "Utc::now",
            "Local::now",
            "SystemTime",
            "Instant::now",
            "rand::",
            "std::fs",
            "std::net",
            "std::env",
        ] {
            assert!(!source.contains(word), "{file} uses {word}");
        }
    }
    let manifest = fs::read_to_string(root().join("shared/Cargo.toml")).unwrap();
    for dependency in ["sea-orm", "actix", "reqwest", "tokio", "redis", "rand "] {
        assert!(!manifest.contains(dependency), "shared depends on {dependency}");
    }
}

#[test]
fn client_sandbox_and_journeys_never_depend_on_the_server() {
    for member in ["app", "sandbox", "e2e"] {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        for crate_name in ["server", "migrations"] {
            let depends = manifest
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("{crate_name} =")));
            assert!(!depends, "{member} depends on {crate_name}");
        }
    }
}

#[test]
fn nothing_unfinished_is_shipped() {
    for folder in ["server/src", "shared/src", "migrations/src", "sandbox/src", "app/src"] {
        for (file, source) in sources(folder) {
            for word in ["todo!(", "unimplemented!(", "FIXME"] {
                assert!(!source.contains(word), "{file} has {word}");
            }
        }
    }
}

#[test]
fn no_folder_is_a_drawer_for_leftovers() {
    for folder in ["server/src", "shared/src", "sandbox/src", "app/src", "xtask/src"] {
        for file in sources(folder).keys() {
            for name in ["utils", "helpers", "helper", "common", "misc", "manager"] {
                let parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
                assert!(!parts.contains(&name), "{file} is a drawer");
            }
        }
    }
}

/// Beyond this many lines a file is looked at for a seam; the list says which were looked at and stay.
const LONG: usize = 400;

#[test]
fn files_stay_short_enough_to_be_read_at_once() {
    let looked_at: BTreeSet<&str> = BTreeSet::from([
        // Newtypes and their tests, one after the other.
        "shared/src/identity/rules.rs",
        // Bodies and problem types, one after the other.
        "shared/src/appointments/wire.rs",
        // Templates and their tests, one after the other.
        "shared/src/notify/rules.rs",
        // The token, how it is read and signed, and the tests that alter it.
        "shared/src/slips/token.rs",
        // Bodies and problem types, one after the other.
        "shared/src/catalog/arrangements.rs",
        // Every setting, one after the other, and their tests.
        "server/src/config.rs",
        // Every table, one after the other.
        "server/src/holdings.rs",
    ]);
    for folder in ["server/src", "shared/src", "app/src"] {
        for file in sources(folder).keys() {
            let lines = fs::read_to_string(root().join(file)).unwrap().lines().count();
            assert!(
                lines <= LONG || looked_at.contains(file.as_str()),
                "{file} has {lines} lines: look for the seam"
            );
        }
    }
}

#[test]
fn the_map_names_every_slice() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for slice in slices() {
        assert!(
            map.contains(&format!("`{slice}`")),
            "ARCHITECTURE.md does not name {slice}"
        );
    }
}
