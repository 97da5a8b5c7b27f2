//! The rows of appointments; the migrations describe them.

pub mod window {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "windows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub group_id: Uuid,
        pub day: Date,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub online_quota: i32,
        pub online_taken: i32,
        pub onsite_quota: i32,
        pub onsite_taken: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod appointment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "appointments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub window_id: Uuid,
        pub hall_id: Uuid,
        pub service_id: Uuid,
        pub person_id: Uuid,
        pub resident_id: Uuid,
        pub day: Date,
        pub code: String,
        pub status: String,
        pub hold_expires_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
        pub changed_at: DateTimeUtc,
        pub ticket_id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
