//! The rows of fines; the migrations describe them.

macro_rules! rows {
    ($($module:ident = $table:literal { $($(#[$attribute:meta])* $field:ident: $kind:ty,)* })*) => {$(
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[sea_orm::model]
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $field: $kind,)*
            }

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

rows! {
    violation = "violations" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        violation_no: String,
        person_id: Uuid,
        plate_no: Vec<u8>,
        occurred_at: DateTimeUtc,
        place: String,
        conduct: String,
        legal_basis: String,
        fine_fen: i64,
        points: i32,
        procedure: String,
        status: String,
        photo_url: Option<String>,
        objection: Option<Vec<u8>>,
        handled_at: Option<DateTimeUtc>,
        received_at: DateTimeUtc,
    }
    decision = "decisions" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        decision_no: String,
        violation_no: Option<String>,
        person_id: Uuid,
        facts: String,
        legal_basis: String,
        fine_fen: i64,
        points: i32,
        decided_on: Date,
        received_on: Date,
        due_on: Date,
        surcharge_fen: i64,
        #[sea_orm(column_type = "JsonBinary")]
        suspensions: Json,
        status: String,
        withdrawn_on: Option<Date>,
        agency: String,
        payment_id: Option<Uuid>,
        paid_at: Option<DateTimeUtc>,
        changed_at: DateTimeUtc,
    }
    decision_payer = "decision_payers" {
        #[sea_orm(primary_key, auto_increment = false)]
        resident_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        decision_id: Uuid,
        since: DateTimeUtc,
    }
    wechat_payer = "wechat_payers" {
        #[sea_orm(primary_key, auto_increment = false)]
        resident_id: Uuid,
        openid: Vec<u8>,
        since: DateTimeUtc,
    }
    payment = "payments" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        decision_id: Uuid,
        resident_id: Uuid,
        channel: String,
        out_trade_no: String,
        amount_fen: i64,
        quoted_on: Date,
        expires_at: DateTimeUtc,
        status: String,
        request: Vec<u8>,
        prepay_id: Option<String>,
        url: Option<String>,
        ask_at: Option<DateTimeUtc>,
        asked: i32,
        transaction_id: Option<String>,
        paid_at: Option<DateTimeUtc>,
        source: Option<String>,
        settled_on: Option<Date>,
        booked_at: Option<DateTimeUtc>,
        created_at: DateTimeUtc,
    }
    ledger_entry = "ledger_entries" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        payment_id: Uuid,
        kind: String,
        reference: String,
        amount_fen: i64,
        day: Date,
        at: DateTimeUtc,
    }
    refund = "refunds" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        payment_id: Uuid,
        out_refund_no: String,
        amount_fen: i64,
        reason: String,
        route: String,
        status: String,
        replaces: Option<Uuid>,
        created_at: DateTimeUtc,
        done_at: Option<DateTimeUtc>,
    }
    receipt = "receipts" {
        #[sea_orm(primary_key, auto_increment = false)]
        payment_id: Uuid,
        status: String,
        code: Option<String>,
        number: Option<String>,
        check_code: Option<String>,
        payment_code: Option<String>,
        issued_at: Option<DateTimeUtc>,
    }
    exception = "payment_exceptions" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        payment_id: Uuid,
        kind: String,
        #[sea_orm(column_type = "JsonBinary")]
        detail: Json,
        status: String,
        at: DateTimeUtc,
    }
    task = "outside_tasks" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        kind: String,
        subject_id: Uuid,
        status: String,
        due_at: DateTimeUtc,
        leased_until: Option<DateTimeUtc>,
        fence: i64,
        attempts: i32,
        failure: Option<String>,
        created_at: DateTimeUtc,
    }
    day = "reconciliation_days" {
        #[sea_orm(primary_key, auto_increment = false)]
        day: Date,
        status: String,
        received_fen: i64,
        refunded_fen: i64,
        fee_fen: i64,
        recovered: i32,
        run_at: DateTimeUtc,
        signed_by: Option<Uuid>,
        signed_at: Option<DateTimeUtc>,
        note: Option<String>,
    }
    day_break = "reconciliation_breaks" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        day: Date,
        kind: String,
        reference: String,
        ours_fen: Option<i64>,
        theirs_fen: Option<i64>,
    }
}
