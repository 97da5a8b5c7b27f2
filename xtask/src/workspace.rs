//! Where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The workspace's root, as `cargo run` tells it: whoever moves a checkout with all that was compiled in it has another one than the
/// compiler saw.
pub fn root() -> &'static Path {
    static PACKAGE: LazyLock<PathBuf> = LazyLock::new(|| {
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
    });
    PACKAGE.parent().unwrap_or(&PACKAGE)
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
