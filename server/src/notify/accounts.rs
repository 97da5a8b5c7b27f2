//! The accounts with which texts are sent.

use crate::config::Config;
pub use crate::sms_settings::{Accounts, AliyunAccount, CmppAccount, TencentAccount};

impl Accounts {
    /// The accounts that the configuration names; where the sandbox stands in, those that it names beside the sandbox's.
    pub fn of(config: &Config) -> Self {
        let sandbox = config.sandbox_url.as_deref().map(Self::of_sandbox).unwrap_or_default();
        let named = config.outside.sms.accounts.clone();
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
