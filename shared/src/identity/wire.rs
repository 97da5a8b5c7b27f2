//! Bodies and problems of identity.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    devices::DeviceKind,
    rules::{CodeError, StaffRole},
};
use crate::{
    ids::{DeviceId, HallId, PersonId, ResidentId, StaffId},
    problem::Problem,
    problem_types,
    time::wire_time,
};

/// The header by which a client says whether somebody is there: `yes` or `no`.
pub const ATTENDED: &str = "attended";

problem_types! {
    /// The login code is wrong.
    CODE_WRONG = 422 "code-wrong",
        "验证码不正确" / "The code is not right",
        "请核对短信中的六位数字。" / "Check the six digits in the text message.";
    /// The login code is too old, or none was sent.
    CODE_EXPIRED = 422 "code-expired",
        "验证码已失效" / "The code has expired",
        "请重新获取验证码。" / "Ask for a new code.";
    /// The login code was tried too often.
    CODE_EXHAUSTED = 429 "code-exhausted",
        "验证码错误次数过多" / "The code was tried too often",
        "该验证码已作废，请重新获取。" / "This code no longer works. Ask for a new one.";
    /// Name or password or one-time code is wrong; which one is not told.
    CREDENTIALS_WRONG = 401 "credentials-wrong",
        "账号、密码或动态口令不正确" / "The username, password or one-time code is wrong",
        "请核对后重试；多次错误会暂时锁定账号。" / "Check and try again; repeated errors lock the account for a while.";
    /// A member of staff did nothing for so long that the session ended.
    SESSION_IDLE = 401 "session-idle",
        "离开时间过长，已自动退出" / "You were signed out after a while without activity",
        "请重新登录后再点一次；页面上填写的内容和已叫的号都还在。" / "Sign in and do it once more; what you typed and the ticket that you called are still there.";
    /// The account is locked for a while after repeated errors.
    ACCOUNT_LOCKED = 429 "account-locked",
        "账号已暂时锁定" / "The account is locked for now",
        "请15分钟后再试，或联系系统管理员。" / "Try again in 15 minutes or ask the administrator.";
    /// The operation needs a bound identity.
    IDENTITY_REQUIRED = 403 "identity-required",
        "请先完成实名认证" / "Confirm your identity first",
        "请在“我的”中填写姓名和身份证号。" / "Enter your name and ID number under Me.";
    /// The account is already bound to another person.
    IDENTITY_BOUND = 409 "identity-bound",
        "账号已实名认证" / "The identity is already confirmed",
        "如需更改，请携带身份证到窗口办理。" / "To change it, bring your ID card to a counter.";
    /// The name does not belong to the ID number.
    IDENTITY_MISMATCH = 422 "identity-mismatch",
        "姓名与身份证号不一致" / "The name does not match the ID number",
        "请按身份证上的信息填写。" / "Enter them as they stand on the ID card.";
    /// No more family members can be added.
    FAMILY_FULL = 409 "family-full",
        "家庭成员已达上限" / "The family list is full",
        "请先移除一位家庭成员。" / "Remove a family member first.";
    /// No device has this key, or it was revoked.
    DEVICE_KEY_WRONG = 401 "device-key-wrong",
        "设备密钥无效" / "The device key is not valid",
        "请大厅管理员在后台重新登记此设备。" / "Ask the hall manager to register this device again.";
    /// The account begins with a password that its owner has to replace.
    PASSWORD_CHANGE_REQUIRED = 403 "password-change-required",
        "请先设置新密码" / "Choose a password of your own first",
        "首次登录须绑定验证器并更换初始密码。" / "At the first sign-in an authenticator is set up and the initial password replaced.";
    /// The new password is refused.
    PASSWORD_UNFIT = 422 "password-unfit",
        "新密码不符合要求" / "The new password is not fit",
        "至少12个字符，不含账号名，不用常见密码，也不与旧密码相同。" / "At least 12 characters, without the account's name, not a common one, and not the old one.";
    /// An account with this name exists.
    USERNAME_TAKEN = 409 "username-taken",
        "账号名已被使用" / "The account name is taken",
        "请换一个账号名。" / "Choose another account name.";
    /// The account's state does not allow it.
    ACCOUNT_STATE = 409 "account-state",
        "账号当前状态不允许此操作" / "The account's state does not allow this",
        "请刷新后查看账号状态。" / "Reload to see the account's state.";
    /// Another account has this phone.
    PHONE_TAKEN = 409 "phone-taken",
        "该手机号已被其他账号使用" / "Another account uses this number",
        "如为本人号码，请先在该账号中更换或注销。" / "If it is yours, change or close that account first.";
    /// Something of the account is still under way, so it cannot be closed.
    ACCOUNT_IN_USE = 409 "account-in-use",
        "还有未办结的事项" / "Something is still under way",
        "请先取消预约、完成缴费或领取，再注销账号。" / "Cancel bookings, finish payments and collect slips before closing the account.";
    /// What WeChat sent back does not answer a question of this browser, or was used already.
    WECHAT_STATE = 422 "wechat-state",
        "微信授权已失效" / "The answer from WeChat no longer counts",
        "请重新点击“微信登录”。" / "Tap Sign in with WeChat again.";
    /// The WeChat of this browser belongs to no account yet.
    WECHAT_UNLINKED = 409 "wechat-unlinked",
        "此微信尚未绑定账号" / "This WeChat is not linked to an account yet",
        "请用手机号和验证码登录一次，之后可用微信一键登录。" / "Sign in once with phone and code; after that WeChat is enough.";
    /// The WeChat user only looks at a snapshot of the page, under an openid that belongs to nobody.
    WECHAT_SNAPSHOT = 403 "wechat-snapshot",
        "请使用完整服务" / "This is only a preview of the page",
        "请点击页面下方的“使用完整服务”后再登录。" / "Tap Use full service at the bottom of the page, then sign in.";
    /// WeChat cannot be asked.
    WECHAT_SILENT = 503 "wechat-silent",
        "暂时不能用微信登录" / "WeChat does not answer right now",
        "请用手机号和验证码登录。" / "Sign in with phone and code.";
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Expired => Self::new(&CODE_EXPIRED),
            CodeError::Exhausted => Self::new(&CODE_EXHAUSTED),
            CodeError::Wrong { tries_left } => Self::new(&CODE_WRONG).on_field("code").with("tries_left", tries_left),
        }
    }
}

