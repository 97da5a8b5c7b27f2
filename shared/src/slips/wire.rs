//! Bodies of slips.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    locker::Compartment,
    proof::Shown,
    rules::SlipStatus,
    token::{Medium, SlipKind},
};
use crate::{
    catalog::wire::OpeningHours,
    ids::{HallId, SlipId},
    language::Phrase,
    problem::Problem,
    time::wire_time,
};

/// What to bring along, in words.
pub const fn what_to_bring(kind: SlipKind, by_proxy: bool) -> &'static [Phrase] {
    const CARD: Phrase = Phrase {
        zh: "本人居民身份证原件",
        en: "Your own resident ID card",
    };
    const SLIP: Phrase = Phrase {
        zh: "本页二维码，或打印的领取凭证",
        en: "The code on this page, or the printed slip",
    };
    const PROXY_CARD: Phrase = Phrase {
        zh: "受托人居民身份证原件",
        en: "The proxy's resident ID card",
    };
    const LETTER: Phrase = Phrase {
        zh: "授权委托书原件",
        en: "The original letter of attorney",
    };
    match (kind, by_proxy) {
        (_, true) => &[SLIP, PROXY_CARD, LETTER],
        (SlipKind::Document | SlipKind::Property, false) => &[SLIP, CARD],
    }
}

/// Where something is collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Site {
    /// The hall.
    pub id: HallId,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Whom to call.
    pub phone: String,
    /// When it is open.
    pub hours: Vec<OpeningHours>,
}

/// A slip as its owner, or its proxy, sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slip {
    /// The slip.
    pub id: SlipId,
    /// What kind of thing is collected.
    pub kind: SlipKind,
    /// Where it stands.
    pub status: SlipStatus,
    /// What is collected.
    #[cfg_attr(feature = "openapi", schema(example = "居民身份证补领"))]
    pub item: String,
    /// The number under which the site keeps it.
    pub reference: String,
    /// The owner's name, masked.
    pub owner: String,
    /// Whether whoever reads this is the proxy and not the owner.
    pub as_proxy: bool,
    /// Where it is collected.
    pub site: Site,
    /// Until when it is kept.
    #[serde(with = "wire_time::option")]
    pub collect_by: Option<DateTime<Utc>>,
    /// How often the slip was given out: a page whose picture is of an earlier time fetches it anew.
    pub serial: i32,
    /// In which locker it lies, when it lies in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compartment: Option<Compartment>,
    /// The proxy, while there is one.
    pub proxy: Option<Proxy>,
    /// How it is posted, when that was chosen.
    pub mail: Option<Mail>,
    /// How it was collected.
    pub redemption: Option<Redemption>,
}

/// Whoever collects for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proxy {
    /// The name, masked.
    pub name: String,
    /// The ID number, masked.
    pub id_number: String,
    /// Until when the letter of attorney holds.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
}

/// How a document is posted. The bureau pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mail {
    /// The recipient's name, masked.
    pub recipient: String,
    /// The address, of which the last part is masked.
    pub address: String,
    /// The post's number, once it is on its way.
    pub tracking: Option<String>,
}

/// Where a document is posted to, whole, for whoever posts it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailLabel {
    /// Who takes the letter.
    pub recipient: String,
    /// The recipient's phone.
    pub phone: String,
    /// Where to.
    pub address: String,
}

/// How something was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redemption {
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Where.
    pub site: String,
    /// The number of the counter, when the clerk had opened one.
    pub counter: Option<i32>,
    /// The number of the compartment, when it was collected at a locker: this one is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compartment: Option<i32>,
    /// Whether a proxy came.
    pub by_proxy: bool,
}

/// `GET /slips/{id}/code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScreenCode {
    /// The six digits.
    #[cfg_attr(feature = "openapi", schema(example = "583920"))]
    pub code: String,
    /// Until when they are shown.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
}

/// `POST /slips/{id}/proxy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyRequest {
    /// The proxy's name.
    #[cfg_attr(feature = "openapi", schema(example = "李秀英"))]
    pub name: String,
    /// The proxy's ID number.
    #[cfg_attr(feature = "openapi", schema(example = "11010519491231002X"))]
    pub id_number: String,
    /// The proxy's phone, to which a text goes.
    #[cfg_attr(feature = "openapi", schema(example = "13800000002"))]
    pub phone: String,
    /// Until when the letter of attorney holds.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
    /// A picture of the signed letter of attorney: JPEG or PNG in base64.
    #[cfg_attr(feature = "openapi", schema(example = "/9j/4AAQSkZJRgABAQEASABIAAD/2wBD"))]
    pub letter: String,
}

/// `PUT /slips/{id}/mail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailRequest {
    /// Who takes the letter.
    #[cfg_attr(feature = "openapi", schema(example = "张伟"))]
    pub recipient: String,
    /// The recipient's phone, for the post.
    #[cfg_attr(feature = "openapi", schema(example = "13800000001"))]
    pub phone: String,
    /// Where to.
    #[cfg_attr(feature = "openapi", schema(example = "云川市滨河区和平路12号3单元401室"))]
    pub address: String,
}

