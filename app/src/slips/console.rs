//! The console at which slips are redeemed: scan, look, hand over. It goes on without a connection, by what it last read.

use leptos::{ev, prelude::*};
use shared::{
    identity::wire::Me,
    list::List,
    problem::Problem,
    slips::wire::{
        Handover, LookUpRequest, OfflineRedemption, RedeemRequest, Redeemed, SlipKeys, SyncRequest, Synced, Waiting,
    },
};

use super::{
    desk,
    desk_words::{
        AS_OF, CONFLICTS, EYE, LOOK_UP, NEVER_ONLINE, NO_HALL, NOT_LISTED, NOT_LISTED_WHY, OFFLINE, ONLINE,
        PROPERTY_ONLINE, PROPERTY_ONLINE_WHY, READ, READ_HINT, SENT, TITLE, TO_CONSOLE, TO_SHELF, UNSENT,
    },
    local, sign,
    verify::{self, Refusal},
};
use crate::{
    api::{self, Failure, STAFF},
    browser, dates, identity,
    language::{filled, language, t},
    scanning::{self, scanner},
    ui::{Deed, Load, Remote, View, el, fragment, live, notice, skeleton},
};

/// How often the list is read and what was not sent is sent, in milliseconds.
const EVERY: u64 = 20_000;

/// What the console shows.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Nothing was scanned.
    Idle,
    /// The server says what to hand over.
    Online(String, Box<Handover>),
    /// The list of the site says what to hand over.
    Offline(String, Box<Waiting>),
    /// It may be handed over: what, its number, to whom.
    Done(String, String, String),
    /// It may not: what happened, and what to do.
    Refused(String, String, Vec<String>),
}

/// The console.
#[derive(Clone, Copy)]
pub struct Console {
    /// What it shows.
    pub step: RwSignal<Step>,
    /// What is being done.
    pub deed: Deed,
    connected: RwSignal<bool>,
    unsent: RwSignal<usize>,
}

/// The page. A console that has read its list once opens without a connection too.
pub fn console() -> View {
    document().set_title(t(TITLE));
    let me = Remote::<Me>::fetch(STAFF, "/me?kind=staff");
    live(move || match me.state.get() {
        Load::Waiting => skeleton(6),
        Load::Failed(Failure::Lost) if local::keys().is_some() => open(false),
        Load::Failed(Failure::Lost) => notice("bad", t(NEVER_ONLINE)),
        Load::Ready(Me::Staff(staff)) if staff.hall.is_none() => notice("bad", t(NO_HALL)),
        Load::Ready(Me::Staff(_)) => open(true),
        Load::Ready(Me::Resident(_)) | Load::Failed(_) => identity::gate(|_| open(true)),
    })
}

fn open(connected: bool) -> View {
    let console = Console {
        step: RwSignal::new(Step::Idle),
        deed: Deed::new(),
        connected: RwSignal::new(connected),
        unsent: RwSignal::new(local::unsent().len()),
    };
    local::keep_page();
    console.exchange();
    browser::every(EVERY, move || console.exchange());
    let back = window_event_listener(ev::online, move |_| console.exchange());
    let gone = window_event_listener(ev::offline, move |_| console.connected.set(false));
    on_cleanup(move || {
        back.remove();
        gone.remove();
    });
    el("main")
        .class("console redeem")
        .child(
            el("header")
                .class("console-top")
                .child(el("h1").child(t(TITLE)))
                .child(live(move || console.connection()))
                .child(
                    el("a")
                        .class("text-button console-who")
                        .attr("href", "/redeem/shelf")
                        .child(t(TO_SHELF)),
                )
                .child(
                    el("a")
                        .class("text-button")
                        .attr("href", "/console")
                        .child(t(TO_CONSOLE)),
                ),
        )
        .child(live(move || match console.step.get() {
            Step::Idle => reader(console),
            step => desk::shown(console, step),
        }))
        .child(console.deed.outcome())
}

fn reader(console: Console) -> View {
    let typed = RwSignal::new(String::new());
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        let text = typed.get_untracked();
        typed.set(String::new());
        console.look_up(text);
    };
    fragment()
        .child(
            el("form")
                .class("reader")
                .on("submit", send)
                .child(el("label").attr("for", "slip").child(t(READ)))
                .child(
                    el("input")
                        .attr("id", "slip")
                        .attr("autocomplete", "off")
                        .attr("autocapitalize", "off")
                        .attr("spellcheck", "false")
                        .attr("placeholder", t(READ_HINT))
                        .live_prop("value", move || typed.get())
                        .on("input", move |event| typed.set(event_target_value(&event)))
                        .focused(),
                )
                .child(
                    el("button")
                        .attr("type", "submit")
                        .class("button primary")
                        .child(t(LOOK_UP)),
                ),
        )
        .child(scanner(Some(scanning::own), move |text| console.look_up(text)))
}

fn told(problem: &Problem) -> Step {
    let problem = problem.clone().translated(language());
    let lines = desk::particulars(&problem);
    Step::Refused(problem.title, problem.detail, lines)
}

impl Console {
    fn is_connected(self) -> bool {
        self.connected.get_untracked() && window().navigator().on_line()
    }

