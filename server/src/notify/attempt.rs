//! Makes one call to a provider, and writes down what it came to.

use std::sync::Arc;

use chrono::TimeDelta;
use metrics::{counter, gauge, histogram};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    notify::delivery::{Delivery, ask_after, retry_after},
    time::Instant,
};

use super::{
    entity::{outcome, status},
    provider::{Answer, Blame, Fate, Gateway, Provider},
    store::{self, Receipt},
    workers::{Task, Work, Workers, end, end_of},
};
use crate::platform::db;

/// A call is not begun when less than this is left of the lease: another worker could take the message over before the answer.
const LEASE_LEFT: TimeDelta = TimeDelta::seconds(12);
/// How often a message is sent in WeChat before a text takes its place.
const WECHAT_TRIES: u32 = 3;
/// The pause between two of these.
const WECHAT_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// How often a transaction that may succeed is tried.
const TRIES: usize = 3;

/// What a call came to.
pub enum Came {
    /// The text was sent, with this answer.
    Answered(Answer),
    /// The provider was asked, with this answer.
    Told(Fate),
    /// The call was not made; whoever claims the message next asks, and finds nothing.
    NotMade,
}

/// A call that ended.
pub struct Done {
    work: Work,
    came: Came,
}

impl Workers {
    /// Makes the call. It is the only place where a provider is spoken to, and its attempt has been committed before.
    pub async fn call(self: Arc<Self>, work: Work) -> Done {
        let now = self.platform.clock.now();
        let came = match (self.gateway(work.provider), &work.task) {
            (Some(gateway), Task::Send(letter)) if now + LEASE_LEFT <= work.leased_until => {
                let answer = gateway.send(letter, now).await;
                self.learn(work.provider, &answer);
                Came::Answered(answer)
            }
            (Some(gateway), Task::Ask(question)) => Came::Told(gateway.ask(question, now).await),
            _ => Came::NotMade,
        };
        Done { work, came }
    }

    fn learn(&self, provider: Provider, answer: &Answer) {
        // WeChat is no rival of the carriers: what it does says nothing about who gets the next text.
        if provider != Provider::Wechat {
            self.learn_trust(provider, answer);
        }
        let outcome = match answer {
            Answer::Accepted { .. } => outcome::ACCEPTED,
            Answer::Permanent { .. } | Answer::Elsewhere { .. } => outcome::PERMANENT,
            Answer::Transient { .. } => outcome::TRANSIENT,
            Answer::Unknown { .. } => outcome::UNKNOWN,
        };
        counter!("bianmin_sms_attempts_total", "provider" => provider.as_str(), "outcome" => outcome).increment(1);
        if let Answer::Transient { code, blame } = answer {
            tracing::warn!(%provider, code, ?blame, "a provider refused a text for now");
        } else if let Answer::Unknown { code } = answer {
            tracing::warn!(%provider, code, "a provider gave no answer to a text, and will be asked");
        } else if let Answer::Elsewhere { code } = answer {
            tracing::info!(%provider, code, "a message is not delivered this way");
        }
    }

    fn learn_trust(&self, provider: Provider, answer: &Answer) {
        let well = !matches!(
            answer,
            Answer::Unknown { .. }
                | Answer::Transient {
                    blame: Blame::Provider,
                    ..
                }
        );
        let mut balance = self.balance();
        balance.learn(provider, well, self.platform.clock.now());
        let trusted = balance.is_trusted(provider);
        drop(balance);
        gauge!("bianmin_sms_provider_trusted", "provider" => provider.as_str()).set(u32::from(trusted));
    }

    /// Writes down what calls came to, in one transaction.
    ///
    /// When even that fails the messages stay claimed until their leases end; then their providers are asked, so nothing is sent twice.
    pub async fn record(&self, done: Vec<Done>) {
        for _ in 1..TRIES {
            match self.try_record(&done).await {
                Ok(()) => return,
                Err(error) if db::is_passing(&error) => {}
                Err(error) => return tracing::error!(%error, "what texts came to cannot be written down"),
            }
        }
        if let Err(error) = self.try_record(&done).await {
            tracing::error!(%error, "what texts came to cannot be written down");
        }
    }

    async fn try_record(&self, done: &[Done]) -> Result<(), DbErr> {
        let now = self.platform.clock.now();
        let transaction = self.platform.db.begin().await?;
        for Done { work, came } in done {
            match came {
                Came::Answered(answer) => self.answered(&transaction, work, answer, now).await?,
                Came::Told(fate) => self.told(&transaction, work, fate, now).await?,
                Came::NotMade => {}
            }
        }
        transaction.commit().await
    }

