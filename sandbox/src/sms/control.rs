//! What people and tests ask of the phones; no real gateway has these calls.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Gateway, SIGN, aliyun, cmpp, mobile, page, tencent};
use crate::Sandbox;

/// The phone page, the messages, the public credentials, the callbacks and the replies.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/sms/messages")
                .route(web::get().to(messages))
                .route(web::delete().to(forget)),
        )
        .route("/sms/account.json", web::get().to(account))
        .route("/sms/templates", web::get().to(templates))
        .route("/sms/replies", web::post().to(reply))
        .route("/sms/aliyun/callback", web::put().to(set_aliyun_callback))
        .route("/sms/tencent/callback", web::put().to(set_tencent_callback))
        .route("/", web::get().to(page::show));
}

#[derive(Debug, Deserialize)]
struct Wanted {
    phone: Option<String>,
}

async fn messages(sandbox: web::Data<Sandbox>, wanted: web::Query<Wanted>) -> HttpResponse {
    let phone = wanted
        .phone
        .as_deref()
        .map(|phone| mobile(phone).unwrap_or_else(|| phone.to_owned()));
    HttpResponse::Ok().json(json!({ "items": sandbox.sms.messages(phone.as_deref()) }))
}

async fn forget(sandbox: web::Data<Sandbox>) -> HttpResponse {
    sandbox.sms.forget();
    HttpResponse::NoContent().finish()
}

async fn account(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "sign_name": SIGN,
        "aliyun": {
            "path": "/sms/aliyun/",
            "access_key_id": ACCESS_KEY_ID,
            "access_key_secret": ACCESS_KEY_SECRET,
            "report_url": sandbox.sms.callback("aliyun-reports"),
            "reply_url": sandbox.sms.callback("aliyun-replies"),
        },
        "tencent": {
            "path": "/sms/tencent/",
            "sdk_app_id": tencent::SDK_APP_ID,
            "secret_id": ACCESS_KEY_ID,
            "secret_key": ACCESS_KEY_SECRET,
            "report_url": sandbox.sms.callback("tencent-reports"),
            "reply_url": sandbox.sms.callback("tencent-replies"),
        },
        "cmpp": {
            "listen": sandbox.config.cmpp_listen,
            "version": "2.0",
            "source_addr": cmpp::SOURCE_ADDR,
            "shared_secret": cmpp::SHARED_SECRET,
            "service_number": cmpp::SERVICE_NUMBER,
            "window": cmpp::WINDOW,
        },
    }))
}

async fn templates(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let items: Vec<_> = sandbox
        .sms
        .templates
        .all()
        .iter()
        .map(|template| {
            json!({
                "key": template.key,
                "class": template.class,
                "aliyun": template.aliyun,
                "tencent": template.tencent,
                "text": template.text,
                "variables": template.variables,
                "tencent_order": template.variables_in_order(),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

#[derive(Debug, Deserialize)]
struct Callback {
    url: Option<String>,
    reply_url: Option<String>,
}

async fn set_aliyun_callback(sandbox: web::Data<Sandbox>, callback: web::Json<Callback>) -> HttpResponse {
    set_callbacks(&sandbox, callback.into_inner(), "aliyun-reports", "aliyun-replies")
}

async fn set_tencent_callback(sandbox: web::Data<Sandbox>, callback: web::Json<Callback>) -> HttpResponse {
    set_callbacks(&sandbox, callback.into_inner(), "tencent-reports", "tencent-replies")
}

fn set_callbacks(sandbox: &Sandbox, callback: Callback, reports: &'static str, replies: &'static str) -> HttpResponse {
    if let Some(url) = callback.url {
        sandbox.sms.set_callback(reports, url);
    }
    if let Some(url) = callback.reply_url {
        sandbox.sms.set_callback(replies, url);
    }
    HttpResponse::Ok().json(json!({
        "url": sandbox.sms.callback(reports),
        "reply_url": sandbox.sms.callback(replies),
    }))
}

#[derive(Debug, Deserialize)]
struct Reply {
    phone: String,
    text: String,
    via: Option<String>,
}

/// A resident answers a text; the answer travels through the gateway that texted them last, unless the test names one.
async fn reply(sandbox: web::Data<Sandbox>, reply: web::Json<Reply>) -> HttpResponse {
    let Some(phone) = mobile(&reply.phone) else {
        return HttpResponse::BadRequest().json(json!({ "code": "phone", "message": "not a mobile number" }));
    };
    let gateway = match reply.via.as_deref() {
        Some("aliyun") => Gateway::Aliyun,
        Some("tencent") => Gateway::Tencent,
        Some("cmpp") => Gateway::Cmpp,
        Some(_) => {
            return HttpResponse::BadRequest().json(json!({ "code": "via", "message": "aliyun, tencent or cmpp" }));
        }
        None => sandbox
            .sms
            .messages(Some(&phone))
            .first()
            .map_or(Gateway::Aliyun, |message| message.gateway),
    };
    match gateway {
        Gateway::Aliyun => aliyun::reply(&sandbox, &phone, &reply.text),
        Gateway::Tencent => tencent::reply(&sandbox, &phone, &reply.text),
        Gateway::Cmpp => cmpp::reply(&sandbox, &phone, &reply.text),
    }
    HttpResponse::Accepted().json(json!({ "phone": phone, "text": reply.text, "via": gateway }))
}
