//! The rows of upstream; the migration describes them.

pub mod system {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "upstream_systems")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system: String,
        pub last_sequence: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod write_back {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "upstream_write_backs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub system: String,
        pub kind: String,
        pub key: String,
        pub body: Vec<u8>,
        pub attempts: i32,
        pub due_at: DateTimeUtc,
        pub failure: Option<String>,
        pub heard_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod call {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "upstream_calls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub system: String,
        pub nonce: String,
        pub sequence: i64,
        pub path: String,
        pub digest: String,
        pub accepted_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
