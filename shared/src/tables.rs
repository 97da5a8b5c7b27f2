//! Tables, as they leave the house in files for spreadsheets.

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number(i64),
}

/// A table with its title and the names of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub title: &'static str,
    /// What stands in its columns.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// Tables as comma-separated values, one under the other. What a spreadsheet would take for a formula is made plain text.
pub fn csv(tables: &[Table]) -> String {
    // Office programs take a file for UTF-8 only if it begins with this mark.
    let mut text = String::from("\u{feff}");
    for table in tables {
        line(&mut text, [quoted(table.title)]);
        line(&mut text, table.columns.iter().map(|column| quoted(column)));
        for row in &table.rows {
            line(
                &mut text,
                row.iter().map(|cell| match cell {
                    Cell::Text(words) => quoted(words),
                    Cell::Number(number) => number.to_string(),
                }),
            );
        }
        text.push_str("\r\n");
    }
    text
}

fn line(text: &mut String, cells: impl IntoIterator<Item = String>) {
    text.push_str(&cells.into_iter().collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}

fn quoted(words: &str) -> String {
    let is_formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", words.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_only_words_and_a_comma_ends_no_cell() {
        let table = Table {
            title: "t",
            columns: vec!["a,b"],
            rows: vec![
                vec![Cell::Text("=cmd|'/c calc'!A1".into()), Cell::Number(-3)],
                vec![Cell::Text("say \"x\"".into()), Cell::Number(4)],
            ],
        };
        let text = csv(&[table]);
        assert!(text.starts_with('\u{feff}'));
        assert!(
            text.contains("\"a,b\"\r\n\"'=cmd|'/c calc'!A1\",-3\r\n\"say \"\"x\"\"\",4\r\n"),
            "{text}"
        );
    }
}
