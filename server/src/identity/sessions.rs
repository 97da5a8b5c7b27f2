//! Sessions: begun by signing in, looked up on every request, ended by signing out.
//!
//! A session is remembered for a few seconds, so a busy resident costs one query in that time; when one ends, the bus makes every
//! instance forget it at once, and without the bus it is forgotten after those seconds.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use moka::future::Cache;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::Deserialize;
use shared::{
    identity::wire::SESSION_IDLE,
    ids::SessionId,
    problem::{self, ProblemType},
    time::Instant,
};
use uuid::Uuid;

use super::{
    activity::{is_idle, not_idle},
    authenticate::Signed,
    entity::session,
    holders::holders,
    token::Tokens,
};
use crate::{
    platform::{
        Platform,
        bus::{Event, Heard},
        gather::Gather,
    },
    problem::Failure,
};

/// How long a resident stays signed in without signing in anew.
const RESIDENT_LIFE: TimeDelta = TimeDelta::days(30);
/// How long a member of staff stays signed in: a working day.
const STAFF_LIFE: TimeDelta = TimeDelta::hours(12);
/// How long a device stays paired: until it is revoked, or stands unused for the life of its cookie.
const DEVICE_LIFE: TimeDelta = TimeDelta::days(3650);
/// How long a refresh token that was used works once more.
const GRACE: TimeDelta = TimeDelta::seconds(30);
/// How long a looked-up session is remembered.
const REMEMBERED: Duration = Duration::from_secs(4);

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A resident's.
    Resident,
    /// A member of staff's.
    Staff,
    /// A device's.
    Device,
}

impl SubjectKind {
    /// The kind as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Staff => "staff",
            Self::Device => "device",
        }
    }

    const fn life(self) -> TimeDelta {
        match self {
            Self::Resident => RESIDENT_LIFE,
            Self::Staff => STAFF_LIFE,
            Self::Device => DEVICE_LIFE,
        }
    }
}

/// The tokens of a session that has begun or was refreshed.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: Instant,
}

/// What came of the wish to go on with a session.
#[derive(Clone, Debug)]
pub enum Renewal {
    /// It goes on.
    Begun(Begun),
    /// It is over, for this reason.
    Over(&'static ProblemType),
}

/// The sessions of this server.
pub struct Sessions {
    tokens: Tokens,
    known: Cache<SessionId, Option<Arc<Signed>>>,
    sought: Gather<SessionId, Arc<Signed>>,
}

impl Sessions {
    /// Nothing remembered yet; listens for sessions that end elsewhere.
    pub fn new(platform: &Platform) -> anyhow::Result<Self> {
        let known: Cache<SessionId, Option<Arc<Signed>>> =
            Cache::builder().max_capacity(200_000).time_to_live(REMEMBERED).build();
        let (forgetful, mut events) = (known.clone(), platform.bus.listen());
        tokio::spawn(async move {
            while let Some(heard) = events.next().await {
                match heard {
                    Heard::Event(Event::SessionEnded(session)) => forgetful.invalidate(&session).await,
                    Heard::Event(_) => {}
                    Heard::Missed => forgetful.invalidate_all(),
                }
            }
        });
        Ok(Self {
            tokens: Tokens::new(&platform.keys)?,
            known,
            sought: {
                let platform = platform.clone();
                Gather::by(move |sessions| holders(platform.clone(), sessions))
            },
        })
    }

    /// Whoever holds this token, if it is accepted and its session goes on.
    pub async fn holder(&self, platform: &Platform, token: &str) -> Result<Option<Arc<Signed>>, Failure> {
        let Ok(claims) = self.tokens.verify(token, platform.clock.now()) else {
            return Ok(None);
        };
        self.signed(platform, claims.sid).await
    }

    /// Whoever is signed in with this session, if it goes on; what streams asks again. Of a member of staff who was away for too long
    /// only that is told.
    pub async fn signed(&self, platform: &Platform, session: SessionId) -> Result<Option<Arc<Signed>>, Failure> {
        let is_away = |signed: &Signed| {
            let active_at = signed.staff.as_ref().and_then(|staff| staff.active_at);
            is_idle(platform, active_at)
        };
        let mut signed = self.looked_up(session).await?;
        if signed.as_deref().is_some_and(is_away) {
            // Another instance may have heard of them since it was looked up.
            self.known.invalidate(&session).await;
            signed = self.looked_up(session).await?;
        }
        Ok(match signed {
            Some(known) if is_away(&known) => Some(Arc::new(Signed {
                was_away: true,
                ..Signed::default()
            })),
            other => other,
        })
    }

    async fn looked_up(&self, session: SessionId) -> Result<Option<Arc<Signed>>, Failure> {
        self.known
            .try_get_with(session, self.sought.find(session))
            .await
            .map_err(|failure: Arc<Failure>| Failure::of_all("a session could not be looked up", &failure))
    }

    /// Looks a session up anew when it is asked for next, on this instance.
    pub(super) async fn look_again(&self, session: SessionId) {
        self.known.invalidate(&session).await;
    }

    /// Forgets what is remembered of a session after its account has changed, here and on every instance.
    pub async fn forget(&self, platform: &Platform, session: SessionId) {
        self.known.invalidate(&session).await;
        platform.bus.publish(Event::SessionEnded(session));
    }

