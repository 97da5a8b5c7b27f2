//! What residents decide about their own account: where it is signed in, its phone, who acts for them, and their data.

use leptos::prelude::*;
use shared::{
    API,
    identity::{
        passkeys::Step,
        privacy::{PhoneRequest, Representative, SessionView},
        rules::{LoginCode, Phone},
        wechat::{WechatLink, WechatNotices},
        wire::{CodePurpose, ResidentView, SmsCodeRequest, SmsCodeSent},
    },
    list::List,
};

use super::{
    consents::consents,
    passkeys::passkeys,
    proof::Prover,
    session,
    words::{
        ACCOUNT_SAFETY, CHANGE_PHONE, CLOSE_ACCOUNT, CLOSE_ASK, CLOSED, CODE, CODE_HINT, CODE_SENT, CODE_WRONG,
        DOWNLOAD, DOWNLOAD_DATA, DOWNLOAD_WHY, GET_CODE, LOST_PHONE, MY_DATA, NEW_PHONE, NO_REPRESENTATIVES, OLD_PHONE,
        PHONE_CHANGED, PHONE_HINT, PHONE_WRONG, REFUSE, REPRESENTATIVES, SESSION_ENDED, SESSION_HERE, SESSIONS,
        SIGN_IN_FIRST, SIGN_OUT, SINCE, UNKNOWN_CLIENT, UNLINK, UNLINKED, UNTIL, WECHAT, WECHAT_LINKED, WECHAT_NONE,
        WECHAT_NOTICES, WECHAT_NOTICES_WHY, WECHAT_SINCE,
    },
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED},
    dates,
    language::{Phrase, filled, t},
    routes,
    ui::{self, Deed, Field, Keyboard, Remote, View, actions, button, cells, el, fragment, live, toast},
};

/// The page.
pub fn account() -> View {
    let content = if session::is_signed_in() {
        let prover = Prover::new();
        fragment()
            .child(sessions())
            .child(passkeys(prover))
            .child(phone(prover))
            .child(wechat())
            .child(representatives())
            .child(consents())
            .child(data(prover))
            .child(prover.view())
            .child(ui::questions())
    } else {
        super::page::sign_in_first(SIGN_IN_FIRST)
    };
    ui::page(t(ACCOUNT_SAFETY), None, content)
}

fn sessions() -> View {
    let sessions = Remote::<List<SessionView>>::fetch(AUTHORIZED, "/me/sessions");
    let deed = Deed::new();
    let list = sessions.view(2, move |list| {
        let rows: Vec<View> = list
            .items
            .into_iter()
            .map(|row| session_row(row, sessions, deed))
            .collect();
        fragment().child(rows)
    });
    cells(t(SESSIONS), fragment().child(list).child(deed.outcome()))
}

fn session_row(row: SessionView, sessions: Remote<List<SessionView>>, deed: Deed) -> View {
    let path = format!("/me/sessions/{}", row.id);
    let end = move || {
        let path = path.clone();
        deed.run(async move {
            AUTHORIZED.delete(&path).await?;
            toast(SESSION_ENDED);
            sessions.refresh();
            Ok(())
        });
    };
    let client = row.client.unwrap_or_else(|| t(UNKNOWN_CLIENT).to_owned());
    el("div")
        .class("cell")
        .child(
            el("div").class("cell-body").child(client).child(
                el("span")
                    .class("cell-note")
                    .child(filled(SINCE, &[&dates::moment(row.begun_at)])),
            ),
        )
        .child(if row.current {
            el("span").class("tag").child(t(SESSION_HERE))
        } else {
            button("text-button", SIGN_OUT, Some(deed), end)
        })
}

fn phone_wrong(text: &str) -> Option<Phrase> {
    text.parse::<Phone>().is_err().then_some(PHONE_WRONG)
}

fn code_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(CODE_WRONG)
}

/// Texts a code to the phone in a field.
fn code_button(phone: Field, purpose: CodePurpose, deed: Deed) -> View {
    let send = move || {
        deed.run(async move {
            let asked = SmsCodeRequest {
                phone: phone.now(),
                purpose,
            };
            ANONYMOUS.post::<SmsCodeSent>("/auth/sms-codes", &asked).await?;
            toast(CODE_SENT);
            Ok(())
        });
    };
    el("button")
        .attr("type", "button")
        .class("field-button")
        .live_attr("disabled", move || deed.is_busy() || !phone.is_right())
        .on("click", move |_| send())
        .child(t(GET_CODE))
}

