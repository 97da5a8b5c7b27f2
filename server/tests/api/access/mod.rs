//! Who gets where: every operation of the document, asked by everyone, on their own things and on those of others.

mod world;

use reqwest::{Method, header};
use serde_json::{Value, json};
use server::app;
use shared::problem::{FORBIDDEN, UNAUTHENTICATED};

use self::world::{Caller, World};
use crate::support::root;

/// An operation of the document.
struct Operation {
    method: Method,
    path: String,
    described: Value,
}

impl Operation {
    fn all(document: &Value) -> Vec<Self> {
        let paths = document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| {
            let methods = ["get", "post", "put", "delete", "patch"].into_iter();
            let found = methods.filter_map(|method| Some((method, item.get(method)?.clone())));
            let made = found.map(|(method, described)| Self {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                described,
            });
            made.collect::<Vec<_>>()
        };
        paths.iter().flat_map(of_path).collect()
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The names in the operation's policy; an empty one stands for anyone.
    fn admitted(&self) -> Vec<String> {
        let ways = self.described["security"].as_array().unwrap().iter();
        ways.map(|way| way.as_object().unwrap().keys().next().cloned().unwrap_or_default())
            .collect()
    }

    fn is_open(&self) -> bool {
        self.admitted().iter().any(String::is_empty)
    }

    /// Whether systems sign what they send there; nobody who signs in may use it.
    fn is_upstream(&self) -> bool {
        self.admitted() == ["upstream"]
    }

    fn admits(&self, caller: &Caller) -> bool {
        self.admitted().iter().any(|name| caller.is_called(name))
    }

    /// Whether the path leads to something that belongs to a resident or to a hall.
    fn leads_to_something_owned(&self) -> bool {
        let of_the_bureau = [
            "days",
            "holidays",
            "dead-letters",
            "payment-alerts",
            "payment-exceptions",
            "refund-requests",
            "services",
            "staff",
            "consents",
            "payment-exceptions",
            "refund-requests",
            "case-enquiries",
        ];
        let parts: Vec<&str> = self.path.split('/').collect();
        let owned = |at: usize| parts[at].starts_with('{') && !of_the_bureau.contains(&parts[at - 1]);
        !self.is_open() && (1..parts.len()).any(owned)
    }

    /// A body that the operation can read.
    fn body(&self, document: &Value, world: &World) -> Value {
        let schema = &self.described["requestBody"]["content"]["application/json"]["schema"];
        let mut body = example(document, schema);
        for (name, value) in world.fields_of(&self.name()) {
            body[name] = value;
        }
        body
    }
}

/// What stands for a text of which no example is given.
pub const PLAINEST: &str = "一段说明文字";

/// An example of a schema: what it gives as one, or the plainest value of its type.
pub fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    for several in ["oneOf", "anyOf"] {
        let real = schema[several].as_array().into_iter().flatten();
        if let Some(one) = real.into_iter().find(|one| one["type"] != "null") {
            return example(document, one);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = json!({});
        for part in parts {
            if let Value::Object(members) = example(document, part) {
                whole.as_object_mut().unwrap().extend(members);
            }
        }
        return whole;
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str().unwrap_or("null"),
        kind => kind.as_str().unwrap_or("null"),
    };
    match kind {
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let members = required.iter().map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), example(document, &schema["properties"][name]))
            });
            Value::Object(members.collect())
        }
        "array" => json!([]),
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!(uuid::Uuid::nil()),
            Some("date") => json!("2026-11-27"),
            Some("date-time") => json!("2026-11-27T09:00:00+08:00"),
            _ => json!(PLAINEST),
        },
        _ => Value::Null,
    }
}

