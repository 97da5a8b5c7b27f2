//! Mounts the slices: one place that knows them all, and what stands in front of each request.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{DefaultHeaders, from_fn},
    web::{self, Data},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tracing_actix_web::TracingLogger;
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    access::{self, Audience, Policies, PolicyReader},
    appointments::{self, Availability, Seats},
    bureau::{self, Bureau},
    cases::{self, WorkDays},
    catalog::{self, Catalogue},
    fines::{self, Fines},
    identity::{self, AccountTexts, CodeTexts, Sessions},
    mount::{Mount, Reader, Reading},
    notify,
    operations::{self, CspReports, Described},
    platform::{Platform, idempotency},
    problem,
    queue::{self, Halls},
    refusals::Refusals,
    slips::{self, OnCollected, Slips},
    upstream::Systems,
};

/// Everything that a server keeps in memory.
#[derive(Clone)]
pub struct Services {
    /// The platform.
    pub platform: Data<Platform>,
    /// The catalogue.
    pub catalogue: Data<Catalogue>,
    /// Slips.
    pub slips: Data<Slips>,
    /// Fines and payments.
    pub fines: Data<Fines>,
    /// The police systems.
    pub systems: Data<Systems>,
    sessions: Data<Sessions>,
    seats: Data<Seats>,
    availability: Data<Availability>,
    halls: Data<Halls>,
    work_days: Data<WorkDays>,
    metrics: Data<Option<PrometheusHandle>>,
    policies: Data<Policies>,
    /// Refusals of staff that are not in the audit log yet.
    pub refusals: Data<Refusals>,
    csp_reports: Data<CspReports>,
    described: Data<Described>,
}

impl Services {
    /// Builds the services on a platform whose database has every migration.
    pub async fn start(platform: Platform, metrics: Option<PrometheusHandle>) -> anyhow::Result<Self> {
        let catalogue = Catalogue::load(&platform).await?;
        let follows = vec![cases::on_collected as OnCollected];
        let slips = Arc::new(Slips::new(&platform, Arc::new(Bureau(catalogue.clone())), follows));
        Ok(Self {
            sessions: Data::from(identity::sessions(&platform)?),
            seats: Data::from(Seats::start(&platform, &catalogue)),
            availability: Data::from(Availability::new(&platform)),
            halls: Data::from(Halls::new(&platform, &catalogue, bureau::on_served(&catalogue, &slips))),
            slips: Data::from(slips),
            work_days: Data::new(work_days(&catalogue)),
            catalogue: Data::new(catalogue),
            fines: Data::new(Fines::start(&platform)?),
            systems: Data::new(Systems::start(&platform)?),
            metrics: Data::new(metrics),
            policies: Data::new(policies()?),
            refusals: Data::new(Refusals::default()),
            csp_reports: Data::new(CspReports::default()),
            described: Data::new(Described::when_asked(openapi)),
            platform: Data::new(platform),
        })
    }
}

/// Periods of cases end on working days, which only the catalogue knows.
fn work_days(catalogue: &Catalogue) -> WorkDays {
    let catalogue = catalogue.clone();
    WorkDays(Arc::new(move || catalogue.now().calendar.clone()))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bianmin",
        description = "Counter services of a public-security bureau: appointments, queue, fines, cases and pickup slips. \
            Errors are problem documents (RFC 9457). Every unsafe request accepts an `Idempotency-Key`.",
    ),
    components(schemas(shared::problem::Problem))
)]
struct Base;

/// The OpenAPI document: what is mounted, and nothing else.
pub fn openapi() -> Document {
    read_with(base())
}

/// Who may use which path; fails when a handler does not say.
pub fn policies() -> anyhow::Result<Policies> {
    read_with(PolicyReader::default()).finish()
}

/// Reads what every handler declares.
pub fn read_with<R: Reader>(reader: R) -> R {
    Reading::with(reader)
        .under("", operations::routes)
        .under(shared::API, api)
        .finish()
}