/// What a login code is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// To sign in.
    Login,
    /// To prove that one still has the phone that one leaves.
    OldPhone,
    /// To prove that one has the phone to which one changes.
    NewPhone,
}

impl CodePurpose {
    /// The purpose as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::OldPhone => "old_phone",
            Self::NewPhone => "new_phone",
        }
    }
}

/// `POST /auth/sms-codes`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmsCodeRequest {
    /// The mobile number to which the code is texted.
    #[cfg_attr(feature = "openapi", schema(example = "13800000001"))]
    pub phone: String,
    /// What the code is for.
    pub purpose: CodePurpose,
}

/// The answer to `POST /auth/sms-codes`; the same whether or not the number is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmsCodeSent {
    /// Until when the code can be used.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
    /// Seconds until another can be asked for.
    pub retry_after: u32,
}

/// `POST /auth/sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRequest {
    /// The mobile number to which the code was texted.
    #[cfg_attr(feature = "openapi", schema(example = "13800000001"))]
    pub phone: String,
    /// The six digits.
    #[cfg_attr(feature = "openapi", schema(example = "042137"))]
    pub code: String,
    /// The `state` with which `POST /auth/wechat-sessions` found no account: the WeChat behind it is linked to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat_state: Option<String>,
}

/// `POST /auth/staff-sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSessionRequest {
    /// The account's name.
    #[cfg_attr(feature = "openapi", schema(example = "clerk-zhongxin-1"))]
    pub username: String,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(example = "四个不相干的词 2026"))]
    pub password: String,
    /// The six digits that the authenticator shows (RFC 6238).
    #[cfg_attr(feature = "openapi", schema(example = "492039"))]
    pub totp: String,
}

