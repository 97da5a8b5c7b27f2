//! Who asks: found once by the middleware, required by the extractors.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use shared::{
    identity::{
        rules::StaffRole,
        wire::{IDENTITY_REQUIRED, SESSION_IDLE, StaffView},
    },
    ids::{HallId, ResidentId, SessionId, StaffId},
    problem::{self, ProblemType},
    time::Instant,
};

use super::{
    activity, cookies,
    device::Device,
    entity::staff,
    sessions::{Sessions, SubjectKind},
    store::PersonFacts,
};
use crate::{
    platform::{Platform, idempotency::Actor},
    problem::Failure,
};

/// Everyone who is signed in with this request: a browser may hold a resident's, a member of staff's and a device's session at once.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    /// The resident.
    pub resident: Option<Resident>,
    /// The member of staff.
    pub staff: Option<Staff>,
    /// The device.
    pub device: Option<Device>,
    /// Whether a program sent one token, so that nobody but its holder was looked for.
    pub by_token: bool,
    /// Whether it was the session of a member of staff who was away for too long.
    pub was_away: bool,
}

/// A resident who is signed in.
#[derive(Clone, Debug)]
pub struct Resident {
    /// The account.
    pub id: ResidentId,
    /// The session.
    pub session: SessionId,
    /// The bound person, once there is one.
    pub person: Option<PersonFacts>,
}

/// A resident whose identity is confirmed; every act that concerns a person needs one.
#[derive(Clone, Debug)]
pub struct IdentifiedResident {
    /// The account.
    pub id: ResidentId,
    /// The session.
    pub session: SessionId,
    /// The bound person.
    pub person: PersonFacts,
}

/// A member of staff who is signed in.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The account.
    pub id: StaffId,
    /// The session.
    pub session: SessionId,
    /// What the account is trusted with.
    pub role: StaffRole,
    /// The account's name.
    pub username: String,
    /// The name that colleagues use.
    pub name: String,
    /// The hall to which the account is bound.
    pub hall: Option<HallId>,
    /// The numbers of the counters at which they work; none for any counter of the hall.
    pub counters: Vec<i32>,
    /// When they were last active in the session, to the minute.
    pub(super) active_at: Option<Instant>,
}

/// Whoever an account of any kind belongs to: a resident, or a member of staff.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The account.
    pub actor: Actor,
    /// The session.
    pub session: SessionId,
}

impl Resident {
    /// The resident as the one who acts.
    pub fn actor(&self) -> Actor {
        Actor::resident(self.id)
    }
}

impl Staff {
    /// The member of staff of a row; nothing when its role is not known to this version.
    pub(super) fn from_row(row: &staff::Model, session: SessionId, active_at: Option<Instant>) -> Option<Self> {
        Some(Self {
            id: row.id.into(),
            session,
            active_at,
            role: row.role.parse().ok()?,
            username: row.username.clone(),
            name: row.name.clone(),
            hall: row.hall_id.map(HallId),
            counters: serde_json::from_str(row.counters.as_deref().unwrap_or("[]")).ok()?,
        })
    }

    /// The member of staff as the console shows them.
    pub fn view(&self) -> StaffView {
        StaffView {
            id: self.id,
            username: self.username.clone(),
            name: self.name.clone(),
            role: self.role,
            hall: self.hall,
            counters: self.counters.clone(),
        }
    }
}

impl IdentifiedResident {
    /// The resident as the one who acts.
    pub fn actor(&self) -> Actor {
        Actor::resident(self.id)
    }
}