    async fn answered(
        &self,
        db: &impl ConnectionTrait,
        work: &Work,
        answer: &Answer,
        now: Instant,
    ) -> Result<(), DbErr> {
        match answer {
            Answer::Accepted { number } => accepted(db, work, Some(number), now).await.map(drop),
            Answer::Permanent { code } => {
                if store::close_attempt(db, work.attempt, outcome::PERMANENT, None, Some(code), now).await? {
                    end(db, work.claim, status::DEAD, Some(code)).await?;
                }
                Ok(())
            }
            Answer::Elsewhere { code } => {
                if store::close_attempt(db, work.attempt, outcome::PERMANENT, None, Some(code), now).await? {
                    fall_back(db, work, code, now).await?;
                }
                Ok(())
            }
            Answer::Transient { code, blame } => {
                if store::close_attempt(db, work.attempt, outcome::TRANSIENT, None, Some(code), now).await? {
                    self.retry(db, work, code, *blame == Blame::Recipient, now).await?;
                }
                Ok(())
            }
            Answer::Unknown { code } => {
                store::doubt(db, work.attempt, code).await?;
                // The first question follows at once: mostly the provider knows.
                store::postpone(db, work.claim, now, None, false, Some(code))
                    .await
                    .map(drop)
            }
        }
    }

    async fn told(&self, db: &impl ConnectionTrait, work: &Work, fate: &Fate, now: Instant) -> Result<(), DbErr> {
        match fate {
            Fate::Taken { number, delivery, code } => {
                accepted(db, work, number.as_deref(), now).await?;
                if *delivery != Delivery::Unreported {
                    let receipt = Receipt {
                        attempt: work.attempt,
                        message: work.claim.message,
                        delivery: *delivery,
                        code: code.clone(),
                        reported_at: now,
                    };
                    store::merge(db, &receipt, now).await?;
                }
                Ok(())
            }
            Fate::NotFound if now >= self.settled_at(work) => {
                if store::close_attempt(db, work.attempt, outcome::NOT_SENT, None, None, now).await? {
                    self.retry(db, work, outcome::NOT_SENT, false, now).await?;
                }
                Ok(())
            }
            Fate::NotFound | Fate::Silent => self.ask_later(db, work, now).await,
        }
    }

    /// From when on an answer of "no such text" is believed.
    fn settled_at(&self, work: &Work) -> Instant {
        let within = self.gateway(work.provider).map(Gateway::settles_within);
        work.started_at + within.unwrap_or_else(TimeDelta::zero)
    }

    async fn ask_later(&self, db: &impl ConnectionTrait, work: &Work, now: Instant) -> Result<(), DbErr> {
        let mut due_at = now + ask_after(now - work.started_at);
        let settled_at = self.settled_at(work);
        if now < settled_at {
            due_at = due_at.min(settled_at);
        }
        if due_at >= work.expires_at {
            return end(db, work.claim, end_of(work.class), Some("unanswered")).await;
        }
        store::postpone(db, work.claim, due_at, None, false, Some("unanswered"))
            .await
            .map(drop)
    }

    async fn retry(
        &self,
        db: &impl ConnectionTrait,
        work: &Work,
        why: &str,
        limited: bool,
        now: Instant,
    ) -> Result<(), DbErr> {
        if work.provider == Provider::Wechat {
            return retry_in_wechat(db, work, why, now).await;
        }
        let another = self.balance().has_another(work.provider, now);
        let pause = retry_after(work.attempts + 1, another, limited, self.draw());
        match pause.map(|pause| now + pause) {
            Some(due_at) if due_at < work.expires_at => {
                store::postpone(db, work.claim, due_at, Some(work.provider), true, Some(why))
                    .await
                    .map(drop)
            }
            Some(_) => end(db, work.claim, end_of(work.class), Some(why)).await,
            None => end(db, work.claim, status::DEAD, Some(why)).await,
        }
    }
}

/// Tries WeChat again a few times within the minutes in which it takes a repeated message for the same, and then a text.
async fn retry_in_wechat(db: &impl ConnectionTrait, work: &Work, why: &str, now: Instant) -> Result<(), DbErr> {
    if work.attempts + 1 >= WECHAT_TRIES {
        return fall_back(db, work, why, now).await;
    }
    let due_at = now + WECHAT_PAUSE;
    store::postpone(db, work.claim, due_at, Some(work.provider), true, Some(why))
        .await
        .map(drop)
}

/// What WeChat does not deliver goes by text, unless its recipient wants none about this matter.
async fn fall_back(db: &impl ConnectionTrait, work: &Work, why: &str, now: Instant) -> Result<(), DbErr> {
    if !work.way.falls_back() {
        return end(db, work.claim, status::DECLINED, Some(why)).await;
    }
    if store::fall_back(db, work.claim, why, now).await? {
        counter!("bianmin_texts_fallen_back_total", "why" => why.to_owned()).increment(1);
    }
    Ok(())
}

async fn accepted(db: &impl ConnectionTrait, work: &Work, number: Option<&str>, now: Instant) -> Result<(), DbErr> {
    if store::close_attempt(db, work.attempt, outcome::ACCEPTED, number, None, now).await?
        && store::accepted(db, work.claim.message, work.provider, now).await?
        && let Ok(took) = (now - work.wanted_at).to_std()
    {
        histogram!("bianmin_text_acceptance_seconds", "class" => work.class.as_str()).record(took.as_secs_f64());
    }
    Ok(())
}
