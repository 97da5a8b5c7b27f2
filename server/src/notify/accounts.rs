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

/// Every account of a deployment.
#[derive(Clone, Default)]
pub struct Accounts {
    /// At Aliyun.
    pub aliyun: Option<AliyunAccount>,
    /// At Tencent.
    pub tencent: Option<TencentAccount>,
}

impl Accounts {
    /// The accounts that the configuration names.
    pub fn of(config: &Config) -> Self {
        config.sandbox_url.as_deref().map(Self::of_sandbox).unwrap_or_default()
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
        }
    }
}
