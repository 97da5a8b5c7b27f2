//! Prepared stories: what happens to a resident in the police systems, pushed step by step.
//!
//! The stories are data. `{{…}}` in them is filled in: the resident, the time, and numbers that are made once for each
//! phone and story line, so that a later story can go on with the last case.

use std::{collections::HashMap, io};

use actix_web::{HttpResponse, http::StatusCode, web};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::push::{Push, tell};
use crate::{Sandbox, clock, crypto, page, sms, wechat::people::FIRST_PHONE};

const STORIES: &str = include_str!("scenarios.json");
const RESIDENTS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../content/yunchuan/residents.toml"
));

/// A story.
#[derive(Debug, Clone, Deserialize)]
pub struct Scenario {
    name: String,
    title: String,
    title_en: String,
    /// Numbers that the story makes anew.
    #[serde(default)]
    fresh: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    path: String,
    body: Value,
}

#[derive(Debug, Clone, Deserialize)]
struct Resident {
    name: String,
    id_number: String,
    phone: String,
}

#[derive(Debug, Deserialize)]
struct Residents {
    resident: Vec<Resident>,
}

/// The stories that are compiled in.
pub fn read() -> io::Result<Vec<Scenario>> {
    serde_json::from_str(STORIES).map_err(io::Error::other)
}

fn resident(phone: &str) -> Option<Resident> {
    let file: Residents = toml::from_str(RESIDENTS).ok()?;
    file.resident.into_iter().find(|resident| resident.phone == phone)
}

/// `GET /police/` for people, `GET` and `POST /police/scenarios` for tests.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/police/", web::get().to(show))
        .route("/police/scenarios", web::get().to(list))
        .route("/police/scenarios/{name}", web::post().to(tell_story))
        .route("/police/", web::post().to(tell_from_page));
}

async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let items: Vec<Value> = sandbox
        .police
        .scenarios
        .iter()
        .map(|story| json!({ "name": story.name, "title": story.title, "title_en": story.title_en }))
        .collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

#[derive(Debug, Default, Deserialize)]
struct About {
    phone: Option<String>,
    target_url: Option<String>,
}

async fn tell_story(
    sandbox: web::Data<Sandbox>,
    name: web::Path<String>,
    about: Option<web::Json<About>>,
) -> HttpResponse {
    let about = about.map(web::Json::into_inner).unwrap_or_default();
    match told(&sandbox, &name, &about).await {
        Ok(steps) => HttpResponse::Ok().json(json!({ "steps": steps })),
        Err(message) => HttpResponse::NotFound().json(json!({ "code": "NOT_FOUND", "message": message })),
    }
}

async fn told(sandbox: &Sandbox, name: &str, about: &About) -> Result<Vec<Value>, &'static str> {
    let story = sandbox
        .police
        .scenarios
        .iter()
        .find(|story| story.name == name)
        .ok_or("no such story")?;
    let phone = about
        .phone
        .as_deref()
        .and_then(sms::mobile)
        .unwrap_or_else(|| FIRST_PHONE.to_owned());
    let resident = resident(&phone).ok_or("no such resident")?;
    let values = values(sandbox, story, &resident);
    let mut steps = Vec::new();
    for step in &story.steps {
        let body = fill(&step.body, &values);
        let path = step.path.clone();
        let push = Push {
            path,
            body: body.clone(),
            target_url: about.target_url.clone(),
            ..Push::default()
        };
        let told = tell(sandbox, push).await.ok_or("no such system")?;
        steps.push(json!({ "path": step.path, "body": body, "told": told.body() }));
    }
    Ok(steps)
}

