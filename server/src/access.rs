//! Who may use which path: one table, read from what every handler declares in its `security(...)`, and held to before a handler runs.
//!
//! The handler's extractors prove the same authority again and carry who it is; they may be stricter, as where a hall or an owner
//! matters, and never wider. A route that declares nothing keeps the server from starting.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use actix_web::{
    HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use anyhow::{Context, anyhow, ensure};
use serde_json::Value;
use shared::{
    identity::{devices::DeviceKind, rules::StaffRole},
    problem::{self, Problem},
};
use utoipa::openapi::PathItem;

use crate::{identity::Signed, mount::Reader, platform::Platform, problem::Failure, refusals::Refusals};

/// Who may use a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever asks, signed in or not.
    Anyone,
    /// Whoever holds a session of any kind.
    Session,
    /// A resident.
    Resident,
    /// A member of staff, whatever their role.
    Staff,
    /// A member of staff with this role.
    Role(StaffRole),
    /// A paired device of this kind.
    Device(DeviceKind),
    /// A registered system that signs its requests; the signature is verified where its body is read.
    Upstream,
}

impl Audience {
    /// Whoever can be named in a `security(...)`, in the order of the table's columns.
    pub const NAMED: [Self; 14] = [
        Self::Session,
        Self::Resident,
        Self::Staff,
        Self::Role(StaffRole::Clerk),
        Self::Role(StaffRole::Manager),
        Self::Role(StaffRole::CaseOfficer),
        Self::Role(StaffRole::Finance),
        Self::Role(StaffRole::Auditor),
        Self::Role(StaffRole::SystemAdmin),
        Self::Role(StaffRole::SecurityAdmin),
        Self::Device(DeviceKind::Board),
        Self::Device(DeviceKind::Kiosk),
        Self::Device(DeviceKind::Locker),
        Self::Upstream,
    ];

    /// The name in a `security(...)` and in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Session => "session",
            Self::Resident => "resident",
            Self::Staff => "staff",
            Self::Role(role) => role.as_str(),
            Self::Device(kind) => kind.as_str(),
            Self::Upstream => "upstream",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|audience| audience.name() == name)
    }

    /// Whether someone of this audience is signed in with the request.
    fn is_among(self, signed: &Signed) -> bool {
        match self {
            Self::Anyone | Self::Upstream => true,
            Self::Session => !signed.is_nobody(),
            Self::Resident => signed.resident.is_some(),
            Self::Staff => signed.staff.is_some(),
            Self::Role(role) => signed.staff.as_ref().is_some_and(|staff| staff.role == role),
            Self::Device(kind) => signed.device.as_ref().is_some_and(|device| device.kind == kind),
        }
    }

    /// Whether a session of the kind that this audience has is there, be it with another role.
    fn has_its_kind(self, signed: &Signed) -> bool {
        match self {
            Self::Role(_) => signed.staff.is_some(),
            Self::Device(_) => signed.device.is_some(),
            other => other.is_among(signed),
        }
    }

    /// Whether this audience is part of the other.
    fn is_within(self, other: Self) -> bool {
        self == other
            || match other {
                Self::Anyone => true,
                Self::Session => !matches!(self, Self::Anyone | Self::Upstream),
                Self::Staff => matches!(self, Self::Role(_)),
                _ => false,
            }
    }
}

/// The policy of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) method: Method,
    pub(crate) path: String,
    audiences: Vec<Audience>,
}

impl Policy {
    /// Whether a member of this audience gets as far as the handler.
    pub fn admits(&self, audience: Audience) -> bool {
        self.audiences.iter().any(|admitted| audience.is_within(*admitted))
    }

    /// Why nobody of those who are signed in may do this; nothing when someone may.
    ///
    /// A browser that holds no session of the right kind is asked to sign in; where the session is of the right kind and its
    /// role is not, or a program sent a token of someone else's, that would not help.
    fn refusal(&self, signed: &Signed) -> Option<Failure> {
        if self.audiences.iter().any(|audience| audience.is_among(signed)) {
            return None;
        }
        let kind_is_there = self.audiences.iter().any(|audience| audience.has_its_kind(signed));
        let devices_only = self
            .audiences
            .iter()
            .all(|audience| matches!(audience, Audience::Device(_)));
        let sign_in_helps = signed.is_nobody() || (!kind_is_there && (devices_only || !signed.by_token));
        Some(Failure::from(if sign_in_helps {
            signed.to_sign_in()
        } else {
            &problem::FORBIDDEN
        }))
    }