/// `POST /slips/{id}/posted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostedRequest {
    /// The post's number.
    #[cfg_attr(feature = "openapi", schema(example = "EA123456789CN"))]
    pub tracking: String,
}

/// `POST /slips/{id}/move`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveRequest {
    /// The new site.
    pub hall_id: HallId,
}

/// `POST /slip-look-ups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookUpRequest {
    /// What was scanned or typed.
    #[cfg_attr(feature = "openapi", schema(example = "ZP1:…"))]
    pub token: String,
}

/// What a clerk has to know before handing something over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handover {
    /// The slip.
    pub slip_id: SlipId,
    /// What kind of thing it is.
    pub kind: SlipKind,
    /// On what the slip is shown.
    pub medium: Medium,
    /// What is handed over.
    pub item: String,
    /// The number under which the site keeps it.
    pub reference: String,
    /// Who comes, masked.
    pub holder: String,
    /// Their ID number, masked.
    pub holder_id_number: String,
    /// For whom a proxy comes, masked.
    pub on_behalf_of: Option<String>,
    /// In which locker it lies, when it lies in one: the clerk takes it from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compartment: Option<Compartment>,
    /// Whether the ID card has to be read.
    pub needs_id: bool,
    /// Whether the code has to be typed also when the ID card is read.
    pub needs_code: bool,
    /// Whether the recipient has to sign.
    pub needs_signature: bool,
}

impl Handover {
    /// The same with what is asked for.
    #[must_use]
    pub const fn asking(mut self, shown: Shown) -> Self {
        self.needs_id = shown.needs_id();
        self.needs_code = shown.needs_code();
        self.needs_signature = shown.needs_signature();
        self
    }
}

/// `POST /slip-redemptions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RedeemRequest {
    /// What was scanned or typed.
    #[cfg_attr(feature = "openapi", schema(example = "ZP1:…"))]
    pub token: String,
    /// The scanner's own number of this redemption, at least 128 random bits: a retry sends the same and gets the same answer.
    #[cfg_attr(feature = "openapi", schema(example = "0f8fad5bd9cb469fa16570867728950e"))]
    pub nonce: String,
    /// The code beside the slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The number on the ID card that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// The recipient's signature: PNG in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Something may be handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redeemed {
    /// The slip.
    pub slip_id: SlipId,
    /// What is handed over.
    pub item: String,
    /// The number under which the site keeps it.
    pub reference: String,
    /// To whom, masked.
    pub holder: String,
    /// When, where, at which counter.
    #[serde(flatten)]
    pub redemption: Redemption,
}

/// `GET /slip-keys`: what a site's console needs to go on without a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlipKeys {
    /// The keys, the newest last.
    pub keys: Vec<SlipKey>,
    /// The site.
    pub site: HallId,
    /// What waits at the site.
    pub waiting: Vec<Waiting>,
    /// The tokens of the site that have not expired and no longer count, in hexadecimal.
    pub revoked: Vec<String>,
    /// When this was read.
    #[serde(with = "wire_time")]
    pub as_of: DateTime<Utc>,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlipKey {
    /// The key id in tokens.
    pub id: u8,
    /// The Ed25519 public key, 32 octets in hexadecimal.
    pub public_key: String,
}

/// Something that waits at a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Its tokens, in hexadecimal: the one on the screen and the one on paper.
    pub tokens: Vec<String>,
    /// What is handed over.
    pub item: String,
    /// The number under which the site keeps it.
    pub reference: String,
    /// Who comes, masked.
    pub holder: String,
    /// Their ID number, masked.
    pub holder_id_number: String,
}

/// `POST /slip-redemptions/sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncRequest {
    /// What was handed over without a connection, in order.
    pub redemptions: Vec<OfflineRedemption>,
}

/// Something that was handed over without a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfflineRedemption {
    /// What was scanned.
    pub token: String,
    /// The scanner's own number of this redemption.
    pub nonce: String,
    /// When, by the console's clock.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
}

/// What became of a redemption that was sent later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Synced {
    /// The scanner's own number of the redemption.
    pub nonce: String,
    /// What was recorded.
    pub redeemed: Option<Redeemed>,
    /// Why it was not; it stands in the audit log, for the hall's manager to look at.
    pub problem: Option<Problem>,
}

/// `GET /admin/slips/statistics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlipStatistics {
    /// The hall.
    pub hall_id: HallId,
    /// Things that are being made or brought.
    pub preparing: u64,
    /// Things that wait to be collected.
    pub waiting: u64,
    /// Things that nobody came for in time.
    pub overdue: u64,
    /// Things to be posted.
    pub to_mail: u64,
    /// Things that were collected in the last 30 days.
    pub collected: u64,
}
