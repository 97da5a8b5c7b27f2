//! Passkeys (通行密钥): signing in without a text, and the fresh proof that a sensitive step asks for.
//!
//! Octets are written in base64url without padding, as browsers do (`PublicKeyCredential.toJSON`).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::wire::SmsCodeSent;
use crate::{ids::PasskeyId, named, problem_types, time::wire_time};

/// How long a question to a passkey can be answered.
pub const PASSKEY_QUESTION_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How long a fresh proof is good for its step.
pub const PROOF_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How many passkeys an account has at most.
pub const MOST_PASSKEYS: usize = 10;
/// The longest name of a passkey, in characters.
pub const LONGEST_PASSKEY_NAME: usize = 20;

problem_types! {
    /// The question is over, was answered already, or was another browser's.
    PASSKEY_QUESTION = 422 "passkey-question",
        "此次验证已失效" / "This request to the passkey is over",
        "请重新点击按钮，再用通行密钥验证一次。" / "Press the button again and use the passkey once more.";
    /// No account has the passkey, or not this account.
    PASSKEY_UNKNOWN = 422 "passkey-unknown",
        "账号中没有这个通行密钥" / "The passkey is not known here",
        "它可能已被移除。请换一个通行密钥，或用手机号和验证码登录。" / "It may have been removed. Use another one, or sign in with phone and code.";
    /// The answer was made for another site.
    PASSKEY_FOREIGN = 422 "passkey-foreign",
        "通行密钥不是在本站使用的" / "The passkey was used for another site",
        "请核对网址，只在本单位的网页上使用通行密钥。" / "Check the address and use the passkey on this bureau's pages only.";
    /// The device did not make sure who used it.
    PASSKEY_UNVERIFIED = 422 "passkey-unverified",
        "设备没有核验使用者" / "The device did not check who uses it",
        "请在设备上开启锁屏密码、指纹或面容后重试。" / "Set up a screen lock, fingerprint or face on the device and try again.";
    /// The passkey's answer cannot be read, or its signature is wrong.
    PASSKEY_INVALID = 422 "passkey-invalid",
        "通行密钥验证失败" / "The passkey's answer is not right",
        "请重试；仍不成功时，用手机号和验证码登录。" / "Try again; if it fails again, sign in with phone and code.";
    /// The passkey's signature counter went back: there are two of it.
    PASSKEY_COPIED = 409 "passkey-copied",
        "通行密钥可能被复制" / "The passkey may have been copied",
        "为安全起见未予通过。请移除它并另建一个，或携带身份证到窗口办理。" / "It was refused for safety. Remove it and make another, or bring your ID card to a counter.";
    /// The passkey is registered already.
    PASSKEY_KNOWN = 409 "passkey-known",
        "这个通行密钥已添加过" / "This passkey is registered already",
        "无需重复添加。" / "There is no need to add it again.";
    /// The passkey's kind of key is not taken.
    PASSKEY_KIND = 422 "passkey-kind",
        "不支持这种通行密钥" / "This kind of passkey is not supported",
        "请换用手机或电脑自带的通行密钥。" / "Use the passkey that comes with the phone or computer.";
    /// No more passkeys can be added.
    PASSKEYS_FULL = 409 "passkeys-full",
        "通行密钥已达上限" / "There are as many passkeys as an account can have",
        "请先移除一个不用的通行密钥。" / "Remove one that is not used first.";
    /// The step needs a new proof of who takes it.
    PROOF_REQUIRED = 403 "proof-required",
        "请先验证是您本人" / "Show first that it is you",
        "这一步要用通行密钥或短信验证码再验证一次，5分钟内有效。" / "This step takes the passkey or a new code by text, good for 5 minutes.";
    /// The account has a passkey, so a code by text is not enough.
    PASSKEY_REQUIRED = 422 "passkey-required",
        "请用通行密钥验证" / "The passkey is needed",
        "您的账号设有通行密钥，这一步须用它验证。通行密钥丢失的，请携带身份证到任一大厅窗口办理。" / "Your account has a passkey, which this step takes. If it is lost, bring your ID card to a counter of any hall.";
}

