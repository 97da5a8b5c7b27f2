//! The accounts of texts, as an operator sets them: each whole or not at all.

use secrecy::SecretString;

use crate::config::{ConfigError, Settings, invalid};

/// How texts are sent.
#[derive(Clone, Default)]
pub struct SmsSettings {
    /// The accounts.
    pub accounts: Accounts,
    /// What a provider's callbacks must carry as `key`; without it everybody can call back, and what nobody can prove counts for little.
    pub callback_key: Option<SecretString>,
}

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

/// Reads the accounts; what is missing of one that is begun is named.
pub(crate) fn read(settings: &Settings) -> Result<SmsSettings, ConfigError> {
    let needed = |value: &Option<String>, setting: &'static str, because: &str| {
        value
            .clone()
            .ok_or_else(|| invalid(setting, format!("it is needed as well, because {because} is set")))
    };
    let sign = |because: &str| needed(&settings.sms_sign, "SMS_SIGN", because);
    let mut accounts = Accounts::default();
    if let Some(access_key_id) = &settings.sms_aliyun_access_key_id {
        let because = "BIANMIN_SMS_ALIYUN_ACCESS_KEY_ID";
        let secret = &settings.sms_aliyun_access_key_secret;
        accounts.aliyun = Some(AliyunAccount {
            endpoint: "https://dysmsapi.aliyuncs.com/".into(),
            access_key_id: access_key_id.clone(),
            access_key_secret: needed(secret, "SMS_ALIYUN_ACCESS_KEY_SECRET", because)?,
            sign: sign(because)?,
            weight: settings.sms_aliyun_weight.unwrap_or(50),
        });
    }
    if let Some(secret_id) = &settings.sms_tencent_secret_id {
        let because = "BIANMIN_SMS_TENCENT_SECRET_ID";
        accounts.tencent = Some(TencentAccount {
            endpoint: "https://sms.tencentcloudapi.com/".into(),
            region: settings
                .sms_tencent_region
                .clone()
                .unwrap_or_else(|| "ap-guangzhou".into()),
            sdk_app_id: needed(&settings.sms_tencent_app_id, "SMS_TENCENT_APP_ID", because)?,
            secret_id: secret_id.clone(),
            secret_key: needed(&settings.sms_tencent_secret_key, "SMS_TENCENT_SECRET_KEY", because)?,
            sign: sign(because)?,
            weight: settings.sms_tencent_weight.unwrap_or(50),
        });
    }
    if let Some(address) = &settings.sms_cmpp_address {
        let because = "BIANMIN_SMS_CMPP_ADDRESS";
        let source = needed(&settings.sms_cmpp_source, "SMS_CMPP_SOURCE", because)?;
        if source.len() != 6 || !source.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid("SMS_CMPP_SOURCE", "an account at a carrier has six digits"));
        }
        accounts.cmpp = Some(CmppAccount {
            address: address.clone(),
            source,
            secret: needed(&settings.sms_cmpp_secret, "SMS_CMPP_SECRET", because)?,
            service_number: needed(&settings.sms_cmpp_service_number, "SMS_CMPP_SERVICE_NUMBER", because)?,
            sign: sign(because)?,
            weight: settings.sms_cmpp_weight.unwrap_or(50),
        });
    }
    if settings.sandbox_url.is_none() && accounts.is_any() && settings.sms_callback_key.is_none() {
        return Err(invalid(
            "SMS_CALLBACK_KEY",
            "it is needed as well, because an account is set: callbacks of providers are not signed",
        ));
    }
    Ok(SmsSettings {
        accounts,
        callback_key: settings.sms_callback_key.clone(),
    })
}

impl Accounts {
    /// Whether there is any account.
    pub const fn is_any(&self) -> bool {
        self.aliyun.is_some() || self.tencent.is_some() || self.cmpp.is_some()
    }
}
