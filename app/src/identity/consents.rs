//! What a resident has agreed to: to what, in which version, since when; taken back or given again.

use shared::{
    identity::privacy::{CONSENT_VERSION, Consent, ConsentRequest, ConsentTo},
    list::List,
};

use super::words::{
    CONSENT_GIVE, CONSENT_GIVEN, CONSENT_NONE, CONSENT_PRIVACY, CONSENT_PRIVACY_WHY, CONSENT_REMINDERS,
    CONSENT_REMINDERS_WHY, CONSENT_SENSITIVE, CONSENT_SENSITIVE_WHY, CONSENT_SINCE, CONSENT_TAKE_BACK,
    CONSENT_TAKEN_BACK, CONSENT_UNTIL, CONSENTS, CONSENTS_WHY,
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    ui::{Deed, Remote, View, button, cells, el, fragment, toast},
};

/// The section of the account.
pub fn consents() -> View {
    let known = Remote::<List<Consent>>::fetch(AUTHORIZED, "/me/consents");
    let deed = Deed::new();
    let list = known.view(3, move |list| {
        let rows: Vec<View> = ConsentTo::ALL
            .iter()
            .map(|to| consent(*to, &list.items, known, deed))
            .collect();
        fragment().child(rows)
    });
    fragment()
        .child(cells(t(CONSENTS), fragment().child(list).child(deed.outcome())))
        .child(el("p").class("small").child(t(CONSENTS_WHY)))
}

const fn words_of(to: ConsentTo) -> (Phrase, Phrase) {
    match to {
        ConsentTo::PrivacyNotice => (CONSENT_PRIVACY, CONSENT_PRIVACY_WHY),
        ConsentTo::SensitiveData => (CONSENT_SENSITIVE, CONSENT_SENSITIVE_WHY),
        ConsentTo::Reminders => (CONSENT_REMINDERS, CONSENT_REMINDERS_WHY),
    }
}

/// One thing that can be agreed to, with everything that was decided about it, the latest first.
fn consent(to: ConsentTo, all: &[Consent], known: Remote<List<Consent>>, deed: Deed) -> View {
    let (name, why) = words_of(to);
    let decided: Vec<&Consent> = all.iter().filter(|consent| consent.to == to).collect();
    let stands = decided.iter().any(|consent| consent.withdrawn_at.is_none());
    let stands_now = decided
        .iter()
        .any(|consent| consent.withdrawn_at.is_none() && consent.version == CONSENT_VERSION);
    let history = decided.iter().map(|consent| {
        let given = filled(CONSENT_SINCE, &[&consent.version, &dates::moment(consent.given_at)]);
        let until = consent
            .withdrawn_at
            .map(|until| filled(CONSENT_UNTIL, &[&dates::moment(until)]));
        el("span").class("cell-note").child(given).child(until)
    });
    let history: Vec<View> = history.collect();
    let none = history
        .is_empty()
        .then(|| el("span").class("cell-note").child(t(CONSENT_NONE)));
    let give = move || {
        deed.run(async move {
            AUTHORIZED
                .post::<Consent>("/me/consents", &ConsentRequest { to })
                .await?;
            toast(CONSENT_GIVEN);
            known.refresh();
            Ok(())
        });
    };
    let take_back = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/me/consents/{}", to.as_str())).await?;
            toast(CONSENT_TAKEN_BACK);
            known.refresh();
            Ok(())
        });
    };
    // A new version of the words is agreed to anew; until then the earlier consent stands as it was given.
    let offered = (!stands_now).then(|| button("text-button", CONSENT_GIVE, Some(deed), give));
    let ended = stands.then(|| button("text-button", CONSENT_TAKE_BACK, Some(deed), take_back));
    el("div")
        .class("cell")
        .child(
            el("div")
                .class("cell-body")
                .child(t(name))
                .child(el("span").class("cell-note").child(t(why)))
                .child(history)
                .child(none),
        )
        .child(offered)
        .child(ended)
}