/// Everything that a story may name.
fn values(sandbox: &Sandbox, story: &Scenario, resident: &Resident) -> HashMap<String, String> {
    let now = sandbox.clock.now();
    let today = now.date_naive();
    let mut values = HashMap::from([
        ("name".to_owned(), resident.name.clone()),
        ("id_number".to_owned(), resident.id_number.clone()),
        ("phone".to_owned(), resident.phone.clone()),
        ("now".to_owned(), clock::rfc3339(now)),
        (
            "yesterday_evening".to_owned(),
            format!("{}T20:15:00+08:00", today - TimeDelta::days(1)),
        ),
        ("today".to_owned(), today.to_string()),
        ("in_15_days".to_owned(), (today + TimeDelta::days(15)).to_string()),
        ("in_60_days".to_owned(), (today + TimeDelta::days(60)).to_string()),
    ]);
    let mut desk = sandbox.police.lock();
    for number in ["case_no", "decision_no", "violation_no", "document_no"] {
        let key = (resident.phone.clone(), number.to_owned());
        if story.fresh.iter().any(|fresh| fresh == number) {
            desk.numbers.remove(&key);
        }
        let case = desk
            .cases
            .unwrap_or_else(|| crypto::random_digits(4).parse().unwrap_or(0));
        let mut cases = case;
        let made = desk.numbers.entry(key).or_insert_with(|| {
            let serial = crypto::random_digits(12);
            match number {
                // Four digits are few: one after the other, no two cases have the same.
                "case_no" => {
                    cases = case + 1;
                    format!("A539900000000{}{:04}", now.format("%Y%m"), case % 10_000)
                }
                "document_no" => format!("DOC{serial}"),
                _ => format!("5399{serial}"),
            }
        });
        values.insert(number.to_owned(), made.clone());
        desk.cases = Some(cases);
    }
    values
}

fn fill(template: &Value, values: &HashMap<String, String>) -> Value {
    match template {
        Value::String(text) => {
            let mut filled = text.replace("{{event_id}}", &crypto::random_hex());
            for (name, value) in values {
                filled = filled.replace(&format!("{{{{{name}}}}}"), value);
            }
            Value::String(filled)
        }
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, values)))
            .collect(),
        other => other.clone(),
    }
}

async fn show(sandbox: web::Data<Sandbox>) -> HttpResponse {
    page::show(
        StatusCode::OK,
        "公安业务系统（沙箱） Police systems",
        &form(&sandbox, FIRST_PHONE),
    )
}

fn form(sandbox: &Sandbox, phone: &str) -> String {
    let buttons: String = sandbox
        .police
        .scenarios
        .iter()
        .map(|story| {
            format!(
                "<button name=story value=\"{}\">{} <span lang=en>{}</span></button>",
                page::escape(&story.name),
                page::escape(&story.title),
                page::escape(&story.title_en)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<p>选一位居民，再选一件事；签名后推送给便民服务器。\
         <span lang=en>Pick a resident and what happens; it is pushed to the server, signed.</span></p>\
         <form method=post action=/police/><label for=phone>手机号 <span lang=en>Phone</span></label>\
         <input id=phone name=phone inputmode=tel value=\"{}\">{buttons}</form>\
         <nav><a href=/>短信 Texts</a><a href=/police/write-backs>回写 Write-backs</a></nav>",
        page::escape(phone)
    )
}

#[derive(Debug, Deserialize)]
struct Chosen {
    phone: String,
    story: String,
}

async fn tell_from_page(sandbox: web::Data<Sandbox>, chosen: web::Form<Chosen>) -> HttpResponse {
    let about = About {
        phone: Some(chosen.phone.clone()),
        target_url: None,
    };
    let said = match told(&sandbox, &chosen.story, &about).await {
        Ok(steps) => format!(
            "<pre id=said>{}</pre>",
            page::escape(&serde_json::to_string_pretty(&steps).unwrap_or_default())
        ),
        Err(message) => format!("<p id=said>{message}</p>"),
    };
    let content = form(&sandbox, &chosen.phone) + &said;
    page::show(StatusCode::OK, "公安业务系统（沙箱） Police systems", &content)
}
