//! The compiler of the client.
//!
//! Where rustup has, or can fetch, the `wasm32-unknown-unknown` target, the ordinary toolchain builds the client.
//! Where it cannot, Debian's packages hold a compiler together with the standard library's source: they are
//! unpacked beside the other tools (they must not be installed, for they conflict with rustup) and the library is
//! built with the client. That takes longer once, and makes a leaner client: its panics carry no text, and it uses
//! only what the oldest browsers with WebAssembly understand.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, find, program};
use crate::tools;
use crate::workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// The profile in which the client is shipped.
pub const PROFILE: &str = "wasm-release";

/// Debian's packages: the compiler, what it links with, its lints, and the library's source.
const PACKAGES: [&str; 4] = ["rustc-web", "libstd-rust-web-dev", "rust-web-src", "rust-web-clippy"];

/// What those need in turn that a small system may lack.
const LIBRARIES: [&str; 3] = ["libz3-4", "libedit2", "libxml2"];

/// How the client's Rust becomes WebAssembly on this machine.
pub enum Toolchain {
    /// The workspace's own toolchain has the target.
    Ready,
    /// The standard library is built from source by the compiler in this folder.
    FromSource { home: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// Finds a toolchain, or installs one into the tools' folder.
    pub fn prepare(tools: &Path) -> Result<Self> {
        let home = tools.join("rust-web");
        let sysroot = PathBuf::from(command::read(program("rustc").args(["--print", "sysroot"]))?);
        if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
            return Ok(Self::Ready);
        }
        if !home.join("rustc").is_file() {
            if target_can_be_added() {
                return Ok(Self::Ready);
            }
            unpack_from_debian(&home).with_context(|| {
                format!(
                    "The client needs the {TARGET} target. Connect to the network and run `rustup target add {TARGET}`"
                )
            })?;
        }
        Ok(Self::FromSource {
            linker: linker(&sysroot)?,
            home,
        })
    }

    /// Makes a command that calls cargo build for the client.
    pub fn apply<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("CARGO_TARGET_DIR", workspace::client_target());
        if let Self::FromSource { home, linker } = self {
            command
                .env("RUSTC", home.join("rustc"))
                .env("RUSTDOC", home.join("rustdoc"))
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                .env("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true")
                .env(format!("CARGO_PROFILE_{}_PANIC", variable(PROFILE)), "immediate-abort")
                .env(format!("CARGO_TARGET_{}_LINKER", variable(TARGET)), linker)
                .env(
                    format!("CARGO_TARGET_{}_RUSTFLAGS", variable(TARGET)),
                    "-Ctarget-cpu=mvp -Ctarget-feature=+mutable-globals -Zlocation-detail=none -Zfmt-debug=none",
                );
        }
        command
    }

    /// A command that lints the client with warnings denied.
    ///
    /// In the shipped profile, so that the macros' own code is compiled once for this and for the build.
    pub fn clippy(&self) -> Command {
        let mut cargo = command::cargo();
        match self {
            Self::Ready => {
                cargo.args(["clippy", "--package=app", "--target", TARGET]);
                cargo.args(["--profile", PROFILE, "--", "--deny=warnings"]);
            }
            // `cargo clippy` would put the workspace toolchain's driver before the other compiler.
            Self::FromSource { home, .. } => {
                cargo
                    .args(["check", "--package=app", "--target", TARGET, "--profile", PROFILE])
                    .env("RUSTC_WORKSPACE_WRAPPER", home.join("clippy-driver"))
                    .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
            }
        }
        self.apply(&mut cargo);
        cargo
    }

    /// What `wasm-opt` may assume of the browser: no more than the compiler already does.
    pub fn optimiser_features(&self) -> &'static [&'static str] {
        match self {
            Self::Ready => &[
                "--enable-bulk-memory",
                "--enable-multivalue",
                "--enable-mutable-globals",
                "--enable-nontrapping-float-to-int",
                "--enable-reference-types",
                "--enable-sign-ext",
            ],
            Self::FromSource { .. } => &["--mvp-features", "--enable-mutable-globals"],
        }
    }

    pub fn description(&self) -> &'static str {
        match self {
            Self::Ready => "the workspace's toolchain",
            Self::FromSource { .. } => "the standard library built from source",
        }
    }
}

