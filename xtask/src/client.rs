//! `cargo xtask client`: the client, small and ready to be served.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::command;
use crate::compress::{self, with_suffix};
use crate::fingerprint;
use crate::page::Page;
use crate::tools::Tools;
use crate::wasm::Toolchain;
use crate::workspace;

/// What a resident's browser may have to load, compressed, before a page works: the first page, and the page of what one has, which
/// finds part of it in the browser already.
const BUDGETS: [(&str, u64); 5] = [
    ("index.html", 170_000),
    (UNPAINTED, 170_000),
    ("affairs.html", 200_000),
    ("papers.html", 195_000),
    ("account.html", 130_000),
];

/// The page of the first program for every address but the home page's: nothing is painted, and the program is loaded at once.
const UNPAINTED: &str = "find.html";

/// The language of the oldest browsers on residents' phones that have modules and WebAssembly.
const LANGUAGE: [&str; 2] = ["--target=es2018", "--supported:import-meta=true"];

/// How the program starts. A painted page comes first: its frame is on the screen before the WebAssembly takes the line and the processor.
/// What nobody sees, such as a tab in the background, gets no frames and is not waited for.
const START: &str = "import init from './BINDINGS';
const start = () => init({ module_or_path: '/MODULE' });
const painted = document.getElementById('painted');
if (painted && !document.hidden && !document.documentElement.classList.contains('pending'))
  requestAnimationFrame(() => requestAnimationFrame(start));
else start();
";

/// The folder of the scripts that the binding code imports.
const SNIPPETS: &str = "snippets";

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
    let _alone = alone()?;
    let fingerprint = fingerprint::of_sources(workspace::root(), &SOURCES, &[toolchain.description()])?;
    if report().is_ok_and(|report| report.get("fingerprint") == Some(&Value::from(fingerprint.as_str()))) {
        println!("      the client in dist is up to date");
        return Ok(());
    }

    let mut pages = Vec::new();
    for document in documents() {
        let made = workspace::client_target().join("pages").join(document);
        println!("      {document}: compiling with {} …", toolchain.description());
        trunk(&tools, &toolchain, document, &made)?;
        println!("      {document}: optimising and compressing …");
        let (page, unpainted) = finish(&tools, &toolchain, &made)?;
        fs::rename(made.join("index.html"), made.join(document))?;
        if let Some(unpainted) = &unpainted {
            fs::write(made.join(UNPAINTED), unpainted.markup())?;
        }
        compress::folder(&made)?;
        pages.push(sizes(document, &page, &made)?);
        if let Some(unpainted) = &unpainted {
            pages.push(sizes(UNPAINTED, unpainted, &made)?);
        }
    }

    // What is being served is replaced only when the new one is whole.
    let dist = workspace::dist();
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    for document in documents() {
        copy(&workspace::client_target().join("pages").join(document), &dist)?;
    }
    let report = json!({ "fingerprint": fingerprint, "pages": pages });
    Ok(fs::write(dist.join(REPORT), serde_json::to_string_pretty(&report)?)?)
}

/// Two builds at once would write into the same folders; the lock ends with the file.
fn alone() -> Result<File> {
    let folder = workspace::client_target();
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("building"))?;
    if lock.try_lock().is_err() {
        println!("      waiting for another build of the client …");
        lock.lock()?;
    }
    Ok(lock)
}

/// The residents' first page and that of what they have, and the staff's: each is a program of its own, so that nobody loads what is
/// needed later or by others.
fn documents() -> impl Iterator<Item = &'static str> {
    [
        "index.html",
        "affairs.html",
        "papers.html",
        "account.html",
        "staff.html",
    ]
    .into_iter()
    .filter(|document| workspace::root().join("app").join(document).is_file())
}

/// Prints the first loads, file by file, and fails when one is above its budget.
pub fn within_budget() -> Result<()> {
    let mut above = Vec::new();
    for page in list(&report()?, "pages") {
        let document = text(page, "page");
        let total = count(page, "brotli");
        println!("First load of {document}, brotli bytes:");
        for file in list(page, "files") {
            println!("{:>10}  {}", count(file, "brotli"), text(file, "file"));
        }
        println!("{total:>10}  in all");
        let budget = BUDGETS.iter().find(|(known, _)| *known == document);
        if let Some((_, budget)) = budget.filter(|(_, budget)| total > *budget) {
            above.push(format!("{document} may load {budget} bytes and loads {total}."));
        }
    }
    if !above.is_empty() {
        bail!("{}", above.join("\n"));
    }
    println!("The residents' first loads keep to their budgets.");
    Ok(())
}

