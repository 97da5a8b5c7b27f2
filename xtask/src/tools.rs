//! `cargo xtask tools`: the programs that build and prove the project.
//!
//! They live in a folder of their own, `$XTASK_TOOLS` or `~/.cache/bianmin/tools`, so that nothing else on the
//! machine changes. One that is already on `PATH` in the right version is used as it is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, cargo, find, program};
use crate::narrator::Narrator;
use crate::wasm::Toolchain;
use crate::workspace;

/// From 0.22 on, trunk asks for a newer Rust than the workspace's.
const TRUNK: &str = "0.21";
const CARGO_DENY: &str = "0.20";
/// The package of wasm-opt.
const BINARYEN: &str = "132";
const ESBUILD: &str = "0.28";
const LIGHTHOUSE: &str = "13";

/// The tools are compiled once and run for seconds: a cheap build is the faster one.
const CHEAP: [&str; 3] = [
    "profile.release.lto=false",
    "profile.release.codegen-units=16",
    "profile.release.debug=0",
];

/// The folder that holds the tools.
pub struct Tools {
    root: PathBuf,
}

impl Tools {
    pub fn open() -> Result<Self> {
        let root = match env::var_os("XTASK_TOOLS") {
            Some(chosen) => workspace::root().join(chosen),
            None => env::home_dir()
                .context("There is no home folder: say with XTASK_TOOLS where the tools may live.")?
                .join(".cache/bianmin/tools"),
        };
        fs::create_dir_all(root.join("bin")).with_context(|| format!("{} cannot be made", root.display()))?;
        Ok(Self { root })
    }

    /// All that builds the client.
    pub fn for_client(&self) -> Result<Toolchain> {
        self.trunk()?;
        self.wasm_bindgen()?;
        self.wasm_opt_and_esbuild()?;
        Toolchain::prepare(&self.root)
    }

    /// Removes what was left of compiling the tools.
    pub fn tidy(&self) -> Result<()> {
        let build = self.build();
        if build.exists() {
            fs::remove_dir_all(build)?;
        }
        Ok(())
    }

    /// One build folder for all, so that the tools share what they have in common.
    fn build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// `PATH` with the tools first.
    pub fn path(&self) -> Result<OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        env::join_paths(self.folders().into_iter().chain(env::split_paths(&inherited)))
            .context("The tools' folder must not have a separator of PATH in its name.")
    }

    /// One of the tools, ready to be given its arguments.
    pub fn command(&self, name: &str) -> Result<Command> {
        let file =
            find(name, &self.folders()).with_context(|| format!("{name} is missing: run `cargo xtask tools`."))?;
        let mut command = program(file);
        command.env("PATH", self.path()?);
        Ok(command)
    }

    /// A folder of the tools' own.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn folders(&self) -> [PathBuf; 2] {
        [self.root.join("bin"), self.root.join("npm/node_modules/.bin")]
    }

    /// Whether the tool is there and begins its version as it should.
    fn has(&self, name: &str, version: &str) -> bool {
        let said = self
            .command(name)
            .and_then(|mut tool| command::read(tool.arg("--version")));
        said.is_ok_and(|said| {
            said.split_whitespace()
                .any(|word| begins(word.trim_start_matches('v'), version))
        })
    }

    fn trunk(&self) -> Result<()> {
        if self.has("trunk", TRUNK) {
            return Ok(());
        }
        // Trunk's default features only let it fetch tools and look for its own updates.
        self.cargo_install("trunk", &format!("^{TRUNK}"), 0, &["--locked", "--no-default-features"])
    }

    fn wasm_bindgen(&self) -> Result<()> {
        let version = locked_version("wasm-bindgen")?;
        if self.has("wasm-bindgen", &version) {
            return Ok(());
        }
        self.cargo_install("wasm-bindgen-cli", &format!("={version}"), 1, &[])
    }

    pub fn cargo_deny(&self) -> Result<()> {
        if self.has("cargo-deny", CARGO_DENY) {
            return Ok(());
        }
        self.cargo_install("cargo-deny", &format!("^{CARGO_DENY}"), 0, &["--locked"])
    }

    fn wasm_opt_and_esbuild(&self) -> Result<()> {
        if self.has("wasm-opt", BINARYEN) && self.has("esbuild", ESBUILD) {
            return Ok(());
        }
        self.npm_install(&[("binaryen", BINARYEN), ("esbuild", ESBUILD)])
    }

    /// Lighthouse, which only its own command needs.
    pub fn lighthouse(&self) -> Result<()> {
        if self.has("lighthouse", LIGHTHOUSE) {
            return Ok(());
        }
        self.npm_install(&[("lighthouse", LIGHTHOUSE)])
    }

    /// Installs packages from npm beside those that are there.
    fn npm_install(&self, packages: &[(&str, &str)]) -> Result<()> {
        let wanted: Vec<String> = packages
            .iter()
            .map(|(name, version)| format!("{name}@{version}"))
            .collect();
        let named = wanted.join(" and ");
        let advice = format!(
            "{named} come from npm: install Node.js 18 or later with npm, connect to the network and run the command again."
        );
        if find("npm", &[]).is_none() {
            bail!("npm is missing. {advice}");
        }
        println!("      installing {named} …");
        let folder = self.root.join("npm");
        fs::create_dir_all(&folder)?;
        command::read(
            program("npm")
                // They are saved, since npm removes what neither a call nor the folder's list names.
                .args([
                    "install",
                    "--save-exact",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel=error",
                    "--prefix",
                ])
                .arg(folder)
                .args(wanted),
        )
        .context(advice)?;
        Ok(())
    }

    /// Compiles a tool; the level of optimisation is worth its time for what reads the whole client.
    fn cargo_install(&self, package: &str, version: &str, level: u8, options: &[&str]) -> Result<()> {
        println!("      installing {package} {version}: this takes some minutes, once …");
        let mut install = cargo();
        install
            .args(["install", package, "--version", version, "--root"])
            .arg(&self.root)
            .args(options);
        for setting in CHEAP {
            install.args(["--config", setting]);
        }
        install.args(["--config", &format!("profile.release.opt-level={level}")]);
        install.env("CARGO_TARGET_DIR", self.build());
        command::run(&mut install).with_context(|| {
            format!(
                "{package} {version} could not be installed. Connect to the network and run `cargo xtask tools`, \
                 or put it on PATH"
            )
        })
    }
}