/// Middleware that finds out who is signed in. It refuses nobody: what needs authority asks for it in its signature.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // The files of the client need no look-up.
    if request.match_info().as_str().starts_with("/api/")
        && let (Some(platform), Some(sessions)) = (
            request.app_data::<Data<Platform>>().cloned(),
            request.app_data::<Data<Sessions>>().cloned(),
        )
    {
        let signed = match find(request.request(), &platform, &sessions).await {
            Ok(signed) => signed,
            Err(failure) => return Ok(request.error_response(failure)),
        };
        if let Some(staff) = &signed.staff
            && activity::shows_somebody(request.request())
        {
            activity::note(&platform, &sessions, staff).await;
        }
        let staff = || {
            signed.staff.as_ref().map(|staff| Actor {
                kind: SubjectKind::Staff.as_str(),
                id: staff.id.0,
            })
        };
        let resident = signed.resident.as_ref().map(Resident::actor);
        let actor = resident
            .or_else(staff)
            .or_else(|| signed.device.as_ref().map(Device::actor));
        if let Some(actor) = actor {
            request.extensions_mut().insert(actor);
        }
        request.extensions_mut().insert(Arc::new(signed));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

async fn find(request: &HttpRequest, platform: &Platform, sessions: &Sessions) -> Result<Signed, Failure> {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if let Some(token) = bearer {
        let holder = sessions.holder(platform, token.trim()).await?;
        return Ok(Signed {
            by_token: true,
            ..holder.map(|holder| (*holder).clone()).unwrap_or_default()
        });
    }
    let mut signed = Signed::default();
    if let Some(token) = cookies::access(request, &platform.config, SubjectKind::Resident)
        && let Some(holder) = sessions.holder(platform, &token).await?
    {
        signed.resident.clone_from(&holder.resident);
    }
    if let Some(token) = cookies::access(request, &platform.config, SubjectKind::Staff)
        && let Some(holder) = sessions.holder(platform, &token).await?
    {
        signed.staff.clone_from(&holder.staff);
        signed.was_away = holder.was_away;
    }
    if let Some(token) = cookies::access(request, &platform.config, SubjectKind::Device)
        && let Some(holder) = sessions.holder(platform, &token).await?
    {
        signed.device.clone_from(&holder.device);
    }
    Ok(signed)
}

/// Everyone who is signed in; for what is public but shows more to some.
impl FromRequest for Signed {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request
            .extensions()
            .get::<Arc<Self>>()
            .map(|signed| (**signed).clone())
            .unwrap_or_default()))
    }
}

/// Whoever is signed in, for the extractors.
pub(super) fn signed(request: &HttpRequest) -> Result<Arc<Signed>, Failure> {
    request
        .extensions()
        .get::<Arc<Signed>>()
        .cloned()
        .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))
}

fn resident(request: &HttpRequest) -> Result<Resident, Failure> {
    let signed = signed(request)?;
    signed.resident.clone().ok_or_else(|| signed.refusal())
}

pub(super) fn staff(request: &HttpRequest) -> Result<Staff, Failure> {
    let signed = signed(request)?;
    signed.staff.clone().ok_or_else(|| signed.refusal())
}

impl Signed {
    /// Why nobody of those who are signed in may do what was asked.
    pub(super) fn refusal(&self) -> Failure {
        Failure::from(if self.is_nobody() {
            self.to_sign_in()
        } else {
            &problem::FORBIDDEN
        })
    }

    /// How somebody is asked to sign in: whoever was away is told that it is for this.
    pub const fn to_sign_in(&self) -> &'static ProblemType {
        if self.was_away {
            &SESSION_IDLE
        } else {
            &problem::UNAUTHENTICATED
        }
    }

    /// Whether no session came with the request, or none that goes on.
    pub const fn is_nobody(&self) -> bool {
        self.resident.is_none() && self.staff.is_none() && self.device.is_none()
    }
}

/// Makes extractors of functions that find an authority in a request.
macro_rules! extracted_by {
    ($($authority:ty: $find:expr;)*) => {$(
        impl FromRequest for $authority {
            type Error = Failure;
            type Future = Ready<Result<Self, Failure>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let find: fn(&HttpRequest) -> Result<Self, Failure> = $find;
                ready(find(request))
            }
        }
    )*};
}
pub(super) use extracted_by;

extracted_by! {
    Resident: resident;
    IdentifiedResident: |request| {
        let Resident { id, session, person } = resident(request)?;
        let person = person.ok_or_else(|| Failure::from(&IDENTITY_REQUIRED))?;
        Ok(Self { id, session, person })
    };
    Staff: staff;
    Owner: |request| {
        let signed = signed(request)?;
        let resident = signed.resident.as_ref().map(|resident| (resident.actor(), resident.session));
        let staff = || signed.staff.as_ref().map(|staff| (Actor { kind: "staff", id: staff.id.0 }, staff.session));
        let (actor, session) = resident.or_else(staff).ok_or_else(|| signed.refusal())?;
        Ok(Self { actor, session })
    };
}
