//! The trade bill of a day: a link, a file, its digest, and its rows.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use bytes::Bytes;
use chrono::NaiveDate;
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, USER_AGENT},
};
use serde::Deserialize;
use shared::{money::Fen, time::Instant};

use super::client::{CallError, Client};

#[derive(Deserialize)]
struct Link {
    download_url: String,
    hash_value: String,
}

/// Why there is no bill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillError {
    /// It is made at ten the next morning.
    #[error("the bill is not made yet")]
    NotReady,
    /// The file is not the one that was announced.
    #[error("the bill has another digest than announced")]
    Digest,
    /// A row cannot be read.
    #[error("a row of the bill cannot be read")]
    Row,
    /// WeChat Pay cannot be asked.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A row: a payment, or a refund of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// When, in WeChat Pay's words.
    pub paid_at: Option<Instant>,
    /// The official account.
    pub appid: String,
    /// The merchant.
    pub mchid: String,
    /// WeChat's number.
    pub transaction_id: String,
    /// Our number of the order.
    pub out_trade_no: String,
    /// The currency.
    pub currency: String,
    /// The amount of a payment.
    pub amount: Fen,
    /// Our number of the refund, for a refund.
    pub out_refund_no: Option<String>,
    /// The amount of a refund.
    pub refund: Fen,
    /// What WeChat charged; anything but zero is wrong.
    pub fee: Fen,
}

/// A bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Its rows.
    pub rows: Vec<BillRow>,
}

impl Client {
    /// The trade bill of a day; an empty one when there was no trade.
    pub async fn trade_bill(&self, day: NaiveDate) -> Result<Bill, BillError> {
        let answer = match self
            .get(&format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL"))
            .await
        {
            Ok(answer) => answer,
            Err(error) if error.is("NOSTATEMENTEXIST") => return Ok(Bill::default()),
            Err(error) if error.is("STATEMENTCREATING") || error.is("INVALIDREQUEST") => {
                return Err(BillError::NotReady);
            }
            Err(error) => return Err(error.into()),
        };
        let link = answer
            .json::<Link>()
            .map_err(|error| CallError::Unknown(error.to_string()))?
            .into_inner();
        let file = self.download(&link.download_url).await?;
        // The file is not signed: that it is the announced one is all that vouches for it.
        let found = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &file));
        if !found.eq_ignore_ascii_case(&link.hash_value) {
            return Err(BillError::Digest);
        }
        parse(&file).ok_or(BillError::Row)
    }

    async fn download(&self, url: &str) -> Result<Bytes, CallError> {
        let unknown = |_error| CallError::Unknown("the bill cannot be downloaded".into());
        let parsed =
            reqwest::Url::parse(url).map_err(|_no_url| CallError::Unknown("the link of the bill is none".into()))?;
        let target = match parsed.query() {
            Some(query) => format!("{}?{query}", parsed.path()),
            None => parsed.path().to_owned(),
        };
        // The link was signed; still it is asked for under the configured address only, and with no other host.
        let request = self
            .http
            .get(format!("{}{target}", self.account.url))
            .header(ACCEPT, "*/*")
            .header(USER_AGENT, concat!("Bianmin/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, self.authorization(&Method::GET, &target, "")?);
        let response = request.send().await.map_err(unknown)?;
        if !response.status().is_success() {
            return Err(CallError::Unknown(format!("http-{}", response.status().as_u16())));
        }
        response.bytes().await.map_err(unknown)
    }
}

/// Reads the file: a header, rows whose fields begin with a backtick, and two lines of totals.
fn parse(file: &[u8]) -> Option<Bill> {
    let text = std::str::from_utf8(file).ok()?.trim_start_matches('\u{feff}');
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next()?.split(',').collect();
    let column = |name: &str| header.iter().position(|title| *title == name);
    let columns = Columns {
        at: column("交易时间")?,
        appid: column("公众账号ID")?,
        mchid: column("商户号")?,
        transaction: column("微信订单号")?,
        order: column("商户订单号")?,
        state: column("交易状态")?,
        currency: column("货币种类")?,
        amount: column("应结订单金额")?,
        refund_no: column("商户退款单号")?,
        refund: column("退款金额")?,
        fee: column("手续费")?,
    };
    let rows = lines
        .take_while(|line| line.starts_with('`'))
        .map(|line| columns.row(line))
        .collect::<Option<Vec<_>>>()?;
    Some(Bill { rows })
}

struct Columns {
    at: usize,
    appid: usize,
    mchid: usize,
    transaction: usize,
    order: usize,
    state: usize,
    currency: usize,
    amount: usize,
    refund_no: usize,
    refund: usize,
    fee: usize,
}

impl Columns {
    fn row(&self, line: &str) -> Option<BillRow> {
        let fields: Vec<&str> = line
            .split(',')
            .map(|field| field.trim().trim_start_matches('`'))
            .collect();
        let text = |at: usize| fields.get(at).copied();
        let fen = |at: usize| text(at).and_then(Fen::from_yuan);
        let is_refund = matches!(text(self.state)?, "REFUND" | "REVOKED");
        Some(BillRow {
            paid_at: moment(text(self.at)?),
            appid: text(self.appid)?.to_owned(),
            mchid: text(self.mchid)?.to_owned(),
            transaction_id: text(self.transaction)?.to_owned(),
            out_trade_no: text(self.order)?.to_owned(),
            currency: text(self.currency)?.to_owned(),
            amount: fen(self.amount)?,
            out_refund_no: if is_refund {
                Some(text(self.refund_no)?.to_owned())
            } else {
                None
            },
            refund: fen(self.refund)?,
            fee: fen(self.fee)?,
        })
    }
}

/// A moment of the bureau's clocks, as bills write it.
fn moment(text: &str) -> Option<Instant> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(shared::time::instant(local.date(), local.time()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str =
        "交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,商户退款单号,退款金额,手续费";

    proptest! {
        #[test]
        fn no_file_makes_the_reader_of_bills_panic(octets in prop::collection::vec(any::<u8>(), 0..300), rows in "[`,0-9A-Z :.\n-]{0,200}") {
            drop(parse(&octets));
            drop(parse(format!("{HEADER}\n`{rows}").as_bytes()));
        }
    }
}