named! {
    /// A step that takes a fresh proof.
    Step as "SensitiveStep" {
        /// The account moves to another phone.
        ChangePhone = "change-phone",
        /// Everything held of the resident is given out.
        ExportData = "export-data",
        /// The account is closed.
        CloseAccount = "close-account",
        /// Somebody is named who may act for the resident.
        NameRepresentative = "name-representative",
        /// A passkey is added.
        AddPasskey = "add-passkey",
        /// A passkey is removed.
        RemovePasskey = "remove-passkey",
    }
}

/// What a passkey is asked to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyQuestion {
    /// The octets to sign, used once.
    #[cfg_attr(feature = "openapi", schema(example = "pQECAyYgASFYIJV3vWlqyJ5q0mGd1kQ4vL0hD1v8x3s"))]
    pub challenge: String,
    /// The site for which passkeys are made.
    #[cfg_attr(feature = "openapi", schema(example = "bianmin.example.gov.cn"))]
    pub rp_id: String,
    /// The passkeys that may answer, or that are there already; any when there are none.
    pub credentials: Vec<String>,
}

/// The answer to `POST /me/passkey-questions`: a passkey can be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyOffer {
    /// What the new passkey signs, and which are there already.
    pub question: PasskeyQuestion,
    /// The account, as the passkey keeps it.
    pub user_id: String,
    /// The account's phone, masked, by which its owner knows it in the device's list.
    #[cfg_attr(feature = "openapi", schema(example = "138****0001"))]
    pub user_name: String,
    /// The kinds of keys that are taken, the preferred first (COSE).
    pub algorithms: Vec<i64>,
}

/// `POST /me/passkeys`: a passkey that the device has made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyRequest {
    /// What its owner calls it, at most 20 characters.
    #[cfg_attr(feature = "openapi", schema(example = "我的手机"))]
    pub name: String,
    /// `clientDataJSON`.
    #[cfg_attr(feature = "openapi", schema(example = "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0"))]
    pub client_data: String,
    /// `attestationObject`.
    #[cfg_attr(feature = "openapi", schema(example = "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA"))]
    pub attestation: String,
}

/// `PUT /me/passkeys/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyName {
    /// What its owner calls it, at most 20 characters.
    #[cfg_attr(feature = "openapi", schema(example = "我的手机"))]
    pub name: String,
}

/// A passkey of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// The passkey.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    #[serde(with = "wire_time")]
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    #[serde(with = "wire_time::option")]
    pub used_at: Option<DateTime<Utc>>,
}

/// What a passkey has signed; also the body of `POST /auth/passkey-sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAnswer {
    /// The passkey, as the authenticator calls it.
    #[cfg_attr(feature = "openapi", schema(example = "AQIDBAUGBwgJCgsMDQ4PEA"))]
    pub credential: String,
    /// `clientDataJSON`.
    #[cfg_attr(feature = "openapi", schema(example = "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"))]
    pub client_data: String,
    /// `authenticatorData`.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ")
    )]
    pub authenticator_data: String,
    /// `signature`.
    #[cfg_attr(feature = "openapi", schema(example = "MEUCIQDx"))]
    pub signature: String,
    /// The account, as the passkey keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// `POST /me/proof-questions`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProofQuestionRequest {
    /// The step that is to be taken.
    pub step: Step,
}

/// How a fresh proof is given: by passkey where the account has one, else by a code that has been texted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProofQuestion {
    /// One of the account's passkeys signs.
    Passkey(PasskeyQuestion),
    /// A code was texted to the account's phone.
    Code(SmsCodeSent),
}

/// `POST /me/proofs`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProofRequest {
    /// The step that is to be taken.
    pub step: Step,
    /// What proves it.
    pub proof: Proof,
}

/// What proves who takes a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// What one of the account's passkeys signed.
    Passkey(PasskeyAnswer),
    /// The code from the text.
    Code(String),
}
