//! Stand-ins for the systems that the server of a public-security bureau talks to, speaking their real protocols.
//!
//! One folder per outside system: [`sms`] (Aliyun, Tencent, CMPP), [`wechat`], [`wechat_pay`], [`fiscal`]
//! and [`police`].
//! Each verifies what it is sent as strictly as the real one, and [`faults`] breaks each of them on demand.
//! Nothing is kept over a restart and every credential is public: this is a test rig, never a product.

pub mod authenticator;
pub mod caller;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod faults;
pub mod fiscal;
mod page;
pub mod police;
mod push;
pub mod sms;
pub mod wechat;
pub mod wechat_pay;

use std::{io, net::SocketAddr, time::Duration};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    authenticator::Authenticators, caller::Nonces, clock::Clock, config::Config, faults::Faults, fiscal::Fiscal,
    police::Police, sms::Sms, wechat::Wechat, wechat_pay::WechatPay,
};

/// Everything that the stand-ins remember.
#[derive(Debug)]
pub struct Sandbox {
    /// What the process was told at its start.
    pub config: Config,
    /// The outside world's time.
    pub clock: Clock,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// The gateways and the phones behind them.
    pub sms: Sms,
    /// WeChat's users and messages.
    pub wechat: Wechat,
    /// WeChat Pay's orders, refunds and bills.
    pub wechat_pay: WechatPay,
    /// Receipts and treasury refunds.
    pub fiscal: Fiscal,
    /// Write-backs and pushes.
    pub police: Police,
    /// The staff's authenticator apps.
    pub authenticators: Authenticators,
    /// Nonces of the server's calls to the last two.
    pub nonces: Nonces,
    /// Calls back to the server.
    pub http: reqwest::Client,
}

/// A sandbox that listens.
#[derive(Debug)]
pub struct Running {
    /// Where HTTP is served.
    pub http: SocketAddr,
    /// Where CMPP is served.
    pub cmpp: SocketAddr,
    handle: ServerHandle,
    server: JoinHandle<io::Result<()>>,
    gateway: JoinHandle<()>,
}

impl Running {
    /// Waits until the HTTP server ends, which a signal makes it do.
    pub async fn wait(self) -> io::Result<()> {
        let ended = self.server.await.map_err(io::Error::other)?;
        self.gateway.abort();
        ended
    }

    /// Ends both servers at once.
    pub async fn stop(self) {
        self.gateway.abort();
        self.handle.stop(false).await;
    }
}

/// Binds both addresses and serves; port 0 picks free ones.
pub async fn start(config: Config) -> io::Result<Running> {
    let gateway = TcpListener::bind(&config.cmpp_listen).await?;
    let cmpp = gateway.local_addr()?;
    let listener = std::net::TcpListener::bind(&config.listen)?;
    let http = listener.local_addr()?;
    let clock = Clock::new(config.time_scale);
    let sandbox = web::Data::new(Sandbox {
        police: Police::new(&clock)?,
        clock,
        faults: Faults::default(),
        sms: Sms::new(&config)?,
        wechat: Wechat::default(),
        wechat_pay: WechatPay::new(config.early_bills)?,
        fiscal: Fiscal::default(),
        authenticators: Authenticators::new()?,
        nonces: Nonces::default(),
        http: reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(io::Error::other)?,
        config,
    });
    let shared = sandbox.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(1 << 20))
            .configure(faults::routes)
            .configure(sms::routes)
            .configure(wechat_pay::routes)
            .configure(wechat::routes)
            .configure(fiscal::routes)
            .configure(police::routes)
            .configure(authenticator::routes)
            .route(
                "/healthz",
                web::get().to(|| async { HttpResponse::Ok().json(json!({ "status": "ok" })) }),
            )
            .route("/clock", web::get().to(read_clock))
            .route("/clock", web::put().to(set_clock))
    })
    .on_connect(faults::remember_connection)
    .workers(2)
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok(Running {
        http,
        cmpp,
        handle,
        server: tokio::spawn(server),
        gateway: tokio::spawn(sms::cmpp::serve(sandbox, gateway)),
    })
}

#[derive(Debug, Deserialize)]
struct SetClock {
    offset_seconds: i64,
}

async fn set_clock(sandbox: web::Data<Sandbox>, body: web::Json<SetClock>) -> HttpResponse {
    sandbox.clock.set_offset(body.offset_seconds);
    read_clock(sandbox).await
}

async fn read_clock(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "now": clock::rfc3339(sandbox.clock.now()),
        "offset_seconds": sandbox.clock.offset_seconds(),
    }))
}
