//! The rows of slips; the migrations describe them.

pub mod slip {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slips")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub source: String,
        pub person_id: Uuid,
        pub resident_id: Option<Uuid>,
        pub hall_id: Uuid,
        pub status: String,
        pub item_zh: String,
        pub item_en: String,
        pub reference: String,
        pub ready_at: Option<DateTimeUtc>,
        pub kept_until: Option<DateTimeUtc>,
        pub serial: i32,
        pub reminders: i32,
        pub wrong_codes: i32,
        pub mail_recipient: Option<Vec<u8>>,
        pub mail_phone: Option<Vec<u8>>,
        pub mail_address: Option<Vec<u8>>,
        pub tracking: Option<String>,
        pub created_at: DateTimeUtc,
        pub changed_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod token {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slip_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_index: Vec<u8>,
        pub slip_id: Uuid,
        pub serial: i32,
        pub medium: String,
        pub key_id: i32,
        pub hall_id: Uuid,
        pub not_before: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub revoked_for: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod proxy {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slip_proxies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub slip_id: Uuid,
        pub name: Vec<u8>,
        pub id_number: Vec<u8>,
        pub id_number_index: Vec<u8>,
        pub phone: Vec<u8>,
        pub until: DateTimeUtc,
        pub letter: Vec<u8>,
        pub letter_type: String,
        pub created_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod redemption {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slip_redemptions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slip_id: Uuid,
        pub nonce: String,
        pub token_index: Vec<u8>,
        pub hall_id: Uuid,
        pub counter_number: Option<i32>,
        pub staff_id: Uuid,
        pub proxy_id: Option<Uuid>,
        pub id_checked: bool,
        pub offline: bool,
        pub signature: Option<Vec<u8>>,
        pub at: DateTimeUtc,
        pub recorded_at: DateTimeUtc,
        pub locker_id: Option<Uuid>,
        pub compartment: Option<i32>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod compartment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slip_compartments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slip_id: Uuid,
        pub locker_id: Uuid,
        pub number: i32,
        pub stored_by: Uuid,
        pub stored_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod key {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "slip_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
