use super::*;

fn settings() -> Settings {
    Settings {
        listen: "127.0.0.1:8080".into(),
        data_dir: "data".into(),
        database_url: None,
        redis_url: None,
        sandbox_url: None,
        public_url: None,
        client_dir: "dist".into(),
        keys_dir: None,
        cryptography: None,
        workers: None,
        log: "info".into(),
        ..Settings::default()
    }
}

fn refusal(change: impl FnOnce(&mut Settings)) -> String {
    let mut settings = settings();
    change(&mut settings);
    Config::check(settings)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn without_settings_everything_is_embedded() {
    let config = Config::check(settings()).unwrap();
    assert_eq!(
        config.mode,
        Mode {
            store: Store::Sqlite("data/bianmin.sqlite3".into()),
            redis_url: None
        }
    );
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    assert!(refusal(|s| s.listen = "here".into()).starts_with("BIANMIN_LISTEN"));
    assert!(refusal(|s| s.database_url = Some("mysql://x".into())).starts_with("BIANMIN_DATABASE_URL"));
    assert!(refusal(|s| s.redis_url = Some("redis://x".into())).contains("PostgreSQL"));
    assert!(refusal(|s| s.wechat_pay_mchid = Some("1900000109".into())).starts_with("BIANMIN_WECHAT_PAY_APPID"));
    assert!(refusal(|s| s.wechat_app_secret = Some("x".into())).starts_with("BIANMIN_WECHAT_PAY_APPID"));
    let no_key = refusal(|s| {
        s.wechat_pay_appid = Some("wx".into());
        s.wechat_app_secret = Some("x".into());
        s.wechat_event_token = Some("x".into());
        s.wechat_event_aes_key = Some("short".into());
    });
    assert!(no_key.starts_with("BIANMIN_WECHAT_EVENT_AES_KEY"), "{no_key}");
    assert!(refusal(|s| s.government_app_id = Some("bianmin".into())).starts_with("BIANMIN_FISCAL_URL"));
    assert!(refusal(|s| s.cryptography = Some("des".into())).starts_with("BIANMIN_CRYPTOGRAPHY"));
    assert!(refusal(|s| s.self_service_ceiling_fen = Some(1)).starts_with("BIANMIN_SELF_SERVICE_CITATION"));
    assert!(refusal(|s| s.lenient_first = Some(2)).starts_with("BIANMIN_LENIENT_CITATION"));
    assert!(refusal(|s| s.public_url = Some("bianmin.example".into())).starts_with("BIANMIN_PUBLIC_URL"));
    assert!(refusal(|s| s.sms_cmpp_address = Some("10.0.0.1:7890".into())).starts_with("BIANMIN_SMS_CMPP_SOURCE"));
    let unkeyed = refusal(|s| {
        s.sms_aliyun_access_key_id = Some("id".into());
        s.sms_aliyun_access_key_secret = Some("secret".into());
        s.sms_sign = Some("云川公安".into());
    });
    assert!(unkeyed.starts_with("BIANMIN_SMS_CALLBACK_KEY"), "{unkeyed}");
}
