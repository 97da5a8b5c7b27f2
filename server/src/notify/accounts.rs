//! The accounts with which texts are sent.

use crate::config::Config;

/// An account at Aliyun.
#[derive(Clone)]
pub struct AliyunAccount {
    /// The address of the API.
    pub endpoint: String,
    /// The access key's id.
    pub access_key_id: String,
    /// Its secret.
    pub access_key_secret: String,
    /// The filed signature (签名).
    pub sign: String,
    /// Its part of the texts.
    pub weight: u32,
}

/// An account at Tencent.
#[derive(Clone)]
pub struct TencentAccount {
    /// The address of the API.
    pub endpoint: String,
    /// The region that is called.
    pub region: String,
    /// The application to which the templates belong.
    pub sdk_app_id: String,
    /// The secret's id.
    pub secret_id: String,
    /// The secret.
    pub secret_key: String,
    /// The filed signature (签名).
    pub sign: String,
    /// Its part of the texts.
    pub weight: u32,
}

/// An account at a carrier's own gateway.
#[derive(Clone)]
pub struct CmppAccount {
    /// The gateway's host and port.
    pub address: String,
    /// The account (`Source_Addr`), of six digits.
    pub source: String,
    /// The shared secret.
    pub secret: String,
    /// The number that phones show (`Src_Id`).
    pub service_number: String,
    /// The filed signature (签名).
    pub sign: String,
    /// Its part of the texts.
    pub weight: u32,
}

/// Every account of a deployment.
#[derive(Clone, Default)]
pub struct Accounts {
    /// At Aliyun.
    pub aliyun: Option<AliyunAccount>,
    /// At Tencent.
    pub tencent: Option<TencentAccount>,
    /// At a carrier.
    pub cmpp: Option<CmppAccount>,
}

impl Accounts {
    /// The accounts that the configuration names; where the sandbox stands in, those that it names beside the sandbox's.
    pub fn of(config: &Config) -> Self {
        let sandbox = config.sandbox_url.as_deref().map(Self::of_sandbox).unwrap_or_default();
        let named = config.sms.accounts.clone();
        Self {
            aliyun: named.aliyun.or(sandbox.aliyun),
            tencent: named.tencent.or(sandbox.tencent),
            cmpp: named.cmpp.or(sandbox.cmpp),
        }
    }

    /// The public accounts of the sandbox at this address.
    pub fn of_sandbox(url: &str) -> Self {
        let (id, secret, sign) = ("bianmin-sandbox", "bianmin-sandbox-secret", "云川公安");
        Self {
            aliyun: Some(AliyunAccount {
                endpoint: format!("{url}/sms/aliyun/"),
                access_key_id: id.into(),
                access_key_secret: secret.into(),
                sign: sign.into(),
                weight: 70,
            }),
            tencent: Some(TencentAccount {
                endpoint: format!("{url}/sms/tencent/"),
                region: "ap-guangzhou".into(),
                sdk_app_id: "1400000001".into(),
                secret_id: id.into(),
                secret_key: secret.into(),
                sign: sign.into(),
                weight: 30,
            }),
            cmpp: None,
        }
    }
}