    /// Begins a session; `client` is what its owner will know it by.
    #[allow(clippy::too_many_arguments, reason = "a session is made of all of them")]
    pub async fn begin(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        kind: SubjectKind,
        account: Uuid,
        client: Option<String>,
        now: Instant,
    ) -> Result<(SessionId, Begun), Failure> {
        let id = SessionId(Uuid::now_v7());
        let (refresh_token, refresh_hash) = new_refresh_token(platform, id)?;
        let row = session::ActiveModel {
            id: Set(id.0),
            subject_kind: Set(kind.as_str().to_owned()),
            subject_id: Set(account),
            refresh_hash: Set(refresh_hash),
            previous_hash: Set(None),
            refreshed_at: Set(None),
            created_at: Set(now),
            expires_at: Set(now + kind.life()),
            revoked_at: Set(None),
            client: Set(client),
            active_at: Set((kind == SubjectKind::Staff).then_some(now)),
        };
        session::Entity::insert(row).exec_without_returning(db).await?;
        let (access_token, expires_at) = self.tokens.issue(account, id, now)?;
        Ok((
            id,
            Begun {
                access_token,
                refresh_token,
                expires_at,
            },
        ))
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// A token works once, and for a moment longer, because an answer can be lost and two tabs can refresh at once. One that comes
    /// later has leaked or was replayed, so its session ends for everyone who holds it. That a page asks for tokens is no sign of a
    /// person: a member of staff who was away for too long signs in anew.
    pub async fn refresh(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        token: &str,
        now: Instant,
    ) -> Result<Renewal, Failure> {
        let over = Ok(Renewal::Over(&problem::UNAUTHENTICATED));
        let Some(id) = session_of_refresh_token(token) else {
            return over;
        };
        let (refresh_token, new_hash) = new_refresh_token(platform, id)?;
        let old_hash = hash(token);
        let going_on = || {
            session::Entity::update_many()
                .col_expr(session::Column::RefreshHash, Expr::value(new_hash.clone()))
                .filter(session::Column::Id.eq(id.0))
                .filter(session::Column::RevokedAt.is_null())
                .filter(session::Column::ExpiresAt.gt(now))
                .filter(not_idle(platform, now))
        };
        let first = going_on()
            .col_expr(session::Column::PreviousHash, Expr::value(old_hash.clone()))
            .col_expr(session::Column::RefreshedAt, Expr::value(now))
            .filter(session::Column::RefreshHash.eq(old_hash.clone()))
            .exec(db)
            .await?;
        let again = going_on()
            .filter(session::Column::PreviousHash.eq(old_hash))
            .filter(session::Column::RefreshedAt.gt(now - GRACE));
        let goes_on = first.rows_affected > 0 || again.exec(db).await?.rows_affected > 0;
        let Some(row) = session::Entity::find_by_id(id.0).one(db).await? else {
            return over;
        };
        if !goes_on {
            let was_away = row.revoked_at.is_none() && row.expires_at > now && is_idle(platform, row.active_at);
            self.end(db, platform, id, now).await?;
            return if was_away {
                Ok(Renewal::Over(&SESSION_IDLE))
            } else {
                over
            };
        }
        let (access_token, expires_at) = self.tokens.issue(row.subject_id, id, now)?;
        Ok(Renewal::Begun(Begun {
            access_token,
            refresh_token,
            expires_at,
        }))
    }

    /// Ends every session of an account or a device, except one. The caller makes instances forget them once that is committed.
    pub async fn end_all_of(
        &self,
        db: &impl ConnectionTrait,
        account: Uuid,
        except: Option<SessionId>,
        now: Instant,
    ) -> Result<Vec<SessionId>, Failure> {
        let open = session::Entity::find()
            .filter(session::Column::SubjectId.eq(account))
            .filter(session::Column::RevokedAt.is_null())
            .all(db)
            .await?;
        let ended: Vec<Uuid> = open
            .into_iter()
            .map(|row| row.id)
            .filter(|id| except.is_none_or(|kept| kept.0 != *id))
            .collect();
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(now))
            .filter(session::Column::Id.is_in(ended.iter().copied()))
            .exec(db)
            .await?;
        Ok(ended.into_iter().map(SessionId).collect())
    }

    /// Forgets several sessions, here and on every instance.
    pub async fn forget_all(&self, platform: &Platform, sessions: Vec<SessionId>) {
        for session in sessions {
            self.forget(platform, session).await;
        }
    }

    /// Ends a session on every instance.
    pub async fn end(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        id: SessionId,
        now: Instant,
    ) -> Result<(), Failure> {
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(now))
            .filter(session::Column::Id.eq(id.0))
            .filter(session::Column::RevokedAt.is_null())
            .exec(db)
            .await?;
        self.forget(platform, id).await;
        Ok(())
    }
}

/// A refresh token names its session, so that a replayed one can end it; only the hash is stored.
fn new_refresh_token(platform: &Platform, session: SessionId) -> Result<(String, Vec<u8>), Failure> {
    let mut secret = [0; 32];
    platform.keys.fill_random(&mut secret)?;
    let token = format!("{}.{}", session.0.simple(), URL_SAFE_NO_PAD.encode(secret));
    let hash = hash(&token);
    Ok((token, hash))
}

fn session_of_refresh_token(token: &str) -> Option<SessionId> {
    token.split_once('.')?.0.parse().ok()
}

fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}
