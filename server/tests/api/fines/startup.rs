//! An account that cannot work is noticed when the program starts, by the name of the setting.

use std::{fs, path::Path, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::support::root;

const KEY: &str = "BIANMIN_WECHAT_PAY_PRIVATE_KEY";

/// What the program says when it is started with these settings over those of the sandbox's merchant.
fn refusal(folder: &Path, changes: &[(&str, &str)]) -> String {
    let keys = root().join("sandbox/keys");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bianmin"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BIANMIN_")) {
        command.env_remove(name);
    }
    let output = command
        .arg("serve")
        .current_dir(folder)
        .env("BIANMIN_LISTEN", "127.0.0.1:0")
        .env("BIANMIN_DATA_DIR", folder)
        .env("BIANMIN_WECHAT_PAY_MCHID", "1900000109")
        .env("BIANMIN_WECHAT_PAY_APPID", "wx2421b1c4370ec43b")
        .env("BIANMIN_WECHAT_APP_SECRET", "secret")
        .env("BIANMIN_WECHAT_PAY_SERIAL", "5B1A4D0E7C3F2A6980D1E2F3A4B5C6D7E8F90111")
        .env("BIANMIN_WECHAT_PAY_API_V3_KEY", "bianmin-sandbox-api-v3-key-00001")
        .env(KEY, keys.join("platform-first-private.pem"))
        .env(
            "BIANMIN_WECHAT_PAY_CERTIFICATE",
            keys.join("platform-first-certificate.pem"),
        )
        .envs(changes.iter().copied())
        .output()
        .unwrap();
    assert!(!output.status.success(), "it must not start");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !said.contains("bianmin-sandbox-api-v3-key") && !said.contains("PRIVATE KEY-----\\n"),
        "{said}"
    );
    said
}

#[test]
fn a_key_in_the_older_form_is_refused_with_the_command_that_converts_it() {
    let folder = tempfile::tempdir().unwrap();
    let pem = fs::read_to_string(root().join("sandbox/keys/merchant-private.pem")).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let octets = BASE64_STANDARD.decode(body).unwrap();
    // What PKCS#8 wraps, after its 26 octets for a key of 2048 bits, is PKCS#1.
    let older = BASE64_STANDARD.encode(&octets[26..]);
    let file = folder.path().join("older.pem");
    fs::write(
        &file,
        format!("-----BEGIN RSA PRIVATE KEY-----\n{older}\n-----END RSA PRIVATE KEY-----\n"),
    )
    .unwrap();
    let said = refusal(folder.path(), &[(KEY, file.to_str().unwrap())]);
    assert!(
        said.contains(KEY) && said.contains("PKCS#1") && said.contains("openssl pkcs8"),
        "{said}"
    );
}

#[test]
fn a_key_that_is_not_the_certificate_s_is_refused_and_both_settings_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = root().join("sandbox/keys/merchant-private.pem");
    let said = refusal(folder.path(), &[(KEY, other.to_str().unwrap())]);
    assert!(
        said.contains(KEY) && said.contains("BIANMIN_WECHAT_PAY_CERTIFICATE"),
        "{said}"
    );
}

#[test]
fn each_other_setting_that_cannot_work_is_named_too() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in [
        (KEY, "nowhere.pem"),
        ("BIANMIN_WECHAT_PAY_CERTIFICATE", "nowhere.pem"),
        // That the key belongs to the certificate was found before these are looked at.
        ("BIANMIN_WECHAT_PAY_API_V3_KEY", "short"),
        ("BIANMIN_WECHAT_PAY_SERIAL", "no hexadecimal number"),
        ("BIANMIN_WECHAT_PAY_PUBLIC_KEY_ID", "PUB_KEY_ID_1"),
    ] {
        let said = refusal(folder.path(), &[(setting, value)]);
        let named = if setting.ends_with("KEY_ID") {
            "BIANMIN_WECHAT_PAY_PUBLIC_KEY"
        } else {
            setting
        };
        assert!(said.contains(named), "{setting}: {said}");
    }
}
