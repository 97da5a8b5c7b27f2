//! The rows of the catalogue; the migrations describe them.

pub mod group {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_groups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub prefix: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Json,
        pub hall_id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod hall_group {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "hall_groups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub group_id: Uuid,
        pub prefix: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Json,
        pub active: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod hall_service {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hall_services")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub service_id: Uuid,
        pub group_id: Uuid,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod service {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "services")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub group_id: Uuid,
        pub active: bool,
        #[sea_orm(column_type = "JsonBinary")]
        pub content: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod hall {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "halls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub active: bool,
        #[sea_orm(column_type = "JsonBinary")]
        pub content: Json,
        pub imported: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod counter {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "counters")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub number: i32,
        pub active: bool,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub groups: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod schedule {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "schedules")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hall_id: Uuid,
        pub group_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub weekdays: Json,
        pub opens: Time,
        pub closes: Time,
        pub window_minutes: i32,
        pub quota: i32,
        pub online_percent: i32,
        pub kind: String,
        pub valid_from: Option<Date>,
        pub valid_until: Option<Date>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod opened_day {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "opened_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        pub follows: String,
        pub created_by: Uuid,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod hall_policy {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "hall_policies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: Uuid,
        pub days_ahead: i32,
        pub opens_at: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub priorities: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod calendar_day {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Date,
        #[sea_orm(column_type = "JsonBinary")]
        pub special: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod calendar_year {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_years")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

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
