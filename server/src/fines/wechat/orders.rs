//! Orders: prepay, query, close.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    fines::{
        attempt::{Channel, Money},
        wire::Bridge,
    },
    money::Fen,
    time::{Instant, wire_time},
};
use uuid::Uuid;
use wechat_pay_rust_sdk::model::{H5Params, H5SceneInfo, JsapiParams, NativeParams};

use super::client::{CallError, Client};

/// An order to be made.
#[derive(Clone, Debug)]
pub struct Order {
    /// How the payer reaches the cashier.
    pub channel: Channel,
    /// Our number.
    pub out_trade_no: String,
    /// What the cashier shows.
    pub description: String,
    /// The amount.
    pub amount: Fen,
    /// Until when it can be paid.
    pub expires_at: Instant,
    /// Who pays, inside WeChat.
    pub openid: Option<String>,
    /// The payer's address, for H5.
    pub client_ip: String,
    /// Where to notify.
    pub notify_url: String,
    /// The service's own address, for H5.
    pub public_url: String,
}

/// An order's key to the cashier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepaid {
    /// For the bridge.
    PrepayId(String),
    /// For another browser, or as a code.
    Url(String),
}

/// What became of a wish for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It can be paid.
    Ready(Prepaid),
    /// An order with this number is paid, closed or another one: ask what became of it.
    Ask,
}

/// What became of a wish to close an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is closed, or never was.
    Yes,
    /// It was paid before: ask.
    Paid,
}

#[derive(Deserialize)]
struct Handed {
    prepay_id: Option<String>,
    h5_url: Option<String>,
    code_url: Option<String>,
}

/// A transaction, as queries and notifications tell it. `attach` and much else may be missing.
#[derive(Clone, Debug, Deserialize)]
pub struct Transaction {
    /// Our number.
    pub out_trade_no: String,
    /// `SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED` and others.
    pub trade_state: String,
    mchid: String,
    appid: String,
    #[serde(default)]
    transaction_id: Option<String>,
    #[serde(default)]
    success_time: Option<DateTime<Utc>>,
    #[serde(default)]
    amount: Amount,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Amount {
    total: Option<i64>,
    currency: Option<String>,
}

impl Transaction {
    /// The money that came, if any did. An order that was refunded was paid before.
    pub fn money(&self) -> Option<Money> {
        if !matches!(self.trade_state.as_str(), "SUCCESS" | "REFUND") {
            return None;
        }
        Some(Money {
            out_trade_no: self.out_trade_no.clone(),
            transaction_id: self.transaction_id.clone()?,
            amount: Fen(self.amount.total?),
            currency: self.amount.currency.clone().unwrap_or_else(|| "CNY".into()),
            mchid: self.mchid.clone(),
            appid: self.appid.clone(),
            paid_at: self.success_time?,
        })
    }

