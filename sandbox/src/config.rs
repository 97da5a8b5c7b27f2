//! What the process reads from its environment.

use std::env;

/// Where to listen, whom to call back, and how fast waiting goes.
#[derive(Debug, Clone)]
pub struct Config {
    /// HTTP address, `SANDBOX_LISTEN`.
    pub listen: String,
    /// CMPP address, `SANDBOX_CMPP_LISTEN`.
    pub cmpp_listen: String,
    /// Base of the server that is called back, `SANDBOX_SERVER_URL`; a callback without an address of its own goes there.
    pub server_url: String,
    /// Aliyun's delivery reports, `SANDBOX_SMS_REPORT_URL`.
    pub sms_report_url: Option<String>,
    /// Aliyun's mobile-originated replies, `SANDBOX_SMS_REPLY_URL`.
    pub sms_reply_url: Option<String>,
    /// Tencent's delivery reports, `SANDBOX_SMS_TENCENT_REPORT_URL`.
    pub tencent_report_url: Option<String>,
    /// Tencent's mobile-originated replies, `SANDBOX_SMS_TENCENT_REPLY_URL`.
    pub tencent_reply_url: Option<String>,
    /// How this process is reached from outside, `SANDBOX_PUBLIC_URL`; otherwise the request's `Host` says it.
    pub public_url: Option<String>,
    /// Waiting is divided by this, `SANDBOX_TIME_SCALE`: at 60 a minute between two retries takes a second.
    pub time_scale: u32,
    /// Bills of a day exist as soon as they are asked for, `SANDBOX_BILLS=early`, not at ten the next morning.
    pub early_bills: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8090".into(),
            cmpp_listen: "127.0.0.1:7890".into(),
            server_url: "http://127.0.0.1:8080".into(),
            sms_report_url: None,
            sms_reply_url: None,
            tencent_report_url: None,
            tencent_reply_url: None,
            public_url: None,
            time_scale: 1,
            early_bills: false,
        }
    }
}

impl Config {
    /// The environment over the defaults.
    pub fn from_env() -> Self {
        let read = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let default = Self::default();
        Self {
            listen: read("SANDBOX_LISTEN").unwrap_or(default.listen),
            cmpp_listen: read("SANDBOX_CMPP_LISTEN").unwrap_or(default.cmpp_listen),
            server_url: read("SANDBOX_SERVER_URL")
                .map_or(default.server_url, |url| url.trim_end_matches('/').to_owned()),
            sms_report_url: read("SANDBOX_SMS_REPORT_URL"),
            sms_reply_url: read("SANDBOX_SMS_REPLY_URL"),
            tencent_report_url: read("SANDBOX_SMS_TENCENT_REPORT_URL"),
            tencent_reply_url: read("SANDBOX_SMS_TENCENT_REPLY_URL"),
            public_url: read("SANDBOX_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
            time_scale: read("SANDBOX_TIME_SCALE")
                .and_then(|scale| scale.parse().ok())
                .unwrap_or(1),
            early_bills: read("SANDBOX_BILLS").is_some_and(|value| value == "early"),
        }
    }
}
