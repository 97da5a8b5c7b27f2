//! What a program is made of, as a `CycloneDX` document (ECMA-424): every crate that is compiled into it or runs while it is built, with its
//! version, licence, origin and checksum, and who needs whom.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::command::{self, cargo};
use crate::workspace;

/// A list, and how many crates are on it.
pub struct List {
    pub document: Value,
    pub crates: usize,
}

/// The list of a package for a machine.
pub fn of(package: &str, machine: &str) -> Result<List> {
    let metadata = command::read(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    // What is compiled depends on the features that this package asks for, which only the tree tells.
    let tree = command::read(cargo().args([
        "tree",
        "--locked",
        "--package",
        package,
        "--target",
        machine,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}",
    ]))?;
    let lock: toml::Table = std::fs::read_to_string(workspace::root().join("Cargo.lock"))?.parse()?;
    document(package, &metadata, &compiled(&tree), &checksums(&lock))
}

/// Names and versions of a tree.
fn compiled(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
        })
        .collect()
}

fn checksums(lock: &toml::Table) -> BTreeMap<(String, String), String> {
    let packages = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    packages
        .filter_map(|package| {
            let text = |name: &str| package.get(name)?.as_str().map(ToOwned::to_owned);
            Some(((text("name")?, text("version")?), text("checksum")?))
        })
        .collect()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn array<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn document(
    package: &str,
    metadata: &Value,
    compiled: &BTreeSet<(String, String)>,
    checksums: &BTreeMap<(String, String), String>,
) -> Result<List> {
    let mut names = BTreeMap::new();
    let mut components = Vec::new();
    let mut subject = None;
    for one in array(metadata, "/packages") {
        let key = (text(one, "name"), text(one, "version"));
        if !compiled.contains(&key) {
            continue;
        }
        let reference = format!("pkg:cargo/{}@{}", key.0, key.1);
        names.insert(text(one, "id"), reference.clone());
        let component = component(one, &reference, checksums.get(&key));
        if key.0 == package {
            subject = Some(component);
        } else {
            components.push(component);
        }
    }
    ensure!(names.len() == compiled.len(), "cargo's tree and its metadata differ");
    components.sort_by_key(|one| text(one, "bom-ref"));
    let mut dependencies: Vec<Value> = array(metadata, "/resolve/nodes")
        .filter_map(|node| {
            let needs: BTreeSet<&String> = array(node, "/deps")
                .filter(|one| is_built(one))
                .filter_map(|one| names.get(&text(one, "pkg")))
                .collect();
            Some(json!({ "ref": names.get(&text(node, "id"))?, "dependsOn": needs }))
        })
        .collect();
    dependencies.sort_by_key(|one| text(one, "ref"));
    Ok(List {
        crates: compiled.len(),
        document: json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": { "component": subject.with_context(|| format!("there is no package {package}"))? },
            "components": components,
            "dependencies": dependencies,
        }),
    })
}

/// Whether a dependency is more than one of tests.
fn is_built(dependency: &Value) -> bool {
    array(dependency, "/dep_kinds").any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"))
}

fn component(package: &Value, reference: &str, checksum: Option<&String>) -> Value {
    let ours = package.get("source").is_none_or(Value::is_null);
    let mut component = json!({
        "type": if ours { "application" } else { "library" },
        "bom-ref": reference,
        "name": text(package, "name"),
        "version": text(package, "version"),
        "purl": reference,
        "description": text(package, "description"),
    });
    if let Some(fields) = component.as_object_mut() {
        // Older crates write a slash for "or".
        let licence = text(package, "license").replace(" / ", " OR ").replace('/', " OR ");
        if !licence.is_empty() {
            fields.insert("licenses".into(), json!([{ "expression": licence }]));
        }
        if let Some(checksum) = checksum {
            fields.insert("hashes".into(), json!([{ "alg": "SHA-256", "content": checksum }]));
        }
        let origin = text(package, "repository");
        if !origin.is_empty() {
            fields.insert("externalReferences".into(), json!([{ "type": "vcs", "url": origin }]));
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_what_is_compiled_and_nothing_of_tests() -> Result<()> {
        let metadata = json!({
            "packages": [
                { "id": "a", "name": "server", "version": "0.1.0", "source": null, "license": "Apache-2.0" },
                { "id": "b", "name": "itoa", "version": "1.0.0", "source": "index", "license": "MIT/Apache-2.0", "repository": "https://example.org" },
                { "id": "c", "name": "proptest", "version": "1.0.0", "source": "index", "license": "MIT" },
            ],
            "resolve": { "nodes": [
                { "id": "a", "deps": [
                    { "pkg": "b", "dep_kinds": [{ "kind": null }] }, { "pkg": "c", "dep_kinds": [{ "kind": "dev" }] },
                ] },
                { "id": "b", "deps": [] },
            ] },
        });
        let compiled = compiled("server v0.1.0 (/somewhere/server)\nitoa v1.0.0");
        let sums = BTreeMap::from([(("itoa".to_owned(), "1.0.0".to_owned()), "00ff".to_owned())]);
        let list = document("server", &metadata, &compiled, &sums)?;
        assert_eq!(list.crates, 2);
        assert_eq!(
            list.document.pointer("/metadata/component/name"),
            Some(&json!("server"))
        );
        assert_eq!(
            list.document.pointer("/components/0/licenses/0/expression"),
            Some(&json!("MIT OR Apache-2.0"))
        );
        assert_eq!(
            list.document.pointer("/components/0/hashes/0/content"),
            Some(&json!("00ff"))
        );
        assert_eq!(list.document.pointer("/components/1"), None);
        assert_eq!(
            list.document.pointer("/dependencies/1/dependsOn"),
            Some(&json!(["pkg:cargo/itoa@1.0.0"]))
        );
        Ok(())
    }
}