    fn from_document(method: &str, path: &str, operation: &Value) -> anyhow::Result<Self> {
        let declared = operation["security"]
            .as_array()
            .filter(|ways| !ways.is_empty())
            .context("declares no security(...)")?;
        let mut audiences = Vec::new();
        for way in declared {
            let names = way.as_object().context("has a security entry that is no object")?;
            ensure!(
                names.len() <= 1,
                "asks for several things at once, which no policy does"
            );
            audiences.push(match names.keys().next() {
                None => Audience::Anyone,
                Some(name) => Audience::named(name).ok_or_else(|| anyhow!("names {name:?}, who is nobody"))?,
            });
        }
        Ok(Self {
            method: method.to_uppercase().parse()?,
            path: path.to_owned(),
            audiences,
        })
    }
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// A parameter, with what follows it, as in `{id}.ics`.
    Parameter {
        ending: String,
    },
}

impl Part {
    fn of(text: &str) -> Self {
        match text.split_once('}') {
            Some((_, ending)) => Self::Parameter {
                ending: ending.to_owned(),
            },
            None => Self::Literal(text.to_owned()),
        }
    }

    /// How particular the part is: what is written out goes before a parameter with an ending, and that before any parameter.
    const fn particularity(&self) -> usize {
        match self {
            Self::Literal(_) => usize::MAX,
            Self::Parameter { ending } => ending.len(),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Parameter { ending } => text.len() > ending.len() && text.ends_with(ending.as_str()),
        }
    }
}

/// The parts of an operation's path, and the place of its policy.
type Candidate = (Vec<Part>, usize);

/// The policies of all operations.
#[derive(Debug)]
pub struct Policies {
    pub(crate) all: Vec<Policy>,
    /// By method and number of parts: the parts, and the policy's place. What is more particular comes first.
    index: HashMap<(Method, usize), Vec<Candidate>>,
}

impl Policies {
    fn of(all: Vec<Policy>) -> Self {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for (place, policy) in all.iter().enumerate() {
            let parts: Vec<Part> = policy.path.split('/').map(Part::of).collect();
            let key = (policy.method.clone(), parts.len());
            index.entry(key).or_default().push((parts, place));
        }
        for candidates in index.values_mut() {
            candidates.sort_by_cached_key(|(parts, _): &Candidate| {
                Reverse(parts.iter().map(Part::particularity).collect::<Vec<_>>())
            });
        }
        Self { all, index }
    }

    /// The policy of a request; none where there is no such operation.
    pub fn find(&self, method: &Method, path: &str) -> Option<&Policy> {
        let key = (method.clone(), path.split('/').count());
        let matching = |parts: &[Part]| parts.iter().zip(path.split('/')).all(|(part, text)| part.matches(text));
        let (_, place) = self.index.get(&key)?.iter().find(|(parts, _)| matching(parts))?;
        self.all.get(*place)
    }
}

/// Reads the policies that handlers declare.
#[derive(Default)]
pub struct PolicyReader {
    /// By path and method, so that the table has an order of its own.
    found: BTreeMap<(String, usize), anyhow::Result<Policy>>,
}

impl PolicyReader {
    /// The policies; fails when an operation has none, or names someone unknown.
    pub fn finish(self) -> anyhow::Result<Policies> {
        Ok(Policies::of(self.found.into_values().collect::<anyhow::Result<_>>()?))
    }

    fn read(&mut self, path: &str, operations: &Value) {
        const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];
        for (place, method) in METHODS.into_iter().enumerate() {
            if let Some(operation) = operations.get(method) {
                let policy = Policy::from_document(method, path, operation)
                    .with_context(|| format!("{} {path}", method.to_uppercase()));
                self.found.insert((path.to_owned(), place), policy);
            }
        }
    }
}

impl Reader for PolicyReader {
    fn operations(&mut self, path: &str, operations: PathItem) {
        // What cannot be written down declares nothing, which keeps the server from starting.
        self.read(path, &serde_json::to_value(operations).unwrap_or_default());
    }
}

