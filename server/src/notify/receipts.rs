//! `POST /sms/aliyun/reports` and `/sms/tencent/reports`: what carriers report about texts.
//!
//! Reports come in batches, repeated, out of order, and before or after the answer to the call itself. Nobody signs them, so a report
//! counts only when it names an attempt that only its provider and we know, together with the phone of that attempt.

use std::collections::HashMap;

use actix_web::{
    HttpResponse, post,
    web::{Data, Json, Query},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{Datelike, NaiveDateTime};
use metrics::{counter, histogram};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use shared::{
    identity::rules::Phone,
    notify::delivery::Delivery,
    problem,
    time::{self, Instant},
};
use uuid::Uuid;

use super::{
    entity::{attempt, message, outcome},
    provider::Provider,
    store::{self, Receipt},
    workers::index_of,
};
use crate::{platform::Platform, problem::Failure};

/// Who calls back.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Caller {
    /// The key that the operator put into the address which the provider was told.
    key: Option<String>,
}

impl Caller {
    /// Refuses a call without the deployment's key, where there is one.
    pub fn check(&self, platform: &Platform) -> Result<(), Failure> {
        let Some(expected) = &platform.config.outside.sms.callback_key else {
            return Ok(());
        };
        let given = self.key.as_deref().unwrap_or_default().as_bytes();
        verify_slices_are_equal(given, expected.expose_secret().as_bytes())
            .map_err(|_differs| Failure::from(&problem::FORBIDDEN))
    }
}

/// A report of Aliyun (`SmsReport`).
#[derive(Deserialize, utoipa::ToSchema)]
pub struct AliyunReport {
    /// Where the text went.
    phone_number: String,
    /// Whether it arrived.
    success: bool,
    /// The carrier's code.
    #[serde(default)]
    err_code: String,
    /// When the carrier knew, in Beijing time.
    #[serde(default)]
    report_time: String,
    /// Our attempt.
    #[serde(default)]
    out_id: String,
    /// Aliyun's number.
    #[serde(default)]
    biz_id: String,
}

/// A report of Tencent.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct TencentReport {
    /// Where the text went.
    mobile: String,
    /// `SUCCESS` or `FAIL`.
    report_status: String,
    /// The carrier's code.
    #[serde(default)]
    errmsg: String,
    /// When the carrier knew, in Beijing time.
    #[serde(default)]
    user_receive_time: String,
    /// Our attempt.
    #[serde(default)]
    ext: String,
    /// Tencent's number.
    #[serde(default)]
    sid: String,
}

/// A report in our own words.
struct Report {
    reference: Option<Uuid>,
    phone: Option<Phone>,
    delivery: Delivery,
    code: String,
    reported_at: Option<Instant>,
    number: String,
}

impl From<AliyunReport> for Report {
    fn from(report: AliyunReport) -> Self {
        Self {
            reference: report.out_id.parse().ok(),
            phone: report.phone_number.parse().ok(),
            delivery: if report.success {
                Delivery::Delivered
            } else {
                Delivery::Failed
            },
            code: report.err_code,
            reported_at: beijing(&report.report_time),
            number: report.biz_id,
        }
    }
}

impl From<TencentReport> for Report {
    fn from(report: TencentReport) -> Self {
        Self {
            reference: report.ext.parse().ok(),
            phone: report.mobile.parse().ok(),
            delivery: match report.report_status.as_str() {
                "SUCCESS" => Delivery::Delivered,
                "FAIL" => Delivery::Failed,
                _ => Delivery::Unreported,
            },
            code: report.errmsg,
            reported_at: beijing(&report.user_receive_time),
            number: report.sid,
        }
    }
}

/// An instant as the providers write it: `2026-11-22 09:30:00` in Beijing.
fn beijing(text: &str) -> Option<Instant> {
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    // Whoever names a year that no database keeps knows no time.
    (2000..10_000)
        .contains(&at.year())
        .then(|| time::instant(at.date(), at.time()))
}

