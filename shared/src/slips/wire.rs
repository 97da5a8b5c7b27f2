//! Bodies and problems of slips.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    locker::Compartment,
    proof::{Refusal, Shown},
    rules::{NotAllowed, ProxyError, RevokedFor, SlipStatus},
    token::{Medium, NotHere, SlipKind, TokenError, Untrusted},
};
use crate::{
    catalog::wire::OpeningHours,
    ids::{HallId, SlipId},
    image::ImageError,
    language::Phrase,
    problem::Problem,
    problem_types,
    time::wire_time,
};

problem_types! {
    /// What was scanned or typed is no slip, or a part of one.
    SLIP_UNREADABLE = 422 "slip-unreadable",
        "不是有效的领取凭证" / "This is not a pickup slip",
        "请重新扫描完整的二维码，或让对方打开“我的凭证”。" / "Scan the whole code again, or ask for the page My slips.";
    /// The slip is of a version or with an algorithm that is not known here.
    SLIP_VERSION = 422 "slip-version",
        "凭证版本不受支持" / "The slip is of an unknown version",
        "请更新本机程序后重试。" / "Update this device and try again.";
    /// The slip is for a kind of thing that is not known here.
    SLIP_KIND = 422 "slip-kind",
        "凭证种类不受支持" / "The slip is of an unknown kind",
        "此凭证不能在这里领取物品，请核对来源。" / "Nothing is collected here with it. Check where it comes from.";
    /// The slip's signature does not hold.
    SLIP_FORGED = 422 "slip-forged",
        "凭证签名无效" / "The slip is not genuine",
        "请勿交付，核对来人身份并报告大厅主管。" / "Hand nothing over. Check who it is and tell the hall's manager.";
    /// The slip's key is not known.
    SLIP_KEY = 422 "slip-key",
        "凭证密钥不明" / "The slip's key is not known",
        "请联网更新密钥后重试；仍不行请勿交付。" / "Update the keys online and try again; otherwise hand nothing over.";
    /// The slip is not valid yet; `from` says when it is.
    SLIP_EARLY = 409 "slip-early",
        "凭证尚未生效" / "The slip is not valid yet",
        "请在生效时间后再来。" / "Come back after it has become valid.";
    /// The slip has expired; `at` says when.
    SLIP_EXPIRED = 409 "slip-expired",
        "凭证已过期" / "The slip has expired",
        "请在“我的凭证”中换发新的凭证。" / "Get a new one under My slips.";
    /// The slip was revoked; `reason` says why.
    SLIP_REVOKED = 409 "slip-revoked",
        "凭证已作废" / "The slip was revoked",
        "请出示最新的凭证。" / "Show the latest slip.";
    /// The slip is for another site; `site` and `address` say which.
    SLIP_WRONG_SITE = 409 "slip-wrong-site",
        "不在本领取点领取" / "To be collected at another place",
        "请到凭证上写明的领取点。" / "Go to the place that the slip names.";
    /// It was collected; `at`, `site`, `counter`, `compartment` and `by_proxy` say when, where and by whom.
    SLIP_REDEEMED = 409 "slip-redeemed",
        "已经领取过" / "It was already collected",
        "请勿再次交付，领取的时间和窗口已列出。" / "Hand nothing over again; when and where it was collected is shown.";
    /// The thing does not wait at the site; `status` says where it stands.
    SLIP_STATE = 409 "slip-state",
        "凭证状态已变化" / "The slip has changed",
        "请刷新后查看凭证的最新状态。" / "Reload to see where the slip stands.";
    /// The code beside the slip is needed.
    SLIP_CODE_NEEDED = 422 "slip-code-needed",
        "需要输入6位码" / "The six-digit code is needed",
        "请输入凭证上的6位码；对方没有网络时改为核对身份证。" / "Type the slip's code, or check the ID card when the phone is offline.";
    /// The code was right some time ago.
    SLIP_CODE_STALE = 409 "slip-code-stale",
        "6位码已失效，可能是截图" / "The code is stale: perhaps a screenshot",
        "请对方当面打开“我的凭证”，输入最新的6位码。" / "Ask for the page My slips to be opened here, and type the latest code.";
    /// The code is wrong; `tries_left` says how often it can still be tried.
    SLIP_CODE_WRONG = 409 "slip-code-wrong",
        "6位码不正确" / "The code is wrong",
        "请核对后重新输入，多次错误将锁定凭证。" / "Check it and type it again; too many wrong codes lock the slip.";
    /// The code was wrong too often.
    SLIP_LOCKED = 409 "slip-locked",
        "凭证已锁定" / "The slip is locked",
        "请核对领取人的身份证后再交付。" / "Check the recipient's ID card before handing anything over.";
    /// The ID card has to be read.
    SLIP_ID_NEEDED = 422 "slip-id-needed",
        "需要核对身份证" / "The ID card has to be checked",
        "请读取领取人的身份证。" / "Read the recipient's ID card.";
    /// The ID card is not the holder's.
    SLIP_ID_MISMATCH = 409 "slip-id-mismatch",
        "身份证与领取人不符" / "The ID card is another person's",
        "请勿交付。代领须由本人在网页上委托。" / "Hand nothing over. A proxy has to be named on the page.";
    /// The recipient has to sign for property.
    SLIP_SIGNATURE_NEEDED = 422 "slip-signature-needed",
        "需要领取人签名" / "The recipient has to sign",
        "请领取人在屏幕上签名。" / "Ask the recipient to sign on the screen.";
    /// The nonce came with another slip.
    SLIP_NONCE = 409 "slip-nonce",
        "重复的核销编号" / "The redemption's number was used",
        "请重新扫描。" / "Scan again.";
    /// The proxy is the owner.
    PROXY_OWNER = 422 "proxy-owner",
        "受托人不能是本人" / "The proxy cannot be yourself",
        "请填写另一人的姓名和身份证号码。" / "Enter the name and ID number of somebody else.";
    /// Police staff collect no property for others.
    PROXY_POLICE = 409 "proxy-police",
        "公安机关工作人员不得代领" / "Police staff may not collect property for others",
        "请委托其他人，或本人领取。" / "Name somebody else, or collect it yourself.";
    /// The letter of attorney ends too early or too late; `latest` says when it may.
    PROXY_UNTIL = 422 "proxy-until",
        "委托期限不正确" / "The time of the letter is not valid",
        "请选择30天内、保管期限前的日期。" / "Choose a day within 30 days and before the storage ends.";
    /// A picture is neither JPEG nor PNG, too large or empty.
    PICTURE_UNFIT = 422 "picture-unfit",
        "图片不符合要求" / "The picture cannot be taken",
        "请上传不超过512KB的JPG或PNG图片。" / "Send a JPEG or PNG picture of at most 512 KB.";
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        Self::new(match error {
            TokenError::Unreadable => &SLIP_UNREADABLE,
            TokenError::Version => &SLIP_VERSION,
            TokenError::Kind => &SLIP_KIND,
        })
    }
}

