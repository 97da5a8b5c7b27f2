//! Passkeys: signing in by one, and the list in the account.

use shared::{
    identity::{
        passkeys::{LONGEST_PASSKEY_NAME, Passkey, PasskeyName, PasskeyOffer, PasskeyQuestion, Step},
        wire::Session,
    },
    list::List,
};

use super::{
    login::signed_in,
    proof::Prover,
    webauthn,
    words::{
        PASSKEY, PASSKEY_ADD, PASSKEY_ADDED, PASSKEY_ELSEWHERE, PASSKEY_LOST, PASSKEY_NAME, PASSKEY_NAME_HINT,
        PASSKEY_NAME_WRONG, PASSKEY_NOT_MADE, PASSKEY_NOT_USED, PASSKEY_REMOVE, PASSKEY_REMOVE_ASK, PASSKEY_REMOVED,
        PASSKEY_RENAME, PASSKEY_RENAMED, PASSKEY_SIGN_IN, PASSKEY_SIGN_IN_WHY, PASSKEY_USED, PASSKEY_WHY, PASSKEYS,
        SERVICE_NAME, SIGN_IN_BY_PHONE,
    },
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED, Anything, Failure, Nothing},
    dates,
    language::{Phrase, filled, t},
    routes,
    ui::{self, Deed, Field, Keyboard, Line, Remote, View, actions, button, cells, el, fragment, live, notice, toast},
};

/// The page on which one signs in by passkey.
pub fn passkey_sign_in() -> View {
    let deed = Deed::new();
    let enter = move || {
        deed.run(async move {
            let question: PasskeyQuestion = ANONYMOUS.post("/auth/passkey-questions", &Nothing {}).await?;
            let Some(answer) = webauthn::sign(&question).await else {
                toast(PASSKEY_NOT_USED);
                return Ok(());
            };
            ANONYMOUS.post::<Session>("/auth/passkey-sessions", &answer).await?;
            signed_in();
            Ok(())
        });
    };
    let by_phone = routes::with_query("/login", &[("next", routes::query("next"))]);
    let way_in = if webauthn::available() {
        actions(button("button primary", PASSKEY_SIGN_IN, Some(deed), enter))
    } else {
        notice("info", t(PASSKEY_ELSEWHERE))
    };
    let content = fragment()
        .child(el("p").class("lead").child(t(PASSKEY_SIGN_IN_WHY)))
        .child(deed.outcome())
        .child(way_in)
        .child(actions(ui::way("button plain", SIGN_IN_BY_PHONE, by_phone)));
    ui::page(t(PASSKEY_SIGN_IN), None, content)
}

fn name_wrong(text: &str) -> Option<Phrase> {
    let fits = (1..=LONGEST_PASSKEY_NAME).contains(&text.trim().chars().count());
    (!fits).then_some(PASSKEY_NAME_WRONG)
}

/// The account's passkeys.
pub fn passkeys(prover: Prover) -> View {
    let known = Remote::<List<Passkey>>::fetch(AUTHORIZED, "/me/passkeys");
    let name = Field::new(name_wrong);
    let deed = Deed::new();
    let list = known.view(1, move |list| {
        let rows: Vec<View> = list
            .items
            .into_iter()
            .map(|row| passkey(row, known, prover, deed))
            .collect();
        fragment().child(rows)
    });
    let add = move |event: web_sys::Event| {
        event.prevent_default();
        if name.is_right() {
            deed.run(async move {
                if add(prover, name.now()).await? {
                    name.clear();
                    ui::forget_drafts();
                    known.refresh();
                }
                Ok(())
            });
        }
    };
    let form = if webauthn::available() {
        let text = Keyboard::Text { fill: "off" };
        el("form")
            .on("submit", add)
            .child(el("div").class("cells").child(name.view(
                "passkey-name",
                PASSKEY_NAME,
                PASSKEY_NAME_HINT,
                text,
                None,
            )))
            .child(deed.outcome())
            .child(
                el("div")
                    .class("actions")
                    .child(ui::submit(PASSKEY_ADD, deed, move || name.is_right())),
            )
    } else {
        fragment()
            .child(notice("info", t(PASSKEY_ELSEWHERE)))
            .child(deed.outcome())
    };
    let lost = live(move || {
        let has_any = known.ready().is_some_and(|list| !list.items.is_empty());
        has_any.then(|| el("p").class("small").child(t(PASSKEY_LOST)))
    });
    fragment()
        .child(cells(t(PASSKEYS), list))
        .child(el("p").class("small").child(t(PASSKEY_WHY)))
        .child(lost)
        .child(form)
}

/// Lets the device make a passkey, and adds it; whether it did.
async fn add(prover: Prover, name: String) -> Result<bool, Failure> {
    let offered = prover
        .with(Step::AddPasskey, async || {
            AUTHORIZED
                .post::<PasskeyOffer>("/me/passkey-questions", &Nothing {})
                .await
        })
        .await?;
    let Some(offer) = offered else {
        return Ok(false);
    };
    let Some(made) = webauthn::make(&offer, t(SERVICE_NAME), name).await else {
        toast(PASSKEY_NOT_MADE);
        return Ok(false);
    };
    AUTHORIZED.post::<Passkey>("/me/passkeys", &made).await?;
    toast(PASSKEY_ADDED);
    Ok(true)
}

fn passkey(row: Passkey, known: Remote<List<Passkey>>, prover: Prover, deed: Deed) -> View {
    let path = format!("/me/passkeys/{}", row.id);
    let (renamed_at, before) = (path.clone(), row.name.clone());
    let renamed = move |name: String| {
        let path = renamed_at.clone();
        deed.run(async move {
            AUTHORIZED.put::<Anything>(&path, &PasskeyName { name }).await?;
            toast(PASSKEY_RENAMED);
            known.refresh();
            Ok(())
        });
    };
    let rename = move || {
        let name = Line {
            why: None,
            label: PASSKEY_NAME,
            hint: PASSKEY_NAME_HINT,
            before: before.clone(),
            check: name_wrong,
        };
        name.ask(PASSKEY_RENAME, renamed.clone());
    };
    let removed = move || {
        let path = path.clone();
        deed.run(async move {
            let removed = prover
                .with(Step::RemovePasskey, async || AUTHORIZED.delete(&path).await)
                .await?;
            if removed.is_some() {
                toast(PASSKEY_REMOVED);
                known.refresh();
            }
            Ok(())
        });
    };
    let remove = move || ui::confirm(t(PASSKEY_REMOVE_ASK), "button danger", PASSKEY_REMOVE, removed.clone());
    let used = match row.used_at {
        Some(used) => filled(PASSKEY_USED, &[&dates::moment(used)]),
        None => filled(PASSKEY, &[&dates::day(row.created_at)]),
    };
    el("div")
        .class("cell")
        .child(
            el("div")
                .class("cell-body")
                .child(row.name)
                .child(el("span").class("cell-note").child(used)),
        )
        .child(button("text-button", PASSKEY_RENAME, Some(deed), rename))
        .child(button("text-button", PASSKEY_REMOVE, Some(deed), remove))
}