/// What a caller is answered: the status, and the body unless it is a stream.
async fn ask(caller: &Caller, operation: &Operation, path: &str, body: &Value) -> (u16, String) {
    let request = caller.client.request(operation.method.clone(), path);
    let request = if operation.described["requestBody"].is_object() {
        request.json(body)
    } else {
        request
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
    let streams = kind.is_some_and(|kind| kind.to_str().unwrap().starts_with("text/event-stream"));
    let text = if streams {
        String::new()
    } else {
        String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned()
    };
    (status, text)
}

/// What would end the session in whose name the rest is asked.
const ENDS_SESSIONS: [&str; 3] = [
    "DELETE /api/v1/auth/sessions/current",
    "DELETE /api/v1/me",
    "DELETE /api/v1/me/sessions",
];

/// What was found wrong, all of it at once.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, right: bool, told: impl FnOnce() -> String) {
        if !right {
            self.0.push(told());
        }
    }
}

fn is_problem(text: &str, kinds: &[&str]) -> bool {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    kinds.iter().any(|kind| problem["type"] == *kind)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everyone_gets_where_the_policy_says_and_to_nothing_of_anybody_else() {
    let document = serde_json::to_value(app::openapi()).unwrap();
    let world = Box::pin(World::build()).await;
    let mut findings = Findings::default();
    let refusals = [UNAUTHENTICATED.path(), FORBIDDEN.path()];
    let refusals = [refusals[0].as_str(), refusals[1].as_str()];
    let (mut refused, mut foreign, mut own) = (0, 0, 0);
    // Those who own things come last: what they do may end what the others look for.
    let mut callers: Vec<&Caller> = world.callers.iter().collect();
    callers.sort_by_key(|caller| caller.owns);
    for caller in callers {
        for operation in Operation::all(&document) {
            let ends_sessions = ENDS_SESSIONS.contains(&operation.name().as_str());
            if operation.is_upstream() || (ends_sessions && operation.admits(caller)) {
                continue;
            }
            let path = world.path_of(&operation.path);
            let (status, text) = ask(caller, &operation, &path, &operation.body(&document, &world)).await;
            let told = |what: &str| format!("{} {what}: {status} for {}: {text}", operation.name(), caller.name);
            findings.check(status < 500, || told("fails"));
            if operation.is_open() {
                continue;
            }
            if !operation.admits(caller) {
                refused += 1;
                let expected = if caller.is_nobody() { vec![401] } else { vec![401, 403] };
                let is_refused = expected.contains(&status) && is_problem(&text, &refusals);
                findings.check(is_refused, || told("lets somebody in"));
            } else if !caller.owns {
                foreign += 1;
                if operation.leads_to_something_owned() && status != 404 {
                    // The state of one's own counter may be told first, if what does not exist is answered with the same.
                    let nobodys = World::nobodys_path_of(&operation.path);
                    let (other, _) = ask(caller, &operation, &nobodys, &operation.body(&document, &world)).await;
                    findings.check(status == 409 && other == 409, || told("knows a stranger"));
                }
                for secret in &world.secrets {
                    findings.check(!text.contains(secret.as_str()), || told("tells a stranger too much"));
                }
            } else {
                own += 1;
                let is_refused = is_problem(&text, &refusals);
                findings.check(!is_refused, || told("refuses whom it admits"));
                // Nothing was collected in this world, so nobody has a list of what was.
                let is_there = !operation.path.contains("/return-lists/");
                if operation.method == Method::GET && operation.leads_to_something_owned() && is_there {
                    findings.check(status != 404, || told("does not know its own"));
                }
            }
        }
    }
    assert!(
        findings.0.is_empty(),
        "{} findings:\n{}",
        findings.0.len(),
        findings.0.join("\n")
    );
    assert!(
        refused > 1000 && foreign > 100 && own > 100,
        "{refused} {foreign} {own}"
    );
}

#[test]
fn the_table_in_the_documentation_is_the_one_that_is_held_to() {
    let written = std::fs::read_to_string(root().join("docs/access.md")).unwrap_or_default();
    let made = app::policies().unwrap().to_string();
    assert!(
        written == made,
        "docs/access.md is stale: run `cargo run --package server --bin bianmin -- access > docs/access.md`"
    );
}