impl From<Untrusted> for Problem {
    fn from(error: Untrusted) -> Self {
        Self::new(match error {
            Untrusted::Key => &SLIP_KEY,
            Untrusted::Forged => &SLIP_FORGED,
        })
    }
}

impl From<NotHere> for Problem {
    fn from(error: NotHere) -> Self {
        match error {
            NotHere::Site => Self::new(&SLIP_WRONG_SITE),
            NotHere::Early { from } => Self::new(&SLIP_EARLY).with("from", wire_time::text(from)),
            NotHere::Expired { at } => Self::new(&SLIP_EXPIRED).with("at", wire_time::text(at)),
        }
    }
}

impl From<RevokedFor> for Problem {
    fn from(reason: RevokedFor) -> Self {
        Self::new(&SLIP_REVOKED).with("reason", reason.as_str())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(match refusal {
            Refusal::IdMismatch => &SLIP_ID_MISMATCH,
            Refusal::Locked => &SLIP_LOCKED,
            Refusal::CodeWrong => &SLIP_CODE_WRONG,
            Refusal::CodeStale => &SLIP_CODE_STALE,
            Refusal::IdNeeded => &SLIP_ID_NEEDED,
            Refusal::CodeNeeded => &SLIP_CODE_NEEDED,
            Refusal::SignatureNeeded => &SLIP_SIGNATURE_NEEDED,
        })
    }
}

impl From<NotAllowed> for Problem {
    fn from(error: NotAllowed) -> Self {
        Self::new(&SLIP_STATE).with("status", error.from.as_str())
    }
}

impl From<ProxyError> for Problem {
    fn from(error: ProxyError) -> Self {
        Self::new(match error {
            ProxyError::Owner => &PROXY_OWNER,
            ProxyError::PoliceStaff => &PROXY_POLICE,
            ProxyError::Until => &PROXY_UNTIL,
        })
    }
}

impl From<ImageError> for Problem {
    fn from(error: ImageError) -> Self {
        Self::new(&PICTURE_UNFIT).with("reason", error.to_string())
    }
}

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
    pub name: String,
    /// The proxy's ID number.
    pub id_number: String,
    /// The proxy's phone, to which a text goes.
    pub phone: String,
    /// Until when the letter of attorney holds.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
    /// A picture of the signed letter of attorney: JPEG or PNG in base64.
    pub letter: String,
}

/// `PUT /slips/{id}/mail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailRequest {
    /// Who takes the letter.
    pub recipient: String,
    /// The recipient's phone, for the post.
    pub phone: String,
    /// Where to.
    pub address: String,
}

/// `POST /slips/{id}/posted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostedRequest {
    /// The post's number.
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
    pub token: String,
    /// The scanner's own number of this redemption, at least 128 random bits: a retry sends the same and gets the same answer.
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
