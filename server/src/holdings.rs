//! What the database holds: for every table what is sealed in it, whose it is, how long it is kept, and what becomes of it when an
//! account is closed. Retention, the export of one's data, the closing of an account and the change of keys all go by this list.
//!
//! A table that is missing here fails a test, and so does a sealed field.

pub use crate::platform::holding::{Closing, Holding, Kept, Of};

const FISCAL: &str = "《会计档案管理办法》附表一：会计凭证保管30年";
const CASES: &str = "随案卷归档保管";
const DECISIONS: &str = "行政处罚案卷归档保管";
const LOGS: &str = "《网络安全法》：网络日志留存不少于六个月";
const ARRANGED: Kept = Kept::While("the bureau's own arrangement; replaced when it changes");
const COUNTED: Kept = Kept::While("statistics of halls: without a name, only ids");

const ACCOUNT: Kept = Kept::While("the account is open");

/// Every table. Rows are removed in this order, so that what refers to others goes before them.
pub const HOLDINGS: &[Holding] = &[
    // Identity.
    Holding::owned(
        "residents",
        Of::Resident("id"),
        &["language", "created_at"],
        ACCOUNT,
        Closing::Removed,
    )
    .sealing(&["phone"])
    .indexing(&["phone_index"]),
    Holding::owned(
        "persons",
        Of::Person("id"),
        &["created_at"],
        Kept::While("an account, a booking, a decision or a case refers to the person"),
        Closing::Stays,
    )
    .sealing(&["name", "id_number"])
    .indexing(&["id_number_index"]),
    Holding::owned(
        "family_members",
        Of::Resident("resident_id"),
        &["relation", "created_at"],
        ACCOUNT,
        Closing::Removed,
    )
    .by("resident_id"),
    Holding::owned(
        "consents",
        Of::Resident("resident_id"),
        &["subject", "version", "given_at", "withdrawn_at"],
        ACCOUNT,
        Closing::Removed,
    ),
    Holding::owned(
        "sessions",
        Of::Resident("subject_id"),
        &["client", "created_at", "refreshed_at", "revoked_at"],
        Kept::Days {
            days: 180,
            after: "expires_at",
            why: LOGS,
        },
        Closing::Stays,
    ),
    Holding::of_nobody(
        "login_codes",
        Kept::Days {
            days: 1,
            after: "issued_at",
            why: "a code works for five minutes; a day lets abuse be looked into",
        },
    )
    .by("phone_index"),
    Holding::owned(
        "wechat_links",
        Of::Resident("resident_id"),
        &["notices", "since"],
        ACCOUNT,
        Closing::Removed,
    )
    .by("resident_id")
    .sealing(&["openid"])
    .indexing(&["openid_index"]),
    Holding::of_nobody(
        "wechat_questions",
        Kept::Days {
            days: 1,
            after: "asked_at",
            why: "a question to WeChat is open for a quarter of an hour; a day lets abuse be looked into",
        },
    )
    .sealing(&["openid"]),
    Holding::owned(
        "passkeys",
        Of::Resident("resident_id"),
        &["created_at", "used_at"],
        ACCOUNT,
        Closing::Removed,
    )
    .sealing(&["name"]),
    Holding::of_nobody(
        "passkey_questions",
        Kept::Days {
            days: 1,
            after: "asked_at",
            why: "a question to a passkey is open for five minutes; a day lets abuse be looked into",
        },
    )
    .by("challenge_hash"),
    Holding::of_nobody(
        "fresh_proofs",
        Kept::Days {
            days: 1,
            after: "proven_at",
            why: "a proof is good for five minutes; a day lets abuse be looked into",
        },
    )
    .by("session_id"),
    Holding::of_nobody("staff", Kept::While("the audit log names the account"))
        .sealing(&["totp_secret"])
        .indexing(&["id_number_index"]),
    Holding::of_nobody(
        "account_changes",
        Kept::Days {
            days: 180,
            after: "at",
            why: LOGS,
        },
    ),
    Holding::of_nobody("devices", Kept::While("the audit log names the device")),
    // Texts.
    Holding::owned(
        "messages",
        Of::Resident("resident_id"),
        &["template", "status", "created_at"],
        Kept::While("codes a day, other texts as long as notify/sweep.rs says"),
        Closing::Stays,
    )
    .sealing(&["recipient", "variables"]),
    Holding::of_nobody("message_attempts", Kept::While("the text")),
    Holding::of_nobody("message_receipts", Kept::While("the text")).by("attempt_id"),
    Holding::of_nobody("message_opt_outs", Kept::While("the number does not want texts")).by("phone_index"),
    // Bookings and the queue.
    Holding::owned(
        "strikes",
        Of::Resident("resident_id"),
        &["kind", "status", "at", "appealed_at", "decided_at", "reason"],
        Kept::While("the booking"),
        Closing::Stays,
    )
    .sealing(&["appeal"]),
    Holding::owned(
        "waitlist",
        Of::Resident("resident_id"),
        &["status", "day", "created_at"],
        Kept::While("the booking rules count it"),
        Closing::Removed,
    )
    .under_way_if("status IN ('waiting', 'offered')"),
    Holding::owned(
        "appointments",
        Of::Resident("resident_id"),
        &["code", "status", "day", "created_at", "changed_at"],
        Kept::While("the bureau's record of what it served"),
        Closing::Stays,
    )
    .under_way_if("status IN ('held', 'confirmed', 'checked_in')"),
    Holding::owned(
        "collective_bookings",
        Of::Resident("contact_id"),
        &["organisation", "day", "created_at"],
        Kept::While("the bureau's record of what it served"),
        Closing::Stays,
    ),
    Holding::of_nobody("collective_members", Kept::While("the appointment")).by("appointment_id"),
    Holding::owned(
        "tickets",
        Of::Resident("resident_id"),
        &[
            "number",
            "status",
            "day",
            "entered_at",
            "called_at",
            "served_at",
            "finished_at",
        ],
        COUNTED,
        Closing::Stays,
    ),
    Holding::of_nobody("ratings", COUNTED)
        .by("ticket_id")
        .sealing(&["comment"]),
    Holding::of_nobody(
        "wait_estimates",
        Kept::Days {
            days: 90,
            after: "issued_at",
            why: "how good estimates were is looked at by the quarter",
        },
    )
    .by("ticket_id"),
    Holding::of_nobody(
        "queue_events",
        Kept::Days {
            days: 365,
            after: "at",
            why: "complaints about a call come within the year",
        },
    ),
    Holding::of_nobody("counter_sessions", COUNTED),
    Holding::of_nobody("ticket_sequences", ARRANGED).by("hall_id"),
    Holding::of_nobody("windows", COUNTED),
    Holding::of_nobody("closures", ARRANGED),
    Holding::of_nobody("declared_holidays", ARRANGED).by("day"),
    Holding::of_nobody("pending_returns", Kept::While("the seat is on its way back")),
    // Slips.
    Holding::owned(
        "slips",
        Of::Resident("resident_id"),
        &[
            "kind",
            "item_zh",
            "reference",
            "status",
            "ready_at",
            "tracking",
            "created_at",
        ],
        Kept::While("the record of what was handed over to whom"),
        Closing::Stays,
    )
    .sealing(&["mail_recipient", "mail_phone", "mail_address"])
    .under_way_if("status IN ('preparing', 'ready', 'to_mail')"),
    Holding::of_nobody("slip_proxies", Kept::While("the slip"))
        .sealing(&["name", "id_number", "phone", "letter"])
        .indexing(&["id_number_index"]),
    Holding::of_nobody("slip_redemptions", Kept::While("the slip"))
        .by("slip_id")
        .sealing(&["signature"]),
    Holding::of_nobody("slip_tokens", Kept::While("the slip")).by("token_index"),
    Holding::of_nobody("slip_compartments", Kept::While("the document lies in the locker")).by("slip_id"),
    Holding::of_nobody("slip_keys", ARRANGED),
    // Fines.
    Holding::owned(
        "violations",
        Of::Person("person_id"),
        &[
            "violation_no",
            "occurred_at",
            "place",
            "conduct",
            "fine_fen",
            "points",
            "status",
        ],
        Kept::ByLaw(DECISIONS),
        Closing::Stays,
    )
    .sealing(&["plate_no", "objection"]),
    Holding::owned(
        "decisions",
        Of::Person("person_id"),
        &[
            "decision_no",
            "facts",
            "legal_basis",
            "fine_fen",
            "points",
            "decided_on",
            "status",
        ],
        Kept::ByLaw(DECISIONS),
        Closing::Stays,
    ),
    Holding::owned(
        "payments",
        Of::Resident("resident_id"),
        &["channel", "amount_fen", "status", "paid_at"],
        Kept::ByLaw(FISCAL),
        Closing::Stays,
    )
    .sealing(&["request"])
    .under_way_if(
        "status IN ('preparing', 'awaiting_payment', 'unknown', 'refund_pending', 'treasury_refund_requested')",
    ),
    Holding::owned(
        "wechat_payers",
        Of::Resident("resident_id"),
        &["since"],
        ACCOUNT,
        Closing::Removed,
    )
    .by("resident_id")
    .sealing(&["openid"]),
    Holding::owned(
        "decision_payers",
        Of::Resident("resident_id"),
        &["since"],
        Kept::ByLaw(FISCAL),
        Closing::Stays,
    )
    .by("resident_id"),
    Holding::of_nobody("receipts", Kept::ByLaw(FISCAL)).by("payment_id"),
    Holding::of_nobody("refunds", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("refund_requests", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("payment_messages", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("ledger_entries", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("payment_exceptions", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("payment_alerts", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("reconciliation_days", Kept::ByLaw(FISCAL)).by("day"),
    Holding::of_nobody("reconciliation_breaks", Kept::ByLaw(FISCAL)),
    Holding::of_nobody("outside_tasks", Kept::ByLaw(FISCAL)),
    // Cases.
    Holding::of_nobody("cases", Kept::ByLaw(CASES)).sealing(&["title"]),
    Holding::owned(
        "case_parties",
        Of::Person("person_id"),
        &["role", "valid_until", "since"],
        Kept::ByLaw(CASES),
        Closing::Stays,
    )
    .sealing(&["suspect"]),
    Holding::of_nobody("case_items", Kept::ByLaw(CASES)).sealing(&["name"]),
    Holding::of_nobody("case_publications", Kept::ByLaw(CASES)).sealing(&["details"]),
    Holding::owned(
        "case_reviews",
        Of::Person("person_id"),
        &["requested_at"],
        Kept::ByLaw(CASES),
        Closing::Stays,
    )
    .sealing(&["reason"]),
    Holding::owned(
        "case_subscriptions",
        Of::Resident("resident_id"),
        &["sms", "wechat", "changed_at"],
        ACCOUNT,
        Closing::Removed,
    )
    .by("case_id"),
    Holding::owned(
        "case_return_lists",
        Of::Person("person_id"),
        &["item_no", "filed_at"],
        Kept::ByLaw(CASES),
        Closing::Stays,
    )
    .sealing(&["document"]),
    Holding::of_nobody("case_enquiries", Kept::ByLaw(LOGS)),
    Holding::of_nobody(
        "case_interferences",
        Kept::ByLaw("《领导干部干预司法活动、插手具体案件处理的记录、通报和责任追究规定》"),
    )
    .sealing(&["who", "unit", "what"]),
    // The police systems.
    Holding::of_nobody("upstream_systems", ARRANGED).by("system"),
    Holding::of_nobody(
        "upstream_calls",
        Kept::Days {
            days: 180,
            after: "accepted_at",
            why: LOGS,
        },
    ),
    Holding::of_nobody(
        "upstream_write_backs",
        Kept::Days {
            days: 180,
            after: "heard_at",
            why: LOGS,
        },
    )
    .sealing(&["body"]),
    // The platform.
    Holding::of_nobody("audit_entries", Kept::ByLaw(LOGS)),
    Holding::of_nobody("audit_head", Kept::ByLaw(LOGS)),
    Holding::of_nobody("idempotency_keys", Kept::While("a day, by platform/idempotency.rs")).by("key"),
    Holding::of_nobody("rate_windows", Kept::While("the window of the limit")).by("subject"),
    Holding::of_nobody("field_keys", Kept::While("a row is sealed with the key")).by("number"),
    Holding::of_nobody(
        "deployment_keys",
        Kept::While("a row is sealed, or the audit chain, with the key"),
    )
    .by("number"),
    // What the bureau arranges.
    Holding::of_nobody("halls", ARRANGED),
    Holding::of_nobody("hall_policies", ARRANGED).by("hall_id"),
    Holding::of_nobody("counters", ARRANGED),
    Holding::of_nobody("schedules", ARRANGED),
    Holding::of_nobody("opened_days", ARRANGED).by("day"),
    Holding::of_nobody("calendar_days", ARRANGED).by("day"),
    Holding::of_nobody("calendar_years", ARRANGED).by("year"),
    Holding::of_nobody("services", ARRANGED),
    Holding::of_nobody("service_groups", ARRANGED),
    Holding::of_nobody("hall_groups", ARRANGED).by("group_id"),
    Holding::of_nobody("hall_services", ARRANGED).by("service_id"),
    Holding::of_nobody("vocabulary", ARRANGED).by("name"),
];

/// The table of `docs/data.md`: what `bianmin holdings` prints.
pub fn table() -> String {
    let mut text = String::from(
        "# What is kept, whose it is and for how long · 数据清单与保存期限\n\n\
         Made by `cargo run --package server --bin bianmin -- holdings > docs/data.md` from the list by which the jobs, the export and the \
         closing of an account go.\n\n\
         | Table | Whose | Sealed | Kept | When the account is closed |\n|---|---|---|---|---|\n",
    );
    for holding in HOLDINGS {
        let whose = match holding.of {
            Of::Resident(_) => "an account's",
            Of::Person(_) => "a person's",
            Of::Nobody => "",
        };
        let closing = match (holding.of, holding.closing) {
            (Of::Nobody, _) => "",
            (_, Closing::Removed) => "removed",
            (_, Closing::Stays) => "stays",
        };
        let line = format!(
            "| `{}` | {whose} | {} | {} | {closing} |\n",
            holding.table,
            holding.sealed.join(", "),
            holding.kept
        );
        text.push_str(&line);
    }
    text
}
