//! Problem documents (RFC 9457): how a refusal is told to programs and to people.
//!
//! A [`ProblemType`] is a constant that stands in the `wire.rs` of the slice that refuses; [`all`] lists every one.
//! The client looks a type up by its slug, so it speaks the resident's language even when the answer came from a cache.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::language::{Language, Phrase};

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of refusal: its stable name, its HTTP status and what people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// The last part of the type's path, `window-full` in `/problems/window-full`; never renamed.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: Phrase,
    /// What to do next, as a sentence.
    pub advice: Phrase,
}

impl ProblemType {
    /// The `type` member of the document.
    pub fn path(&self) -> String {
        format!("/problems/{}", self.slug)
    }
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable name of the kind of problem, a path below `/problems/`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(example = "/problems/window-full"))]
    pub kind: String,
    /// What happened, in a few words, in the language that was asked for.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next, as a sentence.
    pub detail: String,
    /// The request's id, to quote when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What programs need beyond this, such as the next free window.
    #[serde(flatten)]
    pub extensions: Map<String, Value>,
}

impl Problem {
    /// A document of this type, in Chinese until [`Problem::translated`] says otherwise.
    pub fn new(kind: &ProblemType) -> Self {
        Self {
            kind: kind.path(),
            title: kind.title.zh.to_owned(),
            status: kind.status,
            detail: kind.advice.zh.to_owned(),
            instance: None,
            extensions: Map::new(),
        }
    }

    /// The same document with one more member for programs.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// The same document, naming the field of the request that was refused.
    #[must_use]
    pub fn on_field(self, field: &str) -> Self {
        self.with("field", field)
    }

    /// The type of this document, when it is one of ours.
    pub fn problem_type(&self) -> Option<&'static ProblemType> {
        let slug = self.kind.strip_prefix("/problems/")?;
        all().find(|kind| kind.slug == slug)
    }

    /// Whether the document is of this type.
    pub fn is(&self, kind: &ProblemType) -> bool {
        self.kind.strip_prefix("/problems/") == Some(kind.slug)
    }

    /// The same document with its words in another language.
    #[must_use]
    pub fn translated(mut self, language: Language) -> Self {
        if let Some(kind) = self.problem_type() {
            kind.title.in_language(language).clone_into(&mut self.title);
            kind.advice.in_language(language).clone_into(&mut self.detail);
        }
        self
    }
}

/// Declares problem types and the list of them that [`all`] chains.
#[macro_export]
macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $status:literal $slug:literal,
        $title_zh:literal / $title_en:literal,
        $advice_zh:literal / $advice_en:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: $crate::problem::ProblemType = $crate::problem::ProblemType {
                slug: $slug,
                status: $status,
                title: $crate::language::Phrase { zh: $title_zh, en: $title_en },
                advice: $crate::language::Phrase { zh: $advice_zh, en: $advice_en },
            };
        )*
        /// Every problem type of this slice.
        pub const PROBLEMS: &[$crate::problem::ProblemType] = &[$($name),*];
    };
}