/// Takes delivery reports from Aliyun; the answer is in Aliyun's own form.
#[utoipa::path(
    tag = "notify",
    security(()),
    params(Caller),
    request_body = Vec<AliyunReport>,
    responses((status = 200, description = "Taken, `{\"code\":0}`."), crate::problem::Refusals),
)]
#[post("/sms/aliyun/reports")]
pub async fn aliyun_reports(
    platform: Data<Platform>,
    caller: Query<Caller>,
    reports: Json<Vec<AliyunReport>>,
) -> Result<HttpResponse, Failure> {
    caller.check(&platform)?;
    take(&platform, Provider::Aliyun, reports.into_inner()).await?;
    Ok(HttpResponse::Ok().json(json!({ "code": 0, "msg": "成功" })))
}

/// Takes delivery reports from Tencent; the answer is in Tencent's own form.
#[utoipa::path(
    tag = "notify",
    security(()),
    params(Caller),
    request_body = Vec<TencentReport>,
    responses((status = 200, description = "Taken, `{\"result\":0}`."), crate::problem::Refusals),
)]
#[post("/sms/tencent/reports")]
pub async fn tencent_reports(
    platform: Data<Platform>,
    caller: Query<Caller>,
    reports: Json<Vec<TencentReport>>,
) -> Result<HttpResponse, Failure> {
    caller.check(&platform)?;
    take(&platform, Provider::Tencent, reports.into_inner()).await?;
    Ok(HttpResponse::Ok().json(json!({ "result": 0, "errmsg": "OK" })))
}

/// Merges a batch in one transaction. What matches no attempt is counted and dropped: sending it again would not make it match.
async fn take(platform: &Platform, provider: Provider, reports: Vec<impl Into<Report>>) -> Result<(), Failure> {
    let reports: Vec<Report> = reports.into_iter().map(Into::into).collect();
    let references: Vec<Uuid> = reports.iter().filter_map(|report| report.reference).collect();
    if references.is_empty() {
        return Ok(());
    }
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let attempts: HashMap<Uuid, attempt::Model> = attempt::Entity::find()
        .filter(attempt::Column::Id.is_in(references))
        .filter(attempt::Column::Provider.eq(provider.as_str()))
        .all(&transaction)
        .await?
        .into_iter()
        .map(|attempt| (attempt.id, attempt))
        .collect();
    for report in reports {
        let known = report
            .reference
            .and_then(|reference| attempts.get(&reference))
            .filter(|attempt| {
                report
                    .phone
                    .as_ref()
                    .is_some_and(|phone| index_of(platform, phone) == attempt.phone_index)
            });
        let verdict = match known {
            Some(attempt) if report.delivery != Delivery::Unreported => {
                merge(&transaction, attempt, &report, now).await?;
                report.delivery.as_str()
            }
            Some(_) => continue,
            None => "unmatched",
        };
        counter!("bianmin_sms_receipts_total", "provider" => provider.as_str(), "verdict" => verdict).increment(1);
    }
    transaction.commit().await?;
    Ok(())
}

/// What a provider tells of one of its own numbers.
pub(super) struct Told {
    /// Whether it arrived.
    pub delivery: Delivery,
    /// The provider's code.
    pub code: String,
}

/// Merges what a provider tells of an attempt that it took; whether it was news.
pub(super) async fn take_told(
    db: &impl ConnectionTrait,
    attempt: &attempt::Model,
    told: &Told,
    now: Instant,
) -> Result<bool, sea_orm::DbErr> {
    let report = Report {
        reference: Some(attempt.id),
        phone: None,
        delivery: told.delivery,
        code: told.code.clone(),
        reported_at: None,
        number: attempt.provider_id.clone().unwrap_or_default(),
    };
    let (provider, verdict) = (attempt.provider.clone(), told.delivery.as_str());
    counter!("bianmin_sms_receipts_total", "provider" => provider, "verdict" => verdict).increment(1);
    merge(db, attempt, &report, now).await
}

/// A report of a carrier, which knows a text by its own number only.
pub(super) struct Numbered {
    /// The carrier's number.
    pub number: String,
    /// Where the text went.
    pub phone: String,
    /// Whether it arrived.
    pub delivery: Delivery,
    /// The carrier's code.
    pub code: String,
}

