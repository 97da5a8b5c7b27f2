//! `/api/openapi.json`: the document tells the truth.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use server::{app, mount::Reader};
use utoipa::openapi::PathItem;
use utoipa_actix_web::OpenApiFactory;

use crate::{
    access::{PLAINEST, example},
    support::TestApp,
};

fn document() -> Value {
    serde_json::to_value(app::openapi()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let methods = ["get", "post", "put", "delete", "patch"];
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let known = item
                .as_object()
                .unwrap()
                .iter()
                .filter(|(method, _)| methods.contains(&method.as_str()));
            known.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
        })
        .collect()
}

#[test]
fn every_reference_leads_somewhere_and_names_are_those_that_are_sent() {
    let document = document();
    let text = document.to_string();
    for rest in text.split("\"$ref\":\"#").skip(1) {
        let pointer = rest.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for value in schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            // In Rust a variant begins with a capital; on the wire nothing does.
            assert!(
                !value.starts_with(|c: char| c.is_ascii_uppercase()),
                "{name} tells {value:?}"
            );
        }
    }
}

#[test]
fn every_operation_says_who_may_use_it_and_what_it_answers() {
    for (method, path, operation) in operations(&document()) {
        assert!(
            operation["security"].is_array(),
            "{method} {path} has no security entry"
        );
        assert!(
            operation["responses"].as_object().is_some_and(|all| !all.is_empty()),
            "{method} {path}"
        );
        assert!(
            operation["summary"].is_string() || operation["description"].is_string(),
            "{method} {path}"
        );
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for name in path.split(['{', '}']).skip(1).step_by(2) {
            assert!(
                parameters.iter().any(|p| p["name"] == name && p["in"] == "path"),
                "{method} {path}: {name}"
            );
        }
    }
}

/// Reads what handlers call their bodies, and finds two that have one name.
#[derive(Default)]
struct Names {
    known: HashMap<String, Value>,
    twice: BTreeSet<String>,
}

impl Reader for Names {
    fn operations(&mut self, _: &str, _: PathItem) {}

    fn schemas(&mut self, handler: &impl OpenApiFactory) {
        let mut schemas = Vec::new();
        handler.schemas(&mut schemas);
        for (name, schema) in schemas {
            let schema = serde_json::to_value(schema).unwrap();
            let before = self.known.entry(name.clone()).or_insert_with(|| schema.clone());
            if *before != schema {
                self.twice.insert(name);
            }
        }
    }
}

#[test]
fn no_two_bodies_have_the_same_name() {
    let names = app::read_with(Names::default());
    assert!(names.known.len() > 300);
    assert_eq!(names.twice, BTreeSet::new(), "one of them is not in the document");
}

/// What is wrong with a value as one of a schema; the place stands before each.
fn misfits(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        return misfits(document, schema, value, place, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        misfits(document, part, value, place, found);
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(ways) = schema[several].as_array() {
            let fits = |way: &&Value| {
                let mut found = Vec::new();
                misfits(document, way, value, place, &mut found);
                found.is_empty()
            };
            if !ways.iter().any(|way| fits(&way)) {
                found.push(format!("{place}: {value} is none of several"));
            }
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    if !kinds.is_empty()
        && !kinds
            .iter()
            .any(|one| one == kind || (one == "number" && kind == "integer"))
    {
        found.push(format!("{place}: {value} is no {:?}", schema["type"]));
    }
    if let Some(names) = schema["enum"].as_array()
        && !names.contains(value)
    {
        found.push(format!("{place}: {value} is not among {names:?}"));
    }
    if let Some(text) = value.as_str() {
        let is_one = match schema["format"].as_str() {
            Some("uuid") => text.parse::<uuid::Uuid>().is_ok(),
            Some("date") => text.parse::<chrono::NaiveDate>().is_ok(),
            Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
            _ => true,
        };
        if !is_one {
            found.push(format!("{place}: {text:?} is no {}", schema["format"]));
        }
    }
    if let Some(number) = value.as_f64() {
        let beyond = |limit: &str, is: fn(f64, f64) -> bool| schema[limit].as_f64().is_some_and(|l| is(number, l));
        if beyond("minimum", |number, least| number < least) || beyond("maximum", |number, most| number > most) {
            found.push(format!("{place}: {number} is beyond the limits"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        misfits(document, &schema["items"], item, &format!("{place}[]"), found);
    }
    if let Some(members) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                found.push(format!("{place}: {name} is missing"));
            }
        }
        for (name, member) in members {
            if let Some(schema) = schema["properties"].get(name) {
                misfits(document, schema, member, &format!("{place}.{name}"), found);
            } else if schema["properties"].is_object() && schema["additionalProperties"].is_null() {
                found.push(format!("{place}: {name} is not described"));
            }
        }
    }
}

#[test]
fn every_body_has_an_example_that_its_schema_takes() {
    let document = document();
    let mut found = Vec::new();
    let mut bodies = 0;
    for (method, path, operation) in operations(&document) {
        for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            bodies += 1;
            let schema = &content["schema"];
            let given = match &content["example"] {
                Value::Null => example(&document, schema),
                given => given.clone(),
            };
            let place = format!("{method} {path} ({kind})");
            if given.to_string().contains(PLAINEST) || given.is_null() {
                found.push(format!("{place} has no example of a text: {given}"));
            }
            misfits(&document, schema, &given, &place, &mut found);
        }
    }
    assert!(bodies > 80, "{bodies}");
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_that_is_documented_is_served_and_guarded_as_it_says() {
    let app = TestApp::start().await;
    let nobody = uuid::Uuid::nil().to_string();
    for (method, path, operation) in operations(&document()) {
        let open = operation["security"]
            .as_array()
            .unwrap()
            .iter()
            .any(|way| way.as_object().unwrap().is_empty());
        let concrete =
            path.replace("{action}", "serve")
                .split('{')
                .enumerate()
                .fold(String::new(), |path, (at, part)| {
                    if at == 0 {
                        part.to_owned()
                    } else {
                        format!("{path}{nobody}{}", part.split_once('}').unwrap().1)
                    }
                });
        let request = app
            .anyone()
            .outside(method.parse().unwrap(), &concrete)
            .json(&serde_json::json!({}));
        let status = request.send().await.unwrap().status().as_u16();
        assert_ne!(status, 405, "{method} {path}");
        assert!(status < 500, "{method} {path}: {status}");
        assert_eq!(
            status == 401 && !path.ends_with("sessions/refresh") && !path.ends_with("staff-sessions"),
            !open,
            "{method} {path}: {status}"
        );
        assert!(
            operation["responses"][status.to_string()].is_object(),
            "{method} {path} answers {status}"
        );
    }
}

#[test]
fn no_route_is_missing_from_the_document() {
    // Routes are mounted only by the functions that also collect the document; what goes around them is found here.
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut handlers = 0;
    let mut folders = vec![source];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains(".route("),
                "{} mounts a route that the document does not see",
                path.display()
            );
            handlers += ["#[get(", "#[post(", "#[put(", "#[delete(", "#[patch("]
                .iter()
                .map(|mark| text.matches(mark).count())
                .sum::<usize>();
        }
    }
    assert_eq!(operations(&document()).len(), handlers, "a handler is not mounted");
}