fn report() -> Result<Value> {
    let file = workspace::dist().join(REPORT);
    let text = fs::read_to_string(file).context("There is no client in dist: run `cargo xtask client`.")?;
    Ok(serde_json::from_str(&text)?)
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn trunk(tools: &Tools, toolchain: &Toolchain, document: &str, made: &Path) -> Result<()> {
    fs::create_dir_all(made)?;
    let mut trunk = tools.command("trunk")?;
    // It warns that it cannot minify the binding code, which is not its task here.
    trunk
        .args(["build", "--release", "--log", "error", "--dist"])
        .arg(made)
        .arg(Path::new("app").join(document));
    // Trunk takes NO_COLOR for a switch of its own and stops at any value but true or false; the way through its
    // own code tells nothing about a mistake in ours.
    trunk.env_remove("NO_COLOR").env("RUST_BACKTRACE", "0");
    command::run(toolchain.apply(&mut trunk)).context("The client could not be built")
}

/// Optimises what trunk made and names it after its content. Of a painted page there is one without the painting as well.
fn finish(tools: &Tools, toolchain: &Toolchain, made: &Path) -> Result<(Page, Option<Page>)> {
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
    let program = module_before.split('-').next().unwrap_or_default();
    let module_after = named_after_content(program, &optimise(tools, toolchain, made, &module)?)?;
    let start = named_after_content(program, &bundle(tools, made, &bindings_before, &module_after)?)?;

    let mut page = Page::new(fs::read_to_string(made.join("index.html"))?);
    page.start_with(&start)?;
    page.rename(&module_before, &module_after);
    page.rename(&bindings_before, &start);
    page.drop_links_into(SNIPPETS);
    page.refuse_scripts_inside()?;
    let unpainted = page.is_painted().then(|| page.unpainted()).transpose()?;
    if unpainted.is_some() {
        page.paint_before(&module_after)?;
    }
    fs::write(made.join("index.html"), page.markup())?;
    Ok((page, unpainted))
}

/// Makes the WebAssembly small.
fn optimise(tools: &Tools, toolchain: &Toolchain, made: &Path, module: &Path) -> Result<PathBuf> {
    let small = made.join("small.wasm");
    let mut optimiser = tools.command("wasm-opt")?;
    optimiser
        .args(["-Oz", "--converge", "--output"])
        .arg(&small)
        .args(toolchain.optimiser_features())
        .arg(module);
    command::run(&mut optimiser)?;
    fs::remove_file(module)?;
    Ok(small)
}

/// Makes one small script of the binding code, what it imports, and the client's start.
fn bundle(tools: &Tools, made: &Path, bindings: &str, module: &str) -> Result<PathBuf> {
    let entry = made.join("entry.js");
    let start = START.replace("BINDINGS", bindings).replace("MODULE", module);
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
    let imported = made.join(SNIPPETS);
    if imported.exists() {
        fs::remove_dir_all(imported)?;
    }
    Ok(script)
}

/// Gives a file a name that no other content has, so that browsers may keep it for ever.
fn named_after_content(program: &str, file: &Path) -> Result<String> {
    let kind = file.extension().unwrap_or_default().to_string_lossy();
    let name = format!("{program}-{}.{kind}", fingerprint::of_bytes(&fs::read(file)?));
    fs::rename(file, file.with_file_name(&name))?;
    Ok(name)
}

fn sizes(document: &str, page: &Page, made: &Path) -> Result<Value> {
    let mut files = Vec::new();
    let mut total = 0;
    for name in page.first_load(document) {
        let plain = made.join(&name);
        let bytes = plain
            .metadata()
            .with_context(|| format!("{document} names {name}, which was not made"))?
            .len();
        let packed = with_suffix(&plain, "br")
            .metadata()
            .map_or(bytes, |packed| packed.len());
        total += packed;
        files.push(json!({ "file": name, "bytes": bytes, "brotli": packed }));
    }
    Ok(json!({ "page": document, "brotli": total, "files": files }))
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
