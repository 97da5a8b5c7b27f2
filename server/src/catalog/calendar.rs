//! The working calendar of the content files: the State Council's yearly notices, and what the law fixes for the years after them.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, ensure};
use chrono::{Days, NaiveDate};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use shared::time::SpecialDay;

use super::{
    content::{self, Fixed, Year},
    entity::{calendar_day, calendar_year},
    import::{entries, toml_file},
};

/// The special days, and the years whose notices are out.
pub struct Calendar {
    special: BTreeMap<NaiveDate, SpecialDay>,
    announced: Vec<i32>,
}

/// Reads the yearly notices of a folder, and the days that the law itself names for the three years after them.
pub fn read(folder: &Path) -> anyhow::Result<Calendar> {
    let mut special = BTreeMap::new();
    let mut announced = Vec::new();
    for path in entries(folder)? {
        if path.file_stem().is_some_and(|stem| stem == "fixed") {
            continue;
        }
        let year: Year = toml_file(&path)?;
        announced.push(year.year);
        for holiday in &year.holiday {
            let (mut day, last) = (content::date(&holiday.from)?, content::date(&holiday.to)?);
            ensure!(
                day <= last,
                "{}: {} ends before it begins",
                path.display(),
                holiday.name.zh
            );
            while day <= last {
                special.insert(
                    day,
                    SpecialDay::Holiday {
                        name: holiday.name.zh.clone(),
                    },
                );
                day = day.checked_add_days(Days::new(1)).context("a holiday without end")?;
            }
        }
        for workday in &year.make_up_workday {
            special.insert(
                content::date(&workday.date)?,
                SpecialDay::MakeUpWorkday {
                    name: workday.holiday.clone(),
                },
            );
        }
    }
    let fixed: Fixed = toml_file(&folder.join("fixed.toml"))?;
    let first = announced.iter().max().map_or(2026, |year| year + 1);
    for year in first..first + 3 {
        for day in &fixed.fixed {
            let moved = day.solar_term_dates.iter().filter_map(|date| content::date(date).ok());
            let date = moved
                .into_iter()
                .find(|date| chrono::Datelike::year(date) == year)
                .or_else(|| NaiveDate::from_ymd_opt(year, day.month, day.day))
                .with_context(|| format!("{} has no such day", day.name.zh))?;
            special.insert(
                date,
                SpecialDay::Holiday {
                    name: day.name.zh.clone(),
                },
            );
        }
    }
    for day in fixed.lunar.iter().filter(|day| day.year >= first) {
        special.insert(
            content::date(&day.date)?,
            SpecialDay::Holiday {
                name: day.name.zh.clone(),
            },
        );
    }
    Ok(Calendar { special, announced })
}

/// Replaces the calendar by the one of the files.
pub async fn import(db: &impl ConnectionTrait, calendar: &Calendar) -> anyhow::Result<()> {
    calendar_day::Entity::delete_many().exec(db).await?;
    calendar_year::Entity::delete_many().exec(db).await?;
    let days = calendar.special.iter().map(|(day, special)| {
        Ok(calendar_day::ActiveModel {
            day: Set(*day),
            special: Set(serde_json::to_value(special)?),
        })
    });
    let days = days.collect::<anyhow::Result<Vec<_>>>()?;
    calendar_day::Entity::insert_many(days)
        .exec_without_returning(db)
        .await?;
    let years = calendar
        .announced
        .iter()
        .map(|year| calendar_year::ActiveModel { year: Set(*year) });
    calendar_year::Entity::insert_many(years)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
