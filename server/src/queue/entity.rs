//! The rows of the queue; the migrations describe them.

pub mod ticket {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub group_id: Uuid,
        pub service_id: Uuid,
        pub day: Date,
        pub sequence: i32,
        pub number: String,
        pub appointment_id: Option<Uuid>,
        pub person_id: Option<Uuid>,
        pub resident_id: Option<Uuid>,
        pub status: String,
        pub priority_reason: Option<String>,
        pub window_starts_at: Option<DateTimeUtc>,
        pub entered_at: DateTimeUtc,
        pub behind: i32,
        pub misses: i32,
        pub session_id: Option<Uuid>,
        pub counter_id: Option<Uuid>,
        pub call_reason: Option<String>,
        pub called_at: Option<DateTimeUtc>,
        pub served_at: Option<DateTimeUtc>,
        pub finished_at: Option<DateTimeUtc>,
        pub holder_index: Option<Vec<u8>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sequence {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_sequences")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub group_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        pub last: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod counter_session {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "counter_sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub counter_id: Uuid,
        pub hall_id: Uuid,
        pub staff_id: Uuid,
        pub opened_at: DateTimeUtc,
        pub closed_at: Option<DateTimeUtc>,
        pub paused: bool,
        pub streak: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod event {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub ticket_id: Uuid,
        pub action: String,
        pub at: DateTimeUtc,
        pub staff_id: Option<Uuid>,
        pub counter_id: Option<Uuid>,
        pub reason: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod wait_estimate {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "wait_estimates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: Uuid,
        pub hall_id: Uuid,
        pub issued_at: DateTimeUtc,
        pub low: i32,
        pub high: i32,
        pub waited_seconds: Option<i32>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod rating {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ratings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: Uuid,
        pub hall_id: Uuid,
        pub service_id: Uuid,
        pub counter_id: Option<Uuid>,
        pub staff_id: Option<Uuid>,
        pub stars: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub tags: Json,
        pub comment: Option<Vec<u8>>,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