fn base() -> Document {
    let mut document = Base::openapi();
    let components = document.components.get_or_insert_default();
    let bearer = || {
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .build(),
        )
    };
    for audience in Audience::NAMED {
        components.add_security_scheme(audience.name(), bearer());
    }
    let signature = ApiKey::Header(ApiKeyValue::with_description(
        "X-Signature",
        "Ed25519 over `POST\\n{path}\\n{X-System}\\n{X-Timestamp}\\n{X-Nonce}\\n{X-Sequence}\\n{Digest}\\n`, in base64.",
    ));
    components.add_security_scheme("upstream", SecurityScheme::ApiKey(signature));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("bianmin-resident-access"));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    document
}

/// Mounts what stands under the API's prefix.
fn api(config: &mut impl Mount) {
    identity::routes(config);
    catalog::routes(config);
    appointments::routes(config);
    queue::routes(config);
    fines::routes(config);
    slips::routes(config);
    notify::routes(config);
    cases::routes(config);
    operations::api_routes(config);
}

/// Serves on a socket until it is told to stop; requests under way are finished first.
pub fn serve(listener: TcpListener, services: Services) -> std::io::Result<Server> {
    let config = Arc::clone(&services.platform.config);
    let client = Data::new(operations::Client::open(&config.client_dir));
    let workers = config.workers;
    let content_security_policy = operations::content_security_policy(&config);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(services.platform.clone())
            .app_data(services.catalogue.clone())
            .app_data(services.fines.clone())
            .app_data(services.systems.clone())
            .app_data(services.sessions.clone())
            .app_data(Data::new(CodeTexts(notify::text_login_code)))
            .app_data(Data::new(AccountTexts(notify::text_account_news)))
            .app_data(services.seats.clone())
            .app_data(services.availability.clone())
            .app_data(services.halls.clone())
            .app_data(services.slips.clone())
            .app_data(services.work_days.clone())
            .app_data(services.metrics.clone())
            .app_data(services.policies.clone())
            .app_data(services.refusals.clone())
            .app_data(services.csp_reports.clone())
            .app_data(client.clone())
            .app_data(services.described.clone())
            // Bodies that are read whole may hold a picture; JSON bodies are smaller.
            .app_data(web::PayloadConfig::new(1 << 20))
            .app_data(
                web::JsonConfig::default()
                    .limit(64 * 1024)
                    .error_handler(|error, _| problem::unreadable_body(&error).into()),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| problem::unreadable_query(&error).into()))
            .app_data(web::PathConfig::default().error_handler(|error, _| problem::unreadable_path(&error).into()))
            .configure(operations::routes)
            .service(web::scope(shared::API).configure(api))
            .default_service(web::to(operations::page))
            // The last to be wrapped is the first to see a request.
            .wrap(from_fn(idempotency::note_key))
            .wrap(from_fn(access::require))
            .wrap(from_fn(identity::authenticate))
            .wrap(from_fn(identity::refuse_foreign_origins))
            .wrap(from_fn(problem::present))
            .wrap(from_fn(operations::measure))
            .wrap(
                DefaultHeaders::new()
                    .add(("Content-Security-Policy", content_security_policy.as_str()))
                    .add(("Reporting-Endpoints", operations::REPORTING_ENDPOINTS))
                    .add(("X-Content-Type-Options", "nosniff"))
                    .add(("Referrer-Policy", "same-origin"))
                    .add(("X-Frame-Options", "DENY"))
                    .add(("Permissions-Policy", operations::PERMISSIONS_POLICY))
                    .add(("Cross-Origin-Opener-Policy", "same-origin")),
            )
            .wrap(TracingLogger::<operations::RequestSpan>::new())
    })
    .listen(listener)?
    // Browsers and pools open connections before they need them; one that is still unused must not be told that it is late.
    .client_request_timeout(Duration::from_secs(30))
    .shutdown_timeout(5);
    let server = match workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    Ok(server.run())
}