/// Middleware that lets only those through whom the policy of the path admits.
pub async fn require(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(policies) = request.app_data::<Data<Policies>>().cloned() else {
        let failure = Failure::Fault(anyhow!("the policies are not mounted"));
        return Ok(request.error_response(failure));
    };
    // The path as the router reads it: one letter has many spellings. What no operation answers is a file of the client, or nothing.
    let Some(policy) = policies.find(request.method(), request.match_info().as_str()) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let signed = request.extensions().get::<Arc<Signed>>().cloned().unwrap_or_default();
    let response = match policy.refusal(&signed) {
        Some(failure) => request.error_response(failure),
        // The handler's extractors may be stricter.
        None => next.call(request).await?.map_into_boxed_body(),
    };
    note_refusal(policy, &signed, &response).await;
    Ok(response)
}

/// A member of staff who was refused stands in the audit log.
async fn note_refusal(policy: &Policy, signed: &Signed, response: &ServiceResponse<BoxBody>) {
    let is_refused = |problem: &Problem| problem.is(&problem::FORBIDDEN);
    if !response
        .response()
        .extensions()
        .get::<Problem>()
        .is_some_and(is_refused)
    {
        return;
    }
    let request = response.request();
    if let (Some(staff), Some(platform), Some(refusals)) = (
        &signed.staff,
        request.app_data::<Data<Platform>>(),
        request.app_data::<Data<Refusals>>(),
    ) {
        let operation = format!("{} {}", policy.method, policy.path);
        refusals.note(platform, staff, operation).await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policies(operations: &[(&str, Value)]) -> anyhow::Result<Policies> {
        let mut reader = PolicyReader::default();
        for (path, security) in operations {
            reader.read(path, &json!({"get": {"security": security}}));
        }
        reader.finish()
    }

    #[test]
    fn a_route_that_declares_nothing_or_somebody_unknown_stops_the_start() {
        for (security, reason) in [
            (json!(null), "declares no security"),
            (json!([]), "declares no security"),
            (json!([{"caretaker": []}]), "who is nobody"),
            (json!([{"clerk": [], "manager": []}]), "several things"),
        ] {
            let refused = policies(&[("/x", security)]).unwrap_err();
            let told = format!("{refused:#}");
            assert!(told.starts_with("GET /x") && told.contains(reason), "{told}");
        }
    }

    #[test]
    fn a_path_finds_its_own_policy_before_one_that_would_match_anything() {
        let known = policies(&[
            ("/things/{id}", json!([{"resident": []}])),
            ("/things/{id}.ics", json!([{"clerk": []}])),
            ("/things/all", json!([{}])),
        ])
        .unwrap();
        let path = |path: &str| known.find(&Method::GET, path).map(|policy| policy.path.as_str());
        assert_eq!(path("/things/all"), Some("/things/all"));
        assert_eq!(path("/things/1"), Some("/things/{id}"));
        assert_eq!(path("/things/1.ics"), Some("/things/{id}.ics"));
        assert_eq!(path("/things/"), None);
        assert_eq!(path("/things/1/2"), None);
        assert_eq!(known.find(&Method::POST, "/things/1"), None);
    }

    #[test]
    fn a_role_is_staff_and_staff_has_a_session_and_nothing_goes_the_other_way() {
        let known = policies(&[
            ("/a", json!([{"staff": []}])),
            ("/b", json!([{"session": []}])),
            ("/c", json!([{"clerk": []}])),
        ])
        .unwrap();
        let admits = |path: &str, audience| known.find(&Method::GET, path).unwrap().admits(audience);
        let auditor = Audience::Role(StaffRole::Auditor);
        assert!(admits("/a", auditor) && admits("/b", auditor) && !admits("/c", auditor));
        assert!(admits("/b", Audience::Resident) && !admits("/a", Audience::Resident));
        assert!(!admits("/b", Audience::Anyone) && !admits("/b", Audience::Upstream));
    }

    proptest::proptest! {
        #[test]
        fn any_path_finds_a_policy_or_none(path: String) {
            let known = policies(&[("/things/{id}-done", json!([{"clerk": []}]))]).unwrap();
            let found = known.find(&Method::GET, &path).is_some();
            proptest::prop_assert_eq!(found, path.starts_with("/things/") && path.ends_with("-done") && path.matches('/').count() == 2 && path.len() > 13);
        }
    }
}
