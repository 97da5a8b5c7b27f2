//! `/api/openapi.json`: the document tells the truth.

use serde_json::Value;
use server::app;

use crate::support::TestApp;

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
