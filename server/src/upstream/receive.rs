//! Reads a signed call, and accepts it once.

use actix_web::{HttpRequest, web::Payload};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::de::DeserializeOwned;
use shared::{
    problem::{self, Problem},
    time::Instant,
    upstream::wire::{UPSTREAM_ORDER, UPSTREAM_REPLAYED, UPSTREAM_SIGNATURE},
};
use uuid::Uuid;

use super::{
    entity::{call, system},
    systems::{System, Systems},
};
use crate::problem::Failure;

/// A call's time may differ from ours by this much.
const SKEW_SECONDS: i64 = 300;
/// A thousand entries with long texts fit well within this.
const BODY_LIMIT: usize = 8 << 20;

/// A call whose signature holds. Only [`receive`] makes one.
#[derive(Debug)]
pub struct Call {
    system: String,
    nonce: String,
    sequence: i64,
    path: String,
    digest: String,
    body: Bytes,
}

/// Reads and verifies a call of the system to which the path belongs: the signature of another is as good as none.
pub async fn receive(
    owner: System,
    request: &HttpRequest,
    payload: Payload,
    systems: &Systems,
    now: Instant,
) -> Result<Call, Failure> {
    let unsigned = || Failure::from(&UPSTREAM_SIGNATURE);
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(ToOwned::to_owned)
            .ok_or_else(unsigned)
    };
    let (system, nonce, digest_header) = (header("x-system")?, header("x-nonce")?, header("digest")?);
    let (timestamp, sequence) = (header("x-timestamp")?, header("x-sequence")?);
    let signature = BASE64_STANDARD
        .decode(header("x-signature")?)
        .map_err(|_not_base64| unsigned())?;
    let seconds: i64 = timestamp.parse().map_err(|_no_number| unsigned())?;
    let number: i64 = sequence.parse().map_err(|_no_number| unsigned())?;
    let well_formed = (8..=128).contains(&nonce.len()) && number >= 0;
    if system != owner.as_str()
        || !well_formed
        || now.timestamp().saturating_sub(seconds).saturating_abs() > SKEW_SECONDS
    {
        return Err(unsigned());
    }
    let path = request.path().to_owned();
    let message = format!("POST\n{path}\n{system}\n{timestamp}\n{nonce}\n{sequence}\n{digest_header}\n");
    // The signature is verified before the body is read: who is not registered cannot make us read much.
    if !systems.signed(owner, message.as_bytes(), &signature).await? {
        return Err(unsigned());
    }
    let body = payload
        .to_bytes_limited(BODY_LIMIT)
        .await
        .map_err(|_beyond| Failure::from(&problem::TOO_LARGE))?
        .map_err(|_broken| Failure::from(&problem::MALFORMED))?;
    let expected = format!("SHA-256={}", BASE64_STANDARD.encode(digest(&SHA256, &body)));
    if digest_header != expected {
        return Err(unsigned());
    }
    Ok(Call {
        system,
        nonce,
        sequence: number,
        path,
        digest: digest_header,
        body,
    })
}

impl Call {
    /// The body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Problem::new(&problem::MALFORMED)
                .with("reason", error.to_string())
                .into()
        })
    }

    /// Notes the call as accepted, in the transaction of its effect. It fails for a call that was accepted before.
    pub async fn accept(&self, db: &impl ConnectionTrait, now: Instant) -> Result<(), Failure> {
        let known = call::Entity::find()
            .filter(call::Column::System.eq(self.system.as_str()))
            .filter(call::Column::Nonce.eq(self.nonce.as_str()))
            .one(db)
            .await?;
        if known.is_some() {
            return Err(Failure::from(&UPSTREAM_REPLAYED));
        }
        let forward = system::Entity::insert(system::ActiveModel {
            system: Set(self.system.clone()),
            last_sequence: Set(self.sequence),
        })
        .on_conflict(
            OnConflict::column(system::Column::System)
                .value(system::Column::LastSequence, Expr::val(self.sequence))
                .action_and_where(Expr::col((system::Entity, system::Column::LastSequence)).lt(self.sequence))
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
        if forward == 0 {
            let last = system::Entity::find_by_id(self.system.clone()).one(db).await?;
            return Err(Problem::new(&UPSTREAM_ORDER)
                .with("last_sequence", last.map_or(0, |row| row.last_sequence))
                .into());
        }
        // Should the same nonce come in two calls at once, the unique key refuses the second.
        call::Entity::insert(call::ActiveModel {
            id: Set(Uuid::now_v7()),
            system: Set(self.system.clone()),
            nonce: Set(self.nonce.clone()),
            sequence: Set(self.sequence),
            path: Set(self.path.clone()),
            digest: Set(self.digest.clone()),
            accepted_at: Set(now),
        })
        .exec_without_returning(db)
        .await
        .map_err(|error| {
            if crate::platform::db::is_duplicate(&error) {
                Failure::from(&UPSTREAM_REPLAYED)
            } else {
                error.into()
            }
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{FromRequest, test::TestRequest};
    use futures::executor::block_on;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_headers_make_the_reader_of_signed_calls_panic_or_believe(
            nonce in "[ -~]{0,140}", sequence in "[0-9+ -]{0,25}", signature in "[A-Za-z0-9+/=]{0,100}", digest in "[ -~]{0,60}",
            off in any::<i64>(), octets in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let owner = System::Cases;
            let request = TestRequest::post()
                .uri("/upstream/case-events")
                .insert_header(("x-system", owner.as_str()))
                .insert_header(("x-nonce", nonce))
                .insert_header(("x-sequence", sequence))
                .insert_header(("x-timestamp", off.to_string()))
                .insert_header(("x-signature", signature))
                .insert_header(("digest", digest))
                .set_payload(octets);
            let (request, mut payload) = request.to_http_parts();
            let payload = block_on(Payload::from_request(&request, &mut payload));
            let now = chrono::DateTime::from_timestamp(off, 0).unwrap_or(Instant::UNIX_EPOCH);
            let systems = Systems::of_a_test(owner);
            prop_assert!(block_on(receive(owner, &request, payload.unwrap(), &systems, now)).is_err());
        }
    }
}
