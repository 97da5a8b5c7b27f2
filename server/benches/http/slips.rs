//! Pickup slips: how fast a token is verified, and many scanners that all want the same thing.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;
use server::{
    bureau::Bureau as Places,
    catalog::Catalogue,
    identity,
    slips::{NewSlip, Slips},
};
use shared::{ids::HallId, language::Text, slips::token::SlipKind};

use crate::{
    bureau::Bureau,
    load::{self, Outcome, Times},
    queue,
};

const CLERK: &str = "clerk-zhongxin-2";
/// How many scanners want each slip.
pub const SCANNERS: usize = 64;

/// Slips that wait, each with what a scanner sends.
pub struct Waiting {
    slips: Slips,
    /// The text of each QR code, and the owner's ID number.
    shown: Vec<(String, String)>,
}

/// Issues slips to residents, one each.
pub async fn issue(bureau: &Bureau, count: usize) -> Result<Waiting> {
    let platform = &bureau.platform;
    let places = Places(Catalogue::load(platform).await?);
    let slips = Slips::new(platform, Arc::new(places), Vec::new());
    let fault = |failure| anyhow!("a slip is not issued: {failure}");
    let now = platform.clock.now();
    let mut ids = Vec::new();
    let transaction = platform.db.begin().await?;
    for (at, visitor) in bureau.visitors.iter().take(count).enumerate() {
        let new = NewSlip {
            source: format!("bench/{at}"),
            kind: SlipKind::Document,
            person: visitor.person,
            resident: None,
            hall: HallId(bureau.hall),
            item: Text {
                zh: "居民身份证".into(),
                en: "Resident ID card".into(),
            },
            reference: format!("B{at:08}"),
            is_there: true,
            collect_by: None,
            is_told: true,
            by: None,
        };
        ids.push((
            slips.issue(&transaction, new, now).await.map_err(fault)?,
            visitor.person,
        ));
    }
    transaction.commit().await?;
    let db = platform.db.reader();
    let mut shown = Vec::new();
    for (id, person) in ids {
        let token = slips
            .token(db, id)
            .await
            .map_err(fault)?
            .context("the slip lies ready")?;
        let owner = identity::person(db, platform, person).await.map_err(fault)?;
        let number = owner.context("a visitor is a person")?.id_number;
        shown.push((token, number.expose().to_owned()));
    }
    ensure!(shown.len() == count, "there are fewer residents than slips");
    Ok(Waiting { slips, shown })
}

/// How long it takes to read a token and to verify its signature.
pub async fn verify(bureau: &Bureau, waiting: &Waiting) -> Result<Times> {
    let mut times = Times::default();
    let db = bureau.platform.db.reader();
    for (token, _) in &waiting.shown {
        let begun = Instant::now();
        let verified = waiting.slips.verify(db, token).await;
        times.note(begun.elapsed());
        verified.map_err(|failure| anyhow!("a token is not verified: {failure}"))?;
    }
    Ok(times)
}

/// Lets 64 scanners send every slip, each under a number of its own, and counts who won.
pub async fn redeem(bureau: &Bureau, server: SocketAddr, waiting: Waiting) -> Result<Outcome> {
    let authority = queue::authority(bureau, server, CLERK).await?;
    let slips = waiting.shown.len();
    let mut next = 0;
    let write = move |buffer: &mut Vec<u8>| {
        let Some((token, id_number)) = waiting.shown.get(next / SCANNERS) else {
            return false;
        };
        let nonce = format!("scan-{next:012}-of-the-bench");
        let body = json!({"token": token, "nonce": nonce, "id_number": id_number});
        load::write_post(buffer, "/api/v1/slip-redemptions", &authority, &body.to_string());
        next += 1;
        true
    };
    let outcome = load::run(server, SCANNERS, Duration::MAX, write).await?;
    let of = |status| outcome.statuses.get(&status).copied().unwrap_or(0);
    ensure!(
        of(201) == slips && of(409) == slips * (SCANNERS - 1),
        "{slips} slips: {:?}",
        outcome.statuses
    );
    let kept = bureau.count("SELECT count(*) FROM slip_redemptions").await?;
    ensure!(kept == slips, "{kept} redemptions of {slips} slips");
    Ok(outcome)
}
