//! The rows of identity; the migrations describe them.

pub mod person {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "persons")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: Vec<u8>,
        pub id_number: Vec<u8>,
        pub id_number_index: Vec<u8>,
        pub created_at: DateTimeUtc,
        /// When a police system first vouched for the name; until then residents have claimed it.
        pub vouched_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod resident {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "residents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub phone: Vec<u8>,
        pub phone_index: Vec<u8>,
        pub person_id: Option<Uuid>,
        pub language: String,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod family_member {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "family_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        pub relation: String,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod staff {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub username: String,
        pub name: String,
        pub role: String,
        pub hall_id: Option<Uuid>,
        pub counters: Option<String>,
        pub password_hash: String,
        pub totp_secret: Option<Vec<u8>>,
        pub failures: i32,
        pub locked_until: Option<DateTimeUtc>,
        pub last_totp_step: i64,
        pub created_at: DateTimeUtc,
        pub id_number_index: Option<Vec<u8>>,
        /// Until when the password works with which the account begins; none once its owner has chosen one.
        pub initial_until: Option<DateTimeUtc>,
        pub approved_at: Option<DateTimeUtc>,
        pub approved_by: Option<Uuid>,
        pub ended_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod device {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "devices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub kind: String,
        pub name: String,
        pub key_hash: Vec<u8>,
        pub created_by: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub paired_at: Option<DateTimeUtc>,
        pub revoked_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod session {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub refresh_hash: Vec<u8>,
        pub previous_hash: Option<Vec<u8>>,
        pub refreshed_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub revoked_at: Option<DateTimeUtc>,
        /// On what it was begun, as far as its owner needs to know it again.
        pub client: Option<String>,
        /// When somebody was last active in it, as far as staff go; none in a session that a program from before has begun.
        pub active_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod account_change {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub what: String,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod consent {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub resident_id: Uuid,
        pub subject: String,
        pub version: String,
        pub given_at: DateTimeUtc,
        pub withdrawn_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod wechat_link {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "wechat_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        pub openid: Vec<u8>,
        pub openid_index: Vec<u8>,
        /// Whether notices go to the WeChat rather than by text.
        pub notices: bool,
        pub since: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod wechat_question {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "wechat_questions")]
    pub struct Model {
        /// The `state`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub browser_hash: Vec<u8>,
        /// The openid that the answer brought, while it belongs to no account.
        pub openid: Option<Vec<u8>>,
        pub asked_at: DateTimeUtc,
        pub answered_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod passkey {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "passkeys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub resident_id: Uuid,
        /// What the authenticator calls it.
        pub credential_id: Vec<u8>,
        /// The public key, as the authenticator wrote it.
        pub public_key: Vec<u8>,
        pub counter: i64,
        pub name: Vec<u8>,
        pub created_at: DateTimeUtc,
        pub used_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod passkey_question {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "passkey_questions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub challenge_hash: Vec<u8>,
        /// The browser or the session that may answer.
        pub asker_hash: Vec<u8>,
        pub purpose: String,
        pub asked_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod fresh_proof {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fresh_proofs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub step: String,
        pub proven_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod login_code {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub phone_index: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        pub code_hash: Vec<u8>,
        pub tries: i32,
        pub issued_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
