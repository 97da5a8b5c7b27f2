//! The fresh proof that a sensitive step takes: the passkey, or a code by text for who has none.

use js_sys::{Function, Promise};
use leptos::prelude::*;
use shared::identity::{
    passkeys::{PROOF_REQUIRED, Proof, ProofQuestion, ProofQuestionRequest, ProofRequest, Step},
    rules::LoginCode,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    webauthn,
    words::{CODE, CODE_HINT, CODE_WRONG, PASSKEY_ELSEWHERE, PASSKEY_NOT_USED, PROVE, PROVE_WHY, PROVEN_BY_CODE},
};
use crate::{
    api::{AUTHORIZED, Failure},
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, View, dialog, el, fragment, live, notice},
};

/// Asks for a fresh proof where a step takes one.
#[derive(Clone, Copy)]
pub struct Prover {
    /// The step for which a code is being typed.
    asked: RwSignal<Option<Step>>,
    /// What waits for the code.
    waiting: StoredValue<Option<Function>, LocalStorage>,
    /// What the resident has to be told.
    told: RwSignal<Option<Phrase>>,
}

impl Prover {
    /// One that has asked for nothing yet.
    pub fn new() -> Self {
        Self {
            asked: RwSignal::new(None),
            waiting: StoredValue::new_local(None),
            told: RwSignal::new(None),
        }
    }

    /// Takes a step, with a proof if it takes one; nothing when the resident would not give it.
    pub async fn with<T>(self, step: Step, act: impl AsyncFn() -> Result<T, Failure>) -> Result<Option<T>, Failure> {
        match act().await {
            Err(failure) if failure.is(&PROOF_REQUIRED) => {
                if self.proves(step).await? {
                    act().await.map(Some)
                } else {
                    Ok(None)
                }
            }
            taken => taken.map(Some),
        }
    }

    /// Asks for a proof; whether it was given.
    pub async fn proves(self, step: Step) -> Result<bool, Failure> {
        self.told.try_set(None);
        let asked = ProofQuestionRequest { step };
        let question = match AUTHORIZED.post("/me/proof-questions", &asked).await? {
            ProofQuestion::Passkey(question) => question,
            ProofQuestion::Code(_) => return Ok(self.types_code(step).await),
        };
        if !webauthn::available() {
            self.told.try_set(Some(PASSKEY_ELSEWHERE));
            return Ok(false);
        }
        let Some(answer) = webauthn::sign(&question).await else {
            self.told.try_set(Some(PASSKEY_NOT_USED));
            return Ok(false);
        };
        prove(step, Proof::Passkey(answer)).await?;
        Ok(true)
    }

    async fn types_code(self, step: Step) -> bool {
        let typed = Promise::new(&mut |typed, _| {
            self.waiting.try_set_value(Some(typed));
        });
        self.asked.try_set(Some(step));
        JsFuture::from(typed).await.is_ok_and(|proven| proven.is_truthy())
    }

    fn closes(self, proven: bool) {
        let waiting = self.waiting.try_update_value(Option::take).flatten();
        if let Some(waiting) = waiting {
            waiting.call1(&JsValue::NULL, &JsValue::from_bool(proven)).ok();
        }
        self.asked.try_set(None);
    }

    /// Where the code is typed, and what the resident is told.
    pub fn view(self) -> View {
        let told = live(move || self.told.get().map(|words| notice("info", t(words))));
        let typed = live(move || self.asked.get().map(|step| self.dialog(step)));
        fragment()
            .child(el("div").attr("role", "status").child(told))
            .child(typed)
    }

    fn dialog(self, step: Step) -> View {
        let code = Field::new(|text| text.parse::<LoginCode>().is_err().then_some(CODE_WRONG));
        let deed = Deed::new();
        let send = move |event: web_sys::Event| {
            event.prevent_default();
            if code.is_right() {
                deed.run(async move {
                    prove(step, Proof::Code(code.now())).await?;
                    self.closes(true);
                    Ok(())
                });
            }
        };
        let form = el("form")
            .on("submit", send)
            .child(el("p").class("small").child(t(PROVE_WHY)))
            .child(el("div").class("cells").child(code.view(
                "proof-code",
                CODE,
                CODE_HINT,
                Keyboard::OneTimeCode,
                None,
            )))
            .child(deed.outcome())
            .child(
                el("div")
                    .class("actions")
                    .child(ui::submit(PROVEN_BY_CODE, deed, move || code.is_right())),
            );
        dialog(t(PROVE).to_owned(), move || self.closes(false), form)
    }
}

async fn prove(step: Step, proof: Proof) -> Result<(), Failure> {
    AUTHORIZED
        .post_silently("/me/proofs", &ProofRequest { step, proof })
        .await
}
