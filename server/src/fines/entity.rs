//! The rows of fines; the migrations describe them.

pub mod violation {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "violations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub violation_no: String,
        pub person_id: Uuid,
        pub plate_no: Vec<u8>,
        pub occurred_at: DateTimeUtc,
        pub place: String,
        pub conduct: String,
        pub conduct_code: Option<String>,
        pub legal_basis: String,
        pub fine_fen: i64,
        pub points: i32,
        pub procedure: String,
        pub status: String,
        pub photo_url: Option<String>,
        pub objection: Option<Vec<u8>>,
        pub handled_at: Option<DateTimeUtc>,
        pub warned_by: Option<String>,
        pub received_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod decision {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "decisions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub decision_no: String,
        pub violation_no: Option<String>,
        pub person_id: Uuid,
        pub facts: String,
        pub legal_basis: String,
        pub fine_fen: i64,
        pub points: i32,
        pub decided_on: Date,
        pub received_on: Date,
        pub due_on: Date,
        pub surcharge_fen: i64,
        #[sea_orm(column_type = "JsonBinary")]
        pub suspensions: Json,
        pub status: String,
        pub withdrawn_on: Option<Date>,
        pub agency: String,
        pub payment_id: Option<Uuid>,
        pub paid_at: Option<DateTimeUtc>,
        pub changed_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod decision_payer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "decision_payers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub decision_id: Uuid,
        pub since: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod wechat_payer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "wechat_payers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        pub openid: Vec<u8>,
        pub since: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod payment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub decision_id: Uuid,
        pub resident_id: Uuid,
        pub channel: String,
        pub out_trade_no: String,
        pub amount_fen: i64,
        pub quoted_on: Date,
        pub expires_at: DateTimeUtc,
        pub status: String,
        pub request: Vec<u8>,
        pub prepay_id: Option<String>,
        pub url: Option<String>,
        pub ask_at: Option<DateTimeUtc>,
        pub asked: i32,
        pub claimed_at: Option<DateTimeUtc>,
        pub transaction_id: Option<String>,
        pub paid_at: Option<DateTimeUtc>,
        pub source: Option<String>,
        pub settled_on: Option<Date>,
        pub booked_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod ledger_entry {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub kind: String,
        pub reference: String,
        pub amount_fen: i64,
        pub day: Date,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod refund {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refunds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub out_refund_no: String,
        pub amount_fen: i64,
        pub reason: String,
        pub route: String,
        pub status: String,
        pub replaces: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub done_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod receipt {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub status: String,
        pub code: Option<String>,
        pub number: Option<String>,
        pub check_code: Option<String>,
        pub payment_code: Option<String>,
        pub issued_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod exception {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_exceptions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub kind: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub detail: Json,
        pub status: String,
        pub at: DateTimeUtc,
        pub decided_by: Option<Uuid>,
        pub note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod message {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub way: String,
        pub about: String,
        pub outcome: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub detail: Json,
        pub first_at: DateTimeUtc,
        pub last_at: DateTimeUtc,
        pub times: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod refund_request {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refund_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub payment_id: Uuid,
        pub reason: String,
        pub status: String,
        pub requested_by: Uuid,
        pub requested_at: DateTimeUtc,
        pub decided_by: Option<Uuid>,
        pub decided_at: Option<DateTimeUtc>,
        pub note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod alert {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_alerts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub reference: String,
        pub raised_at: DateTimeUtc,
        pub seen_by: Option<Uuid>,
        pub seen_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod task {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outside_tasks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub subject_id: Uuid,
        pub status: String,
        pub due_at: DateTimeUtc,
        pub leased_until: Option<DateTimeUtc>,
        pub fence: i64,
        pub attempts: i32,
        pub failure: Option<String>,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod day {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reconciliation_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        pub status: String,
        pub received_fen: i64,
        pub refunded_fen: i64,
        pub fee_fen: i64,
        pub recovered: i32,
        pub run_at: DateTimeUtc,
        pub signed_by: Option<Uuid>,
        pub signed_at: Option<DateTimeUtc>,
        pub note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod day_break {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reconciliation_breaks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub day: Date,
        pub kind: String,
        pub reference: String,
        pub ours_fen: Option<i64>,
        pub theirs_fen: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
