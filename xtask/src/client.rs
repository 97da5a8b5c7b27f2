//! `cargo xtask client`: the residents' client, small and ready to be served.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::command;
use crate::compress::{self, with_suffix};
use crate::fingerprint;
use crate::page::Page;
use crate::tools::Tools;
use crate::wasm::Toolchain;
use crate::workspace;

/// What a browser may have to load, compressed, before the first page works.
const BUDGET: u64 = 170_000;

/// The language of the oldest browsers on residents' phones that have modules and WebAssembly.
const LANGUAGE: [&str; 2] = ["--target=es2018", "--supported:import-meta=true"];

/// What the client is made from; this program's own part in it counts as well.
const SOURCES: [&str; 13] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "app",
    "public",
    "rust-toolchain.toml",
    "shared",
    "xtask/src/client.rs",
    "xtask/src/compress.rs",
    "xtask/src/page.rs",
    "xtask/src/tools.rs",
    "xtask/src/wasm.rs",
];

/// The sizes of the first load, and the fingerprint of what they were made from.
const REPORT: &str = "sizes.json";

/// `cargo xtask client`.
pub fn client() -> Result<()> {
    build()?;
    within_budget()
}

/// Builds the client, unless the one in `dist` was made from the same sources.
pub fn build() -> Result<()> {
    let tools = Tools::open()?;
    let toolchain = tools.for_client()?;
    let fingerprint = fingerprint::of_sources(workspace::root(), &SOURCES, &[toolchain.description()])?;
    if report().is_ok_and(|report| report.get("fingerprint") == Some(&Value::from(fingerprint.as_str()))) {
        println!("      the client in dist is up to date");
        return Ok(());
    }

    // Trunk empties its folder first; what is being served is replaced only when the new one is whole.
    let made = workspace::client_target().join("dist");
    println!("      compiling with {} …", toolchain.description());
    trunk(&tools, &toolchain, &made)?;
    println!("      optimising …");
    let page = finish(&tools, &toolchain, &made)?;
    println!("      compressing …");
    compress::folder(&made)?;
    let report = sizes(&page, &made, &fingerprint)?;
    fs::write(made.join(REPORT), serde_json::to_string_pretty(&report)?)?;

    let dist = workspace::dist();
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    copy(&made, &dist)
}

/// Prints the first load, file by file, and fails above the budget.
pub fn within_budget() -> Result<()> {
    let report = report()?;
    println!("First load of the home page, brotli bytes:");
    for file in report.get("first_load").and_then(Value::as_array).into_iter().flatten() {
        let name = file.get("file").and_then(Value::as_str).unwrap_or_default();
        println!("{:>10}  {name}", count(file, "brotli"));
    }
    let total = count(&report, "brotli");
    println!("{total:>10}  in all, of {BUDGET}");
    if total > BUDGET {
        bail!("The first load is {} bytes above its budget.", total - BUDGET);
    }
    Ok(())
}

fn report() -> Result<Value> {
    let file = workspace::dist().join(REPORT);
    let text = fs::read_to_string(file).context("There is no client in dist: run `cargo xtask client`.")?;
    Ok(serde_json::from_str(&text)?)
}

fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn trunk(tools: &Tools, toolchain: &Toolchain, made: &Path) -> Result<()> {
    fs::create_dir_all(made)?;
    let mut trunk = tools.command("trunk")?;
    // It warns that it cannot minify the binding code, which is not its task here.
    trunk.args(["build", "--release", "--log", "error", "--dist"]).arg(made);
    // Trunk takes NO_COLOR for a switch of its own and stops at any value but true or false.
    trunk.env_remove("NO_COLOR");
    command::run(toolchain.apply(&mut trunk)).context("The client could not be built")
}

/// Optimises what trunk made and names it after its content.
fn finish(tools: &Tools, toolchain: &Toolchain, made: &Path) -> Result<Page> {
    let module = compress::files(made)?
        .into_iter()
        .find(|file| file.to_string_lossy().ends_with("_bg.wasm"))
        .context("trunk made no WebAssembly")?;
    let module_before = module
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_owned();
    let bindings_before = module_before.replace("_bg.wasm", ".js");
    let module_after = optimise(tools, toolchain, made, &module)?;
    let start = bundle(tools, made, &bindings_before, &module_after)?;

    let mut page = Page::new(fs::read_to_string(made.join("index.html"))?);
    page.start_with(&start)?;
    page.rename(&module_before, &module_after);
    page.rename(&bindings_before, &start);
    page.refuse_scripts_inside()?;
    fs::write(made.join("index.html"), page.markup())?;
    Ok(page)
}

/// Makes the WebAssembly small.
fn optimise(tools: &Tools, toolchain: &Toolchain, made: &Path, module: &Path) -> Result<String> {
    let small = made.join("small.wasm");
    let mut optimiser = tools.command("wasm-opt")?;
    optimiser
        .args(["-Oz", "--converge", "--output"])
        .arg(&small)
        .args(toolchain.optimiser_features())
        .arg(module);
    command::run(&mut optimiser)?;
    fs::remove_file(module)?;
    named_after_content(&small, "wasm")
}

/// Makes one small script of the binding code, what it imports, and the client's start.
fn bundle(tools: &Tools, made: &Path, bindings: &str, module: &str) -> Result<String> {
    let entry = made.join("entry.js");
    let start = format!("import init from './{bindings}';\ninit({{ module_or_path: '/{module}' }});\n");
    fs::write(&entry, start)?;
    let script = made.join("script.js");
    let mut esbuild = tools.command("esbuild")?;
    esbuild.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--legal-comments=none",
        "--log-level=warning",
    ]);
    command::run(
        esbuild
            .args(LANGUAGE)
            .arg(format!("--outfile={}", script.display()))
            .arg(&entry),
    )?;

    fs::remove_file(&entry)?;
    fs::remove_file(made.join(bindings))?;
    let imported = made.join("snippets");
    if imported.exists() {
        fs::remove_dir_all(imported)?;
    }
    named_after_content(&script, "js")
}

/// Gives a file a name that no other content has, so that browsers may keep it for ever.
fn named_after_content(file: &Path, kind: &str) -> Result<String> {
    let name = format!("app-{}.{kind}", fingerprint::of_bytes(&fs::read(file)?));
    fs::rename(file, file.with_file_name(&name))?;
    Ok(name)
}

fn sizes(page: &Page, made: &Path, fingerprint: &str) -> Result<Value> {
    let mut files = Vec::new();
    let mut total = 0;
    for name in page.first_load() {
        let plain = made.join(&name);
        let bytes = plain
            .metadata()
            .with_context(|| format!("index.html names {name}, which was not made"))?
            .len();
        let packed = with_suffix(&plain, "br")
            .metadata()
            .map_or(bytes, |packed| packed.len());
        total += packed;
        files.push(json!({ "file": name, "bytes": bytes, "brotli": packed }));
    }
    Ok(json!({ "fingerprint": fingerprint, "first_load": files, "brotli": total, "budget": BUDGET }))
}

/// Copies, because cargo's folder may be on another disk.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in compress::files(from)? {
        let place = to.join(file.strip_prefix(from)?);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&file, &place)?;
    }
    Ok(())
}
