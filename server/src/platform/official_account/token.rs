//! The token with which the account is spoken for, and calls with it.
//!
//! It is the *stable* token (`/cgi-bin/stable_token`): whoever asks is given the same one while it is valid, so that several instances
//! do not take it from each other, as they would with `/cgi-bin/token`.

use chrono::TimeDelta;
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::time::Instant;

use super::{CallError, OfficialAccount, read, unanswered};

/// A token is asked for anew so long before it ends.
const BEFORE_ITS_END: TimeDelta = TimeDelta::minutes(5);
/// Codes by which WeChat says that the token is not, or no longer, one (全局返回码): invalid, not a token, expired.
const TOKEN_REFUSED: [i64; 3] = [40001, 40014, 42001];

/// A token, and until when it is used.
pub(super) struct Token {
    value: SecretString,
    until: Instant,
}

impl OfficialAccount {
    /// Posts to the account's API, with its token.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.call(path, |http, url| http.post(url).json(body)).await
    }

    /// Calls the account's API, with its token. A token that WeChat no longer takes is replaced once.
    pub(super) async fn call(
        &self,
        path: &str,
        request: impl Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Value, CallError> {
        let token = self.token(None).await?;
        match self.call_with(&token, path, &request).await {
            Err(CallError::Refused(code)) if TOKEN_REFUSED.contains(&code) => {
                let token = self.token(Some(&token)).await?;
                self.call_with(&token, path, &request).await
            }
            answer => answer,
        }
    }

    async fn call_with(
        &self,
        token: &SecretString,
        path: &str,
        request: impl Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Value, CallError> {
        let url = format!("{}{path}", self.account().await?.api);
        let mut url: Url = url.parse().map_err(|_no_url| CallError::NoAccount)?;
        url.query_pairs_mut().append_pair("access_token", token.expose_secret());
        read(request(&self.http, url).send().await.map_err(unanswered)?).await
    }

    /// The token. `refused` is one that WeChat does not take any more.
    ///
    /// When the one that is remembered is another, somebody has already asked. When WeChat itself repeats the refused one, it is
    /// asked to make another, which it does a limited number of times a day.
    async fn token(&self, refused: Option<&SecretString>) -> Result<SecretString, CallError> {
        let now = self.clock.now();
        let is_refused =
            |value: &SecretString| refused.is_some_and(|refused| refused.expose_secret() == value.expose_secret());
        let mut known = self.token.lock().await;
        if let Some(token) = &*known
            && token.until > now
            && !is_refused(&token.value)
        {
            return Ok(token.value.clone());
        }
        let mut token = self.ask_for_token(false, now).await?;
        if is_refused(&token.value) {
            token = self.ask_for_token(true, now).await?;
        }
        let value = token.value.clone();
        *known = Some(token);
        Ok(value)
    }

    async fn ask_for_token(&self, force: bool, now: Instant) -> Result<Token, CallError> {
        let account = self.account().await?;
        let credential = json!({
            "grant_type": "client_credential",
            "appid": account.appid,
            "secret": account.secret.expose_secret(),
            "force_refresh": force,
        });
        let url = format!("{}/cgi-bin/stable_token", account.api);
        // Without a token nothing was sent, whatever became of the question.
        let answer = self.http.post(url).json(&credential).send().await;
        let told = match answer.map_err(unanswered) {
            Ok(answer) => read(answer).await,
            Err(error) => Err(error),
        };
        let told = told.map_err(|error| match error {
            CallError::Unknown(_) => CallError::NotConnected,
            error => error,
        })?;
        let value = told.get("access_token").and_then(Value::as_str);
        let lives = told.get("expires_in").and_then(Value::as_i64).unwrap_or(0);
        Ok(Token {
            value: SecretString::from(value.ok_or(CallError::NotConnected)?),
            until: now + TimeDelta::seconds(lives.clamp(0, 86_400)) - BEFORE_ITS_END,
        })
    }
}