/// Merges a carrier's report; whether its number is known.
pub(super) async fn take_numbered(
    platform: &Platform,
    provider: Provider,
    numbered: &Numbered,
) -> Result<bool, Failure> {
    let Ok(phone) = numbered.phone.parse::<Phone>() else {
        return Ok(false);
    };
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let known = attempt::Entity::find()
        .filter(attempt::Column::ProviderId.eq(numbered.number.as_str()))
        .filter(attempt::Column::Provider.eq(provider.as_str()))
        .filter(attempt::Column::PhoneIndex.eq(index_of(platform, &phone)))
        .one(&transaction)
        .await?;
    let Some(known) = known else { return Ok(false) };
    let report = Report {
        reference: Some(known.id),
        phone: Some(phone),
        delivery: numbered.delivery,
        code: numbered.code.clone(),
        reported_at: None,
        number: numbered.number.clone(),
    };
    merge(&transaction, &known, &report, now).await?;
    transaction.commit().await?;
    let verdict = numbered.delivery.as_str();
    counter!("bianmin_sms_receipts_total", "provider" => provider.as_str(), "verdict" => verdict).increment(1);
    Ok(true)
}

/// Merges a report; whether it was news.
async fn merge(
    db: &impl ConnectionTrait,
    attempt: &attempt::Model,
    report: &Report,
    now: Instant,
) -> Result<bool, sea_orm::DbErr> {
    // A report proves that the provider took the text, even when its answer was lost.
    if store::close_attempt(db, attempt.id, outcome::ACCEPTED, Some(&report.number), None, now).await?
        && let Ok(provider) = attempt.provider.parse()
    {
        store::accepted(db, attempt.message_id, provider, now).await?;
    }
    let receipt = Receipt {
        attempt: attempt.id,
        message: attempt.message_id,
        delivery: report.delivery,
        code: (report.delivery == Delivery::Failed).then(|| report.code.chars().take(64).collect()),
        // A carrier's clock that is ahead of ours does not put a delivery into the future.
        reported_at: report.reported_at.map_or(now, |at| at.min(now)),
    };
    let is_news = store::merge(db, &receipt, now).await?;
    if is_news
        && receipt.delivery == Delivery::Delivered
        && let Some(row) = message::Entity::find_by_id(attempt.message_id).one(db).await?
        && let Ok(took) = (receipt.reported_at - row.wanted_at).to_std()
    {
        histogram!("bianmin_text_delivery_seconds", "provider" => attempt.provider.clone()).record(took.as_secs_f64());
    }
    Ok(is_news)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_report_makes_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,60}") {
            drop(serde_json::from_slice::<Vec<AliyunReport>>(&body));
            drop(serde_json::from_slice::<Vec<TencentReport>>(&body));
            let said = || text.clone();
            let report = Report::from(TencentReport {
                mobile: said(), report_status: said(), errmsg: said(), user_receive_time: said(), ext: said(), sid: said(),
            });
            prop_assert!(report.delivery != Delivery::Delivered || text == "SUCCESS");
        }

        #[test]
        fn a_time_that_no_database_keeps_is_no_time(year in any::<i32>()) {
            let told = beijing(&format!("{year}-01-01 00:00:00"));
            prop_assert_eq!(told.is_some(), (2000..10_000).contains(&year));
        }
    }

    #[test]
    fn the_first_day_of_all_is_no_time() {
        for year in ["-262143", "-262142", "+262142", "0000", "1999"] {
            assert_eq!(beijing(&format!("{year}-01-01 00:00:00")), None, "{year}");
        }
    }

    #[test]
    fn a_report_is_read_as_each_provider_writes_it() {
        let aliyun: Vec<AliyunReport> = serde_json::from_str(
            r#"[{"phone_number":"13800000001","send_time":"2026-11-22 09:30:00","report_time":"2026-11-22 09:30:02",
                "success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"1^0",
                "out_id":"01920000-0000-7000-8000-000000000001"}]"#,
        )
        .unwrap();
        let report = Report::from(aliyun.into_iter().next().unwrap());
        assert_eq!(report.delivery, Delivery::Delivered);
        assert!(report.reference.is_some() && report.phone.is_some());
        assert_eq!(report.reported_at.unwrap().to_rfc3339(), "2026-11-22T01:30:02+00:00");

        let tencent: Vec<TencentReport> = serde_json::from_str(
            r#"[{"user_receive_time":"2026-11-22 09:30:02","nationcode":"86","mobile":"13800000001","report_status":"FAIL",
                "errmsg":"MK:0001","description":"…","sid":"2028:1","ext":"not an id"}]"#,
        )
        .unwrap();
        let report = Report::from(tencent.into_iter().next().unwrap());
        assert_eq!((report.delivery, report.reference), (Delivery::Failed, None));
    }
}
