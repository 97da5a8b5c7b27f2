//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Cargo's output folder, which the caller may have moved.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |chosen| root().join(chosen))
}

/// The client has a folder of its own: its environment differs, and one would make the other's builds stale.
pub fn client_target() -> PathBuf {
    target().join("client")
}

/// The client as it is served.
pub fn dist() -> PathBuf {
    root().join("dist")
}
