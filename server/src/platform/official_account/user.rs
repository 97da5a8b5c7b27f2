//! Who a browser's user is inside WeChat: the code of an authorisation, exchanged for an openid.

use secrecy::ExposeSecret;
use serde_json::Value;

use super::{CallError, OfficialAccount, Openid, read, unanswered};

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

impl OfficialAccount {
    /// Where a browser inside WeChat goes to say who its user is, without asking the user anything (`snsapi_base`).
    ///
    /// `state` comes back with the code; WeChat takes up to 128 letters and digits.
    pub async fn authorize_url(&self, back: &str, state: Option<&str>) -> Result<String, UserError> {
        let account = self.account().await.map_err(|_none| UserError::Silent)?;
        let page = format!("{}/connect/oauth2/authorize", account.page);
        let mut parameters = vec![
            ("appid", account.appid.as_str()),
            ("redirect_uri", back),
            ("response_type", "code"),
            ("scope", "snsapi_base"),
        ];
        parameters.extend(state.map(|state| ("state", state)));
        let mut url = reqwest::Url::parse_with_params(&page, parameters).map_err(|_no_url| UserError::Silent)?;
        if state.is_some() {
            url.set_fragment(Some("wechat_redirect"));
        }
        Ok(url.into())
    }

    /// The openid behind a code.
    pub async fn openid_of(&self, code: &str) -> Result<Openid, UserError> {
        let account = self.account().await.map_err(|_none| UserError::Silent)?;
        let url = reqwest::Url::parse_with_params(
            &format!("{}/sns/oauth2/access_token", account.api),
            [
                ("appid", account.appid.as_str()),
                ("secret", account.secret.expose_secret()),
                ("code", code),
                ("grant_type", "authorization_code"),
            ],
        )
        .map_err(|_no_url| UserError::Silent)?;
        let answer = match self.http.get(url).send().await.map_err(unanswered) {
            Ok(answer) => read(answer).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(user) if user.get("is_snapshotuser").and_then(Value::as_u64) == Some(1) => Err(UserError::Snapshot),
            Ok(user) => match user.get("openid").and_then(Value::as_str) {
                Some(openid) => Ok(Openid::new(openid.to_owned())),
                None => Err(UserError::Silent),
            },
            // Codes that are wrong (40029), used (40163) or too old (42003); anything else is no word about the code.
            Err(CallError::Refused(40029 | 40163 | 42003)) => Err(UserError::Code),
            Err(_unanswered) => Err(UserError::Silent),
        }
    }
}