/// Whether a version begins with these numbers: `0.21.14` with `0.21`, but not with `0.2`.
fn begins(version: &str, wanted: &str) -> bool {
    version
        .strip_prefix(wanted)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// The version that `Cargo.lock` holds; the program must be the library's twin.
fn locked_version(package: &str) -> Result<String> {
    let lock: toml::Table = fs::read_to_string(workspace::root().join("Cargo.lock"))?.parse()?;
    let packages = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .context("Cargo.lock lists no packages")?;
    packages
        .iter()
        .find(|found| found.get("name").and_then(toml::Value::as_str) == Some(package))
        .and_then(|found| found.get("version")?.as_str())
        .map(ToOwned::to_owned)
        .with_context(|| format!("Cargo.lock does not hold {package}"))
}

/// The programs of the tests, with the Debian package that brings each.
pub const STORES: [(&str, &str); 2] = [("postgres", "postgresql"), ("redis-server", "redis-server")];
pub const BROWSER: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Chinese pages and their symbols are drawn with these.
const FONTS: [(&str, &str); 2] = [
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "fonts-noto-cjk",
    ),
    (
        "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        "fonts-noto-color-emoji",
    ),
];

/// Installs those of the programs that are missing.
pub fn ensure_stores() -> Result<()> {
    install_packages(missing_programs(&STORES))
}

/// Installs what the browser journeys need and the machine lacks.
pub fn ensure_browser() -> Result<()> {
    let mut missing = missing_programs(&BROWSER);
    // Elsewhere than on Debian the fonts have other places, and the system's own will do.
    if find("apt-get", &[]).is_some() {
        missing.extend(
            FONTS
                .iter()
                .filter(|(file, _)| !Path::new(file).exists())
                .map(|(_, package)| *package),
        );
    }
    install_packages(missing)
}

/// A program of the system; PostgreSQL's are not on Debian's `PATH`.
pub fn system_program(name: &str) -> Option<PathBuf> {
    find(name, &[]).or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        versions
            .flatten()
            .map(|version| version.path().join("bin").join(name))
            .find(|file| file.is_file())
    })
}

fn missing_programs(wanted: &[(&str, &'static str)]) -> Vec<&'static str> {
    wanted
        .iter()
        .filter(|(name, _)| system_program(name).is_none())
        .map(|(_, package)| *package)
        .collect()
}

fn install_packages(packages: Vec<&'static str>) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(", ");
    let advice = format!("The tests need {list}: install what your system calls these, and run the command again.");
    if find("apt-get", &[]).is_none() {
        bail!(advice);
    }
    println!("      installing {list} with apt-get …");
    let install = || {
        let mut apt = as_root("apt-get");
        apt.args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(&packages);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    // The lists of packages may be absent or old.
    if command::read(&mut install()).is_err() {
        refresh_package_lists().context(advice.clone())?;
        command::read(&mut install()).context(advice)?;
    }
    Ok(())
}

/// Brings apt's lists of packages up to date.
pub fn refresh_package_lists() -> Result<()> {
    command::read(as_root("apt-get").args(["update", "--quiet"])).map(|_| ())
}

/// Runs a program as root, through sudo when we are not.
fn as_root(name: &str) -> Command {
    if nix::unistd::geteuid().is_root() {
        return program(name);
    }
    let mut command = program("sudo");
    command.args(["--preserve-env=DEBIAN_FRONTEND", name]);
    command
}

/// `cargo xtask tools`.
pub fn install_all() -> Result<()> {
    let tools = Tools::open()?;
    let mut narrator = Narrator::new(6);
    narrator.step("trunk", || tools.trunk())?;
    narrator.step("wasm-bindgen", || tools.wasm_bindgen())?;
    narrator.step("wasm-opt and esbuild", || tools.wasm_opt_and_esbuild())?;
    narrator.step("the WebAssembly target", || Toolchain::prepare(&tools.root).map(|_| ()))?;
    narrator.step("cargo-deny", || tools.cargo_deny())?;
    narrator.step("PostgreSQL, Redis and a browser", || {
        ensure_stores().and_then(|()| ensure_browser())
    })?;
    tools.tidy()?;
    println!("All tools are in {}.", tools.root.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_matches_whole_numbers() {
        assert!(begins("0.21.14", "0.21"));
        assert!(begins("0.2.130", "0.2.130"));
        assert!(!begins("0.2.1301", "0.2.130"));
        assert!(!begins("0.21.14", "0.2"));
    }

    #[test]
    fn the_lock_file_holds_the_binding_generators_version() {
        assert!(locked_version("wasm-bindgen").is_ok_and(|version| begins(&version, "0.2")));
    }
}
