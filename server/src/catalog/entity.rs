//! The rows of the catalogue; the migrations describe them.

macro_rules! row {
    ($module:ident, $table:literal, { $($(#[$attribute:meta])* $field:ident: $kind:ty,)* }) => {
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
    };
}

row!(group, "service_groups", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    code: String,
    prefix: String,
    #[sea_orm(column_type = "JsonBinary")]
    name: Json,
});

row!(service, "services", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    code: String,
    group_id: Uuid,
    active: bool,
    #[sea_orm(column_type = "JsonBinary")]
    content: Json,
});

row!(hall, "halls", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    code: String,
    active: bool,
    #[sea_orm(column_type = "JsonBinary")]
    content: Json,
});

row!(counter, "counters", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    hall_id: Uuid,
    number: i32,
    active: bool,
    #[sea_orm(column_type = "JsonBinary")]
    name: Json,
    #[sea_orm(column_type = "JsonBinary")]
    groups: Json,
});

row!(schedule, "schedules", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    hall_id: Uuid,
    group_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    weekdays: Json,
    opens: Time,
    closes: Time,
    window_minutes: i32,
    quota: i32,
    online_percent: i32,
    valid_from: Option<Date>,
    valid_until: Option<Date>,
});

row!(calendar_day, "calendar_days", {
    #[sea_orm(primary_key, auto_increment = false)]
    day: Date,
    #[sea_orm(column_type = "JsonBinary")]
    special: Json,
});

row!(calendar_year, "calendar_years", {
    #[sea_orm(primary_key, auto_increment = false)]
    year: i32,
});

row!(vocabulary, "vocabulary", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    #[sea_orm(column_type = "JsonBinary")]
    content: Json,
});