/// As cargo spells a name inside an environment variable.
fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn target_can_be_added() -> bool {
    // Who has told rustup to install nothing by itself has, as a rule, no way to its servers.
    if find("rustup", &[]).is_none() || env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|choice| choice == "0") {
        return false;
    }
    println!("      adding the {TARGET} target with rustup …");
    command::succeeds_within(
        program("rustup").args(["target", "add", TARGET]),
        Duration::from_mins(2),
    )
}

fn linker(sysroot: &Path) -> Result<PathBuf> {
    let version = command::read(program("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap_or_default();
    let linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
    if !linker.is_file() {
        bail!(
            "There is no rust-lld in {}: install Rust with rustup, whose toolchains bring it.",
            sysroot.display()
        );
    }
    Ok(linker)
}

fn unpack_from_debian(home: &Path) -> Result<()> {
    for needed in ["apt-get", "apt-cache", "dpkg"] {
        if find(needed, &[]).is_none() {
            bail!("it could not be added, and without {needed} Debian's compiler cannot be taken instead");
        }
    }
    println!(
        "      unpacking Debian's WebAssembly compiler into {} …",
        home.display()
    );
    let unpacked = home.with_extension("unpacking");
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked)?;
    }
    let archives = unpacked.join("archives");
    fs::create_dir_all(&archives)?;

    // Old lists name an older compiler, or archives that are gone. Without a network the lists that are there must do.
    if let Err(error) = tools::refresh_package_lists() {
        println!("      the lists of packages stay as they are: {error:#}");
    }
    let standard_library = dependency("libstd-rust-web-dev", "libstd-rust-web-")?;
    let back_end = dependency(&standard_library, "libllvm")?;
    let mut packages: Vec<String> = PACKAGES.iter().chain(&LIBRARIES).map(ToString::to_string).collect();
    packages.extend([standard_library, back_end]);
    command::read(
        program("apt-get")
            .arg("download")
            .args(&packages)
            .current_dir(&archives),
    )?;
    for archive in fs::read_dir(&archives)? {
        command::read(program("dpkg").arg("-x").arg(archive?.path()).arg(&unpacked))?;
    }
    fs::remove_dir_all(&archives)?;
    for name in ["rustc", "rustdoc", "clippy-driver"] {
        write_wrapper(&unpacked, home, name)?;
    }
    fetch_dependencies_of_std(&unpacked)?;
    // The folder appears under its name only when it is whole.
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::rename(&unpacked, home).with_context(|| format!("{} could not be put in place", home.display()))
}

/// The standard library is built offline later, and has dependencies of its own.
fn fetch_dependencies_of_std(unpacked: &Path) -> Result<()> {
    let manifest = unpacked.join("usr/lib/rustlib/src/rust/library/Cargo.toml");
    let mut fetch = command::cargo();
    fetch
        .args(["fetch", "--quiet", "--locked", "--manifest-path"])
        .arg(&manifest);
    // Its manifest uses what the compiler's own build may use.
    command::run(fetch.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_TARGET_DIR"))
}

/// What a package depends on under a name that begins so: compilers' libraries carry their version in the name.
fn dependency(package: &str, beginning: &str) -> Result<String> {
    let depends = command::read(program("apt-cache").args(["depends", package]))?;
    depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with(beginning))
        .map(ToOwned::to_owned)
        .with_context(|| {
            format!("apt knows no {beginning}… of {package}: run `apt-get update`, or use Debian 12 or later")
        })
}

/// Libraries are found beside the program, as they would be if the packages were installed.
fn write_wrapper(folder: &Path, home: &Path, name: &str) -> Result<()> {
    let usr = home.join("usr");
    let script = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH='{usr}/lib/x86_64-linux-gnu' exec '{usr}/bin/{name}' \"$@\"\n",
        usr = usr.display(),
    );
    let file = folder.join(name);
    fs::write(&file, script)?;
    command::run(program("chmod").arg("+x").arg(&file))
}
