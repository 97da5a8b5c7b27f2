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
        pub online_target: Option<i32>,
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
        pub remind_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod strike {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "strikes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub appointment_id: Uuid,
        pub hall_id: Uuid,
        pub person_id: Uuid,
        pub resident_id: Uuid,
        pub kind: String,
        pub status: String,
        pub at: DateTimeUtc,
        pub appeal: Option<Vec<u8>>,
        pub appealed_at: Option<DateTimeUtc>,
        pub decided_by: Option<Uuid>,
        pub decided_at: Option<DateTimeUtc>,
        pub reason: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod pending_return {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pending_returns")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub window_id: Uuid,
        pub due_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod waitlist {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "waitlist")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub group_id: Uuid,
        pub service_id: Uuid,
        pub day: Date,
        pub window_id: Option<Uuid>,
        pub person_id: Uuid,
        pub resident_id: Uuid,
        pub status: String,
        pub hold_id: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub changed_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod closure {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "closures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub group_id: Option<Uuid>,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub reason: String,
        pub created_by: Uuid,
        pub created_at: DateTimeUtc,
        pub lifted_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod collective_booking {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "collective_bookings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub service_id: Uuid,
        pub organisation: String,
        pub contact_id: Uuid,
        pub day: Date,
        pub created_by: Uuid,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod collective_member {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "collective_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub appointment_id: Uuid,
        pub collective_id: Uuid,
        pub line: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod declared_holiday {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "declared_holidays")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        pub declared_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