problem_types! {
    /// The body, the query or a path parameter cannot be read.
    MALFORMED = 400 "malformed",
        "请求格式有误" / "The request cannot be read",
        "请检查填写的内容后重试。" / "Check what was entered and try again.";
    /// A field has a value that its rules refuse.
    INVALID_FIELD = 422 "invalid-field",
        "填写的内容不正确" / "A field is not valid",
        "请按提示修改后重新提交。" / "Correct the marked field and submit again.";
    /// No one is signed in, or the session has ended.
    UNAUTHENTICATED = 401 "unauthenticated",
        "请先登录" / "Please sign in",
        "登录已过期或尚未登录，请登录后继续。" / "You are not signed in or the session has ended. Sign in to go on.";
    /// The one who asks may not do this.
    FORBIDDEN = 403 "forbidden",
        "没有权限" / "Not permitted",
        "您的账号不能进行此操作。" / "Your account may not do this.";
    /// There is no such thing, or none that the one who asks may know of.
    NOT_FOUND = 404 "not-found",
        "没有找到" / "Not found",
        "内容不存在或已不可见，请返回上一页。" / "It does not exist or can no longer be seen. Go back to the previous page.";
    /// The path exists, but not for this method.
    METHOD_NOT_ALLOWED = 405 "method-not-allowed",
        "不支持此操作" / "Method not allowed",
        "请刷新页面后重试。" / "Reload the page and try again.";
    /// The body is larger than the operation takes.
    TOO_LARGE = 413 "too-large",
        "内容过大" / "The content is too large",
        "请减小内容后重新提交。" / "Make the content smaller and submit again.";
    /// The body is not of the media type that the operation takes.
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported-media-type",
        "不支持的内容类型" / "Unsupported media type",
        "请以 application/json 提交。" / "Send the body as application/json.";
    /// A browser sent this from a page of another site.
    FOREIGN_ORIGIN = 403 "foreign-origin",
        "请求来源不被信任" / "The request came from another site",
        "请从本服务的页面重新操作。" / "Repeat this from a page of this service.";
    /// The same idempotency key came with another request.
    IDEMPOTENCY_MISMATCH = 409 "idempotency-mismatch",
        "重复提交的内容不一致" / "The repeated request differs",
        "请刷新页面后重新提交。" / "Reload the page and submit again.";
    /// Too many requests.
    RATE_LIMITED = 429 "rate-limited",
        "操作过于频繁" / "Too many requests",
        "请稍候再试。" / "Wait a moment and try again.";
    /// The service is starting, stopping or without its database.
    UNAVAILABLE = 503 "unavailable",
        "服务暂时不可用" / "The service is not available right now",
        "没有任何更改，请稍后重试。" / "Nothing was changed. Try again shortly.";
    /// Something failed that no one could expect; the log knows more under the request's id.
    INTERNAL = 500 "internal",
        "系统出现问题" / "Something went wrong",
        "请稍后重试；如仍失败，请向工作人员提供请求编号。" / "Try again shortly; if it fails again, quote the request id to the staff.";
}

/// Every problem type of the product.
pub fn all() -> impl Iterator<Item = &'static ProblemType> {
    PROBLEMS
        .iter()
        .chain(crate::identity::wire::PROBLEMS)
        .chain(crate::identity::passkeys::PROBLEMS)
        .chain(crate::catalog::wire::PROBLEMS)
        .chain(crate::appointments::problems::PROBLEMS)
        .chain(crate::appointments::collective::PROBLEMS)
        .chain(crate::queue::wire::PROBLEMS)
        .chain(crate::fines::wire::PROBLEMS)
        .chain(crate::fines::office::PROBLEMS)
        .chain(crate::upstream::wire::PROBLEMS)
        .chain(crate::slips::problems::PROBLEMS)
        .chain(crate::slips::locker::PROBLEMS)
        .chain(crate::cases::wire::PROBLEMS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_type_has_a_slug_of_its_own_and_words_in_both_languages() {
        let mut seen = HashSet::new();
        for kind in all() {
            assert!(seen.insert(kind.slug), "{} stands twice", kind.slug);
            assert!((400..600).contains(&kind.status), "{}", kind.slug);
            for phrase in [kind.title, kind.advice] {
                assert!(!phrase.zh.is_empty() && !phrase.en.is_empty(), "{}", kind.slug);
                assert!(phrase.en.is_ascii(), "{} has no English", kind.slug);
                assert!(!phrase.zh.is_ascii(), "{} has no Chinese", kind.slug);
            }
        }
    }

    #[test]
    fn a_document_is_translated_and_keeps_its_members() {
        let problem = Problem::new(&RATE_LIMITED)
            .with("retry_after", 30)
            .translated(Language::English);
        assert_eq!(problem.title, "Too many requests");
        assert_eq!(problem.extensions.get("retry_after"), Some(&Value::from(30)));
        let text = serde_json::to_string(&problem).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Problem>(&text).ok(), Some(problem));
    }
}