    /// Whether no money can come any more.
    pub fn is_over(&self) -> bool {
        matches!(self.trade_state.as_str(), "CLOSED" | "REVOKED" | "PAYERROR")
    }
}

impl Order {
    /// The request, byte by byte as it will be sent each time: WeChat Pay refuses another one under the same number.
    pub fn request(&self, client: &Client) -> anyhow::Result<String> {
        let total = i32::try_from(self.amount.0)?;
        let time_expire = Some(wire_time::text(self.expires_at));
        let number = self.out_trade_no.as_str();
        let description = self.description.as_str();
        let mut body = match self.channel {
            Channel::Jsapi => {
                let openid = self.openid.as_deref().unwrap_or_default();
                let mut params = JsapiParams::new(description, number, total.into(), openid.into());
                params.time_expire = time_expire;
                serde_json::to_value(params)?
            }
            Channel::H5 => {
                let scene = H5SceneInfo::new(self.client_ip.as_str(), "便民", self.public_url.as_str());
                let mut params = H5Params::new(description, number, total.into(), scene);
                params.time_expire = time_expire;
                serde_json::to_value(params)?
            }
            Channel::Native => {
                let mut params = NativeParams::new(description, number, total.into());
                params.time_expire = time_expire;
                serde_json::to_value(params)?
            }
        };
        // The SDK's models know neither the merchant nor where to notify: its own client adds them.
        if let Some(fields) = body.as_object_mut() {
            for (name, value) in [
                ("appid", client.account.appid.as_str()),
                ("mchid", client.account.mchid.as_str()),
                ("notify_url", self.notify_url.as_str()),
            ] {
                fields.insert(name.to_owned(), Value::from(value));
            }
        }
        Ok(body.to_string())
    }
}

impl Client {
    /// Makes an order, or enters one again that was made with the same request.
    pub async fn prepay(&self, channel: Channel, request: &str) -> Result<Opened, CallError> {
        let target = match channel {
            Channel::Jsapi => "/v3/pay/transactions/jsapi",
            Channel::H5 => "/v3/pay/transactions/h5",
            Channel::Native => "/v3/pay/transactions/native",
        };
        let answer = match self.post(target, request).await {
            Ok(answer) => answer,
            Err(CallError::Refused { code })
                if matches!(
                    code.as_str(),
                    "ORDERPAID" | "ORDERCLOSED" | "INVALIDREQUEST" | "OUTTRADENOUSED"
                ) =>
            {
                return Ok(Opened::Ask);
            }
            Err(error) => return Err(error),
        };
        let handed = answer
            .json::<Handed>()
            .map_err(|error| CallError::Unknown(error.to_string()))?
            .into_inner();
        match handed {
            Handed {
                prepay_id: Some(id), ..
            } => Ok(Opened::Ready(Prepaid::PrepayId(id))),
            Handed { h5_url: Some(url), .. }
            | Handed {
                code_url: Some(url), ..
            } => Ok(Opened::Ready(Prepaid::Url(url))),
            _ => Err(CallError::Unknown("an order without a key to the cashier".into())),
        }
    }

    /// What a page hands to the bridge.
    pub fn bridge(&self, prepay_id: &str) -> anyhow::Result<Bridge> {
        let (app_id, time_stamp) = (self.account.appid.clone(), self.now().timestamp().to_string());
        let (nonce_str, package) = (Uuid::new_v4().simple().to_string(), format!("prepay_id={prepay_id}"));
        let message = format!("{app_id}\n{time_stamp}\n{nonce_str}\n{package}\n");
        let pay_sign = self.account.sign(message.as_bytes())?;
        Ok(Bridge {
            app_id,
            time_stamp,
            nonce_str,
            package,
            sign_type: "RSA".into(),
            pay_sign,
        })
    }

    /// Asks what became of an order; nothing when WeChat Pay knows none with this number.
    pub async fn query(&self, out_trade_no: &str) -> Result<Option<Transaction>, CallError> {
        let target = format!(
            "/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={}",
            self.account.mchid
        );
        match self.get(&target).await {
            Ok(answer) => {
                let transaction = answer.json().map_err(|error| CallError::Unknown(error.to_string()))?;
                Ok(Some(transaction.into_inner()))
            }
            Err(error) if error.is("ORDERNOTEXIST") || error.is("RESOURCENOTEXISTS") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Closes an order.
    pub async fn close(&self, out_trade_no: &str) -> Result<Closed, CallError> {
        let target = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close");
        let body = json!({ "mchid": self.account.mchid }).to_string();
        match self.post(&target, &body).await {
            Ok(_) => Ok(Closed::Yes),
            Err(error) if error.is("ORDERCLOSED") || error.is("ORDERNOTEXIST") || error.is("RESOURCENOTEXISTS") => {
                Ok(Closed::Yes)
            }
            Err(error) if error.is("ORDERPAID") => Ok(Closed::Paid),
            Err(error) => Err(error),
        }
    }
}