    /// How the console is connected, and what is not sent.
    fn connection(self) -> View {
        let connected = self.connected.get();
        let unsent = self.unsent.get();
        let keys = local::keys();
        let (class, words) = if connected {
            ("live", ONLINE)
        } else {
            ("live off", OFFLINE)
        };
        let list = keys.map(|keys| {
            let count = keys.waiting.len().to_string();
            el("span")
                .class("console-since")
                .child(filled(AS_OF, &[&dates::clock(keys.as_of), &count]))
        });
        let conflicts = local::conflicts();
        fragment()
            .child(el("span").class(class).attr("role", "status").child(t(words)))
            .child(list)
            .child((unsent > 0).then(|| {
                el("strong")
                    .class("unsent")
                    .child(filled(UNSENT, &[&unsent.to_string()]))
            }))
            .child((unsent == 0 && connected).then(|| el("span").class("console-since").child(t(SENT))))
            .child((conflicts > 0).then(|| notice("bad", filled(CONFLICTS, &[&conflicts.to_string()]))))
    }

    /// Sends what was handed over without a connection, and reads the list again.
    fn exchange(self) {
        browser::beside(Box::pin(async move {
            let outcome = self.exchanged().await;
            self.connected.try_set(!matches!(outcome, Err(Failure::Lost)));
            self.unsent.try_set(local::unsent().len());
        }));
    }

    async fn exchanged(self) -> Result<(), Failure> {
        let redemptions = local::unsent();
        if !redemptions.is_empty() {
            let answer: List<Synced> = STAFF
                .post("/slip-redemptions/sync", &SyncRequest { redemptions })
                .await?;
            let nonces: Vec<String> = answer.items.iter().map(|one| one.nonce.clone()).collect();
            let refused = answer.items.iter().filter(|one| one.problem.is_some()).count();
            local::sent(&nonces, refused);
        }
        local::keep_keys(STAFF.get::<SlipKeys>("/slip-keys").await?);
        Ok(())
    }

    /// Finds what a slip is for.
    fn look_up(self, text: String) {
        let token = text.trim_matches(['\r', '\n', '\t']).to_owned();
        if token.is_empty() {
            return;
        }
        if !self.is_connected() {
            self.judge_offline(token);
            return;
        }
        self.deed.run(async move {
            let asked = LookUpRequest { token: token.clone() };
            match STAFF.post::<Handover>("/slip-look-ups", &asked).await {
                Ok(handover) => {
                    self.step.try_set(Step::Online(token, Box::new(handover)));
                }
                Err(Failure::Lost) => {
                    self.connected.try_set(false);
                    self.judge_offline(token);
                }
                Err(failure) if failure.asks_for_sign_in() => return Err(failure),
                Err(Failure::Refused(problem)) => self.refuse(told(&problem)),
                Err(failure) => return Err(failure),
            }
            Ok(())
        });
    }

    fn refuse(self, step: Step) {
        desk::speak(false);
        self.step.try_set(step);
    }

    fn judge_offline(self, token: String) {
        let Some(keys) = local::keys() else {
            self.refuse(Step::Refused(t(NEVER_ONLINE).to_owned(), String::new(), Vec::new()));
            return;
        };
        let plain = |title, advice| Step::Refused(t(title).to_owned(), t(advice).to_owned(), Vec::new());
        match verify::judge(&token, &keys, browser::now()) {
            Ok(waiting) => {
                self.step.try_set(Step::Offline(token, Box::new(waiting)));
            }
            Err(Refusal::Problem(problem)) => self.refuse(told(&problem)),
            Err(Refusal::NotListed) => self.refuse(plain(NOT_LISTED, NOT_LISTED_WHY)),
            Err(Refusal::Property) => self.refuse(plain(PROPERTY_ONLINE, PROPERTY_ONLINE_WHY)),
        }
    }

    /// Redeems with the server. The number of the redemption stays the same until it is answered.
    pub fn redeem(self, token: String, nonce: String, code: String, id_number: String, signs: bool) {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        self.deed.run(async move {
            let wish = RedeemRequest {
                token,
                nonce,
                code: given(code),
                id_number: given(id_number),
                signature: if signs { sign::drawing() } else { None },
            };
            match STAFF.post::<Redeemed>("/slip-redemptions", &wish).await {
                Ok(done) => {
                    desk::speak(true);
                    self.step.try_set(Step::Done(done.item, done.reference, done.holder));
                }
                Err(Failure::Refused(problem)) if desk::is_final(&problem) => self.refuse(told(&problem)),
                Err(failure) => return Err(failure),
            }
            Ok(())
        });
    }

    /// Hands over without a connection: the log is written first.
    pub fn redeem_offline(self, token: String, waiting: &Waiting) {
        let done = OfflineRedemption {
            token,
            nonce: api::new_key(),
            at: browser::now(),
        };
        local::log(done, waiting);
        self.unsent.set(local::unsent().len());
        desk::speak(true);
        self.step.set(Step::Done(
            waiting.item.clone(),
            waiting.reference.clone(),
            waiting.holder.clone(),
        ));
    }

    /// What to look at when nothing can be asked.
    pub fn by_eye() -> View {
        notice("good", t(EYE))
    }
}
