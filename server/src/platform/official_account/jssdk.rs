//! WeChat's JSSDK in our pages: a page may scan and be shared with a title once it shows that its address was signed for the account.
//!
//! The signature is over a ticket (`jsapi_ticket`) that WeChat gives for the account's token. Whoever asks again while a ticket is valid
//! is given the same one, so that every instance keeps its own, as it keeps its token.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::{time::Instant, wechat::PageSignature};
use uuid::Uuid;

use super::{CallError, OfficialAccount};
use crate::config::Config;

/// A ticket is asked for anew so long before it ends.
const BEFORE_ITS_END: TimeDelta = TimeDelta::minutes(5);
/// Whoever asks so soon after a refusal is given the same answer: pages are many, and WeChat counts the questions of a day.
const AFTER_A_REFUSAL: TimeDelta = TimeDelta::seconds(10);

/// Where WeChat's script lies, and where the sandbox's does, behind its address.
const SCRIPT: &str = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
const SANDBOX_SCRIPT: &str = "/wechat/jssdk/jweixin.js";

/// What WeChat said when it was asked for a ticket, and until when that is gone by.
pub(super) struct Ticket {
    said: Result<SecretString, CallError>,
    until: Instant,
}

/// The script of the JSSDK, if pages have any use for it.
fn script(config: &Config) -> Option<String> {
    match &config.sandbox_url {
        Some(sandbox) => Some(format!("{sandbox}{SANDBOX_SCRIPT}")),
        None => config.outside.official_account.as_ref().map(|_| SCRIPT.to_owned()),
    }
}

/// The folder from which pages load the script, for the content security policy; the script loads what it needs from beside itself.
pub fn script_source(config: &Config) -> Option<String> {
    let script = script(config)?;
    script.rsplit_once('/').map(|(folder, _)| format!("{folder}/"))
}

impl OfficialAccount {
    /// What the page at this address shows the JSSDK.
    pub async fn page_signature(&self, config: &Config, url: &str) -> Result<PageSignature, CallError> {
        let account = self.account().await?;
        let script = script(config).ok_or(CallError::NoAccount)?;
        let ticket = self.ticket().await?;
        let (timestamp, nonce) = (self.clock.now().timestamp(), Uuid::new_v4().simple().to_string());
        Ok(PageSignature {
            script,
            app_id: account.appid.clone(),
            timestamp,
            signature: signature(ticket.expose_secret(), &nonce, timestamp, url),
            nonce_str: nonce,
        })
    }

    async fn ticket(&self) -> Result<SecretString, CallError> {
        let now = self.clock.now();
        let mut known = self.ticket.lock().await;
        if let Some(ticket) = &*known
            && ticket.until > now
        {
            return ticket.said.clone();
        }
        let ticket = match self.ask_for_ticket().await {
            Ok((value, lives)) => Ticket {
                said: Ok(value),
                until: now + lives - BEFORE_ITS_END,
            },
            Err(error) => Ticket {
                said: Err(error),
                until: now + AFTER_A_REFUSAL,
            },
        };
        let said = ticket.said.clone();
        *known = Some(ticket);
        said
    }

    async fn ask_for_ticket(&self) -> Result<(SecretString, TimeDelta), CallError> {
        let told = self
            .call("/cgi-bin/ticket/getticket", |http, mut url| {
                url.query_pairs_mut().append_pair("type", "jsapi");
                http.get(url)
            })
            .await?;
        let value = told.get("ticket").and_then(Value::as_str);
        let lives = told.get("expires_in").and_then(Value::as_i64).unwrap_or(0);
        let value = value.ok_or(CallError::Unknown("unreadable"))?;
        Ok((SecretString::from(value), TimeDelta::seconds(lives.clamp(0, 86_400))))
    }
}

/// The signature of an address, which has no fragment.
fn signature(ticket: &str, nonce: &str, timestamp: i64, url: &str) -> String {
    let signed = format!("jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}");
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of WeChat's own document.
    #[test]
    fn an_address_is_signed_as_wechat_signs_it() {
        let ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
        assert_eq!(
            signature(
                ticket,
                "Wm3WZYTPz0wzccnW",
                1_414_587_457,
                "http://mp.weixin.qq.com?params=value"
            ),
            "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
        );
    }
}
