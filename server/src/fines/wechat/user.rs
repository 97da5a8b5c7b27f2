//! Who pays inside WeChat: the code of an authorisation, exchanged for an openid.

use secrecy::ExposeSecret;
use serde::Deserialize;

use super::client::Client;

#[derive(Deserialize)]
struct Exchanged {
    openid: Option<String>,
    #[serde(default)]
    is_snapshotuser: u8,
}

/// Why nobody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserError {
    /// The code is used up, too old or none.
    Code,
    /// The user only looks at a snapshot of the page; its openid belongs to nobody.
    Snapshot,
    /// WeChat cannot be asked.
    Silent,
}

impl Client {
    /// Where a browser inside WeChat goes to say who its user is, without asking the user anything (`snsapi_base`).
    pub fn authorize_url(&self, back: &str) -> String {
        let page = format!("{}/connect/oauth2/authorize", self.account.authorization_page);
        let parameters = [
            ("appid", self.account.appid.as_str()),
            ("redirect_uri", back),
            ("response_type", "code"),
            ("scope", "snsapi_base"),
        ];
        reqwest::Url::parse_with_params(&page, parameters).map_or(page, String::from)
    }
}

/// The openid behind a code.
pub async fn openid_of(client: &Client, code: &str) -> Result<String, UserError> {
    let account = &client.account;
    let url = reqwest::Url::parse_with_params(
        &format!("{}/sns/oauth2/access_token", account.authorization_url),
        [
            ("appid", account.appid.as_str()),
            ("secret", account.app_secret.expose_secret()),
            ("code", code),
            ("grant_type", "authorization_code"),
        ],
    )
    .map_err(|_no_url| UserError::Silent)?;
    let answer = client
        .http
        .get(url)
        .send()
        .await
        // The address carries the secret, so the error is dropped here and never logged.
        .map_err(|_error| UserError::Silent)?;
    // WeChat answers JSON under the name of plain text.
    let text = answer.text().await.map_err(|_error| UserError::Silent)?;
    let exchanged: Exchanged = serde_json::from_str(&text).map_err(|_error| UserError::Silent)?;
    if exchanged.is_snapshotuser == 1 {
        return Err(UserError::Snapshot);
    }
    exchanged.openid.ok_or(UserError::Code)
}
