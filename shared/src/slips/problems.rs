//! Why a slip is refused, and what whoever stands there is told.

use super::{
    proof::Refusal,
    rules::{NotAllowed, ProxyError, RevokedFor},
    token::{NotHere, TokenError, Untrusted},
};
use crate::{image::ImageError, problem::Problem, problem_types, time::wire_time};

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