/// `POST /auth/sessions/refresh`; a browser sends its cookie instead.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The refresh token of the last answer.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// A session that has begun or was refreshed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The bearer token for programs; browsers have it in a cookie.
    pub access_token: String,
    /// With this a new access token is had; it works once.
    pub refresh_token: String,
    /// When the access token ends.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
    /// Who signed in, when it is a resident.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resident: Option<ResidentView>,
    /// Who signed in, when it is a member of staff.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub staff: Option<StaffView>,
    /// Which device it is, when it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub device: Option<DeviceView>,
}

/// A resident's own account, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResidentView {
    /// The account.
    pub id: ResidentId,
    /// The phone, masked.
    #[cfg_attr(feature = "openapi", schema(example = "138****0001"))]
    pub phone: String,
    /// The bound person, once there is one.
    pub person: Option<PersonView>,
}

/// A person, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonView {
    /// The person.
    pub id: PersonId,
    /// The name, masked.
    #[cfg_attr(feature = "openapi", schema(example = "张*"))]
    pub name: String,
    /// The ID number, masked.
    #[cfg_attr(feature = "openapi", schema(example = "539***********002X"))]
    pub id_number: String,
}

/// A family member for whom a resident may act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyMember {
    /// The person, masked.
    #[serde(flatten)]
    pub person: PersonView,
    /// How the person is related, in the resident's words.
    pub relation: String,
    /// Until when the resident may act for them; adding them again begins another year.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
}

/// `PUT /me/identity` and, with a relation, `POST /me/family`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityRequest {
    /// The name as on the ID card.
    #[cfg_attr(feature = "openapi", schema(example = "张三"))]
    pub name: String,
    /// The ID number.
    #[cfg_attr(feature = "openapi", schema(example = "11010519491231002X"))]
    pub id_number: String,
}

/// `POST /me/family`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyRequest {
    /// The name as on the ID card.
    #[cfg_attr(feature = "openapi", schema(example = "李秀英"))]
    pub name: String,
    /// The ID number.
    #[cfg_attr(feature = "openapi", schema(example = "11010519491231002X"))]
    pub id_number: String,
    /// How the person is related, at most ten characters.
    #[cfg_attr(feature = "openapi", schema(example = "母亲"))]
    pub relation: String,
}

/// A member of staff as the console shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffView {
    /// The account.
    pub id: StaffId,
    /// The account's name.
    pub username: String,
    /// The name that colleagues use.
    pub name: String,
    /// What the account is trusted with.
    pub role: StaffRole,
    /// The hall to which the account is bound.
    pub hall: Option<HallId>,
    /// The numbers of the counters at which they work; none for whoever works at any counter of the hall.
    #[serde(default)]
    pub counters: Vec<i32>,
}

/// `POST /admin/devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRequest {
    /// What it is there for.
    pub kind: DeviceKind,
    /// What the hall calls it, at most 40 characters.
    #[cfg_attr(feature = "openapi", schema(example = "东门取号机"))]
    pub name: String,
}

/// A device of a hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceView {
    /// The device.
    pub id: DeviceId,
    /// What it is there for.
    pub kind: DeviceKind,
    /// What the hall calls it.
    pub name: String,
    /// Its hall.
    pub hall_id: HallId,
    /// When it was registered.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
    /// When a browser, or the program of a locker, was last paired with its key.
    #[serde(with = "wire_time::option")]
    pub paired_at: Option<DateTime<Utc>>,
}

/// A device that has just been registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisteredDevice {
    /// The device.
    #[serde(flatten)]
    pub device: DeviceView,
    /// Its key. It is kept nowhere and shown this once.
    #[cfg_attr(feature = "openapi", schema(example = "QF7MW-3K9XA-HJ2NP-8RSTC-V5WYZ"))]
    pub key: String,
    /// The address that pairs the browser which opens it; nothing for a locker, whose own program presents the key.
    pub pairing_url: Option<String>,
}

/// `POST /auth/device-sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceSessionRequest {
    /// The device's key.
    #[cfg_attr(feature = "openapi", schema(example = "7KQ2M-XW4RT-9PLHC-3VDNA-8FJGE"))]
    pub key: String,
}

/// `GET /me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Me {
    /// A resident is signed in.
    Resident(ResidentView),
    /// A member of staff is signed in.
    Staff(StaffView),
}
