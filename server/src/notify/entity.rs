//! The rows of this slice, and the words of their columns.

/// Where a message stands.
pub mod status {
    /// It is to be sent, or its attempt is under way.
    pub const PENDING: &str = "pending";
    /// A provider took it.
    pub const ACCEPTED: &str = "accepted";
    /// The phone has it.
    pub const DELIVERED: &str = "delivered";
    /// The carrier could not deliver it.
    pub const UNDELIVERED: &str = "undelivered";
    /// The resident wants no notices by text.
    pub const DECLINED: &str = "declined";
    /// Its time passed before it could be sent.
    pub const EXPIRED: &str = "expired";
    /// A later message says more.
    pub const SUPERSEDED: &str = "superseded";
    /// What it tells of was corrected or taken back.
    pub const WITHDRAWN: &str = "withdrawn";
    /// No provider takes it; somebody has to look.
    pub const DEAD: &str = "dead";
}

/// What is known of an attempt.
pub mod outcome {
    /// The call is being made, or was when the process ended.
    pub const STARTED: &str = "started";
    /// The call had no answer that tells.
    pub const UNKNOWN: &str = "unknown";
    /// The provider took the message.
    pub const ACCEPTED: &str = "accepted";
    /// The provider did not take it this time.
    pub const TRANSIENT: &str = "transient";
    /// No provider will ever take it.
    pub const PERMANENT: &str = "permanent";
    /// The provider was asked and never had it.
    pub const NOT_SENT: &str = "not-sent";
}

/// The channel of what is told on a phone, by whichever way it gets there.
pub const SMS: &str = "sms";

pub mod message {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub event: String,
        pub channel: String,
        /// By what it goes: see [`Way`](shared::notify::way::Way).
        pub way: String,
        pub subject: Option<String>,
        pub resident_id: Option<Uuid>,
        pub recipient: Option<Vec<u8>>,
        pub recipient_index: Vec<u8>,
        pub template: String,
        pub topic: String,
        pub variables: Vec<u8>,
        pub priority: i32,
        pub status: String,
        pub created_at: DateTimeUtc,
        pub wanted_at: DateTimeUtc,
        pub due_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub leased_until: Option<DateTimeUtc>,
        pub fence: i64,
        pub attempts: i32,
        pub provider: Option<String>,
        pub accepted_at: Option<DateTimeUtc>,
        pub delivered_at: Option<DateTimeUtc>,
        pub check_at: Option<DateTimeUtc>,
        pub checks: i32,
        pub failure: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attempt {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub message_id: Uuid,
        pub provider: String,
        pub phone_index: Vec<u8>,
        pub started_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
        pub outcome: String,
        pub provider_id: Option<String>,
        pub detail: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod receipt {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_receipts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub attempt_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub verdict: String,
        pub code: Option<String>,
        pub reported_at: DateTimeUtc,
        pub received_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod opt_out {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_opt_outs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub phone_index: Vec<u8>,
        pub since: DateTimeUtc,
        pub source: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The words that the bureau's content files keep; this slice has one row there.
pub mod vocabulary {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vocabulary")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub content: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
