//! Writes the content of a bureau that never rests: `e2e <folder>`.
//!
//! A journey books a visit and checks in, which is possible only around a window, and windows lie in the office hours
//! of workdays. Tests run at any hour of any day, and a server takes no other clock than the system's. So they do what
//! an operator can do: they import other content. It is that of the demonstration bureau, except that there are no
//! holidays, and that ID cards are served around the clock, every day, in two halls.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use toml::{Table, Value};

/// The halls and the group that they serve around the clock.
const HALLS: [&str; 2] = ["zhongxin", "yuntai"];
const GROUP: &str = "id-card";

fn main() -> Result<()> {
    let target: PathBuf = env::args_os()
        .nth(1)
        .context("say into which folder: e2e <folder>")?
        .into();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/yunchuan");
    copy(&source, &target)?;
    change(&target.join("halls.toml"), serve_around_the_clock)?;
    for entry in fs::read_dir(target.join("calendar"))? {
        change(&entry?.path(), |content| {
            forget_holidays(content);
            Ok(())
        })?;
    }
    Ok(())
}

fn copy(source: &Path, target: &Path) -> Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source).with_context(|| source.display().to_string())? {
        let entry = entry?;
        let to = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn change(file: &Path, how: impl Fn(&mut Table) -> Result<()>) -> Result<()> {
    let mut content: Table = fs::read_to_string(file)?.parse()?;
    how(&mut content).with_context(|| file.display().to_string())?;
    fs::write(file, content.to_string())?;
    Ok(())
}

fn serve_around_the_clock(content: &mut Table) -> Result<()> {
    // For the first window of a day one checks in from half past eleven on. The last one of the day before goes on for long enough that nobody
    // finds neither.
    let entry = |(from, to, minutes): (&str, &str, u32)| {
        format!(
            "group = '{GROUP}'\n\
             days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']\n\
             from = '{from}'\n\
             to = '{to}'\n\
             window_minutes = {minutes}\n\
             quota = 64\n\
             online_percent = 50"
        )
        .parse::<Table>()
    };
    let always = [("00:00", "23:30", 30), ("23:30", "23:50", 20)].map(entry);
    let halls = content.get_mut("hall").and_then(Value::as_array_mut);
    for hall in halls.context("there are no halls")? {
        let is_one = |code| HALLS.contains(&code);
        if !hall.get("code").and_then(Value::as_str).is_some_and(is_one) {
            continue;
        }
        let schedules = hall.get_mut("schedule").and_then(Value::as_array_mut);
        let schedules = schedules.context("a hall has no timetable")?;
        schedules.retain(|entry| entry.get("group").and_then(Value::as_str) != Some(GROUP));
        for entry in always.clone() {
            schedules.push(Value::Table(entry?));
        }
    }
    Ok(())
}

fn forget_holidays(content: &mut Table) {
    for holidays in ["holiday", "fixed", "lunar"] {
        if let Some(days) = content.get_mut(holidays) {
            *days = Value::Array(Vec::new());
        }
    }
}