fn phone(prover: Prover) -> View {
    let (old, new) = (Field::new(phone_wrong), Field::new(phone_wrong));
    let (old_code, code) = (Field::new(code_wrong), Field::new(code_wrong));
    let (sending, deed) = (Deed::new(), Deed::new());
    let ready = move || old.is_right() && new.is_right() && old_code.is_right() && code.is_right();
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let asked = PhoneRequest {
                old_phone: old.now(),
                old_code: old_code.now(),
                phone: new.now(),
                code: code.now(),
            };
            let changed = prover
                .with(Step::ChangePhone, async || {
                    AUTHORIZED.put::<ResidentView>("/me/phone", &asked).await
                })
                .await?;
            if changed.is_none() {
                return Ok(());
            }
            ui::forget_drafts();
            for field in [old, new, old_code, code] {
                field.clear();
            }
            toast(PHONE_CHANGED);
            Ok(())
        });
    };
    let old_button = code_button(old, CodePurpose::OldPhone, sending);
    let new_button = code_button(new, CodePurpose::NewPhone, sending);
    let fields = fragment()
        .child(old.view("old-phone", OLD_PHONE, PHONE_HINT, Keyboard::Phone, None))
        .child(old_code.view("old-code", CODE, CODE_HINT, Keyboard::Digits, Some(old_button)))
        .child(new.view("new-phone", NEW_PHONE, PHONE_HINT, Keyboard::Phone, None))
        .child(code.view("new-code", CODE, CODE_HINT, Keyboard::Digits, Some(new_button)));
    el("form")
        .on("submit", send)
        .child(cells(t(CHANGE_PHONE), fields))
        .child(el("p").class("small").child(t(LOST_PHONE)))
        .child(sending.outcome())
        .child(deed.outcome())
        .child(el("div").class("actions").child(ui::submit(CHANGE_PHONE, deed, ready)))
}

fn wechat() -> View {
    let link = Remote::<WechatLink>::fetch(AUTHORIZED, "/me/wechat");
    let deed = Deed::new();
    let shown = link.view(1, move |now| {
        let Some(since) = now.since else {
            return el("p").class("cell").child(t(WECHAT_NONE));
        };
        let unlink = move || {
            deed.run(async move {
                AUTHORIZED.delete("/me/wechat").await?;
                toast(UNLINKED);
                link.refresh();
                Ok(())
            });
        };
        let notices = move || {
            deed.run(async move {
                let wanted = WechatNotices { notices: !now.notices };
                AUTHORIZED.put::<WechatLink>("/me/wechat", &wanted).await?;
                link.refresh();
                Ok(())
            });
        };
        let linked = el("div")
            .class("cell")
            .child(
                el("div").class("cell-body").child(t(WECHAT_LINKED)).child(
                    el("span")
                        .class("cell-note")
                        .child(filled(WECHAT_SINCE, &[&dates::moment(since)])),
                ),
            )
            .child(button("text-button", UNLINK, Some(deed), unlink));
        let switch = ui::switch(WECHAT_NOTICES, WECHAT_NOTICES_WHY, move || now.notices, notices);
        fragment().child(linked).child(switch)
    });
    cells(t(WECHAT), fragment().child(shown).child(deed.outcome()))
}

fn representatives() -> View {
    let known = Remote::<List<Representative>>::fetch(AUTHORIZED, "/me/representatives");
    let deed = Deed::new();
    // Whoever has not confirmed an identity is represented by nobody.
    let list = live(move || {
        let items = known.ready().map(|list| list.items).unwrap_or_default();
        let rows: Vec<View> = items.iter().map(|row| representative(row, known, deed)).collect();
        let none = rows
            .is_empty()
            .then(|| el("p").class("cell").child(t(NO_REPRESENTATIVES)));
        fragment().child(rows).child(none)
    });
    cells(t(REPRESENTATIVES), fragment().child(list).child(deed.outcome()))
}

fn representative(row: &Representative, known: Remote<List<Representative>>, deed: Deed) -> View {
    let path = format!("/me/representatives/{}", row.resident_id);
    let refuse = move || {
        let path = path.clone();
        deed.run(async move {
            AUTHORIZED.delete(&path).await?;
            known.refresh();
            Ok(())
        });
    };
    el("div")
        .class("cell")
        .child(
            el("div").class("cell-body").child(row.person.name.clone()).child(
                el("span")
                    .class("cell-note")
                    .child(filled(UNTIL, &[&dates::day(row.until)])),
            ),
        )
        .child(button("text-button", REFUSE, Some(deed), refuse))
}

fn data(prover: Prover) -> View {
    let deed = Deed::new();
    let closed = move || {
        deed.run(async move {
            let closed = prover
                .with(Step::CloseAccount, async || AUTHORIZED.delete("/me").await)
                .await?;
            if closed.is_none() {
                return Ok(());
            }
            session::forget_sign_in();
            toast(CLOSED);
            routes::replace("/");
            Ok(())
        });
    };
    let close = move || ui::confirm(t(CLOSE_ASK), "button danger", CLOSE_ACCOUNT, closed);
    let load = move || {
        deed.run(async move {
            if prover.proves(Step::ExportData).await? {
                // The answer is a file, so the page stays.
                window().location().set_href(&format!("{API}/me/data")).ok();
            }
            Ok(())
        });
    };
    let download = el("div")
        .class("cell")
        .child(
            el("div")
                .class("cell-body")
                .child(t(DOWNLOAD_DATA))
                .child(el("span").class("cell-note").child(t(DOWNLOAD_WHY))),
        )
        .child(button("text-button", DOWNLOAD, Some(deed), load));
    fragment()
        .child(cells(t(MY_DATA), download))
        .child(deed.outcome())
        .child(actions(button("button plain", CLOSE_ACCOUNT, Some(deed), close)))
}
