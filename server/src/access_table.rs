//! The policies as a table for people.

use std::fmt::{self, Write};

use crate::access::{Audience, Policies};

/// The table of `docs/access.md`: what `bianmin access` prints.
impl fmt::Display for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<Audience> = Audience::NAMED
            .into_iter()
            .filter(|audience| !matches!(audience, Audience::Session | Audience::Staff))
            .collect();
        f.write_str(
            "# Who may do what · 权限一览\n\n\
             Made by `cargo run --package server --bin bianmin -- access > docs/access.md` from what every handler declares; the same \
             table is held to before a handler runs.\n\
             Whoever may use an operation still sees and changes only what is theirs: what belongs to another resident or another hall is \
             answered with 404.\n\n\
             由各接口的声明生成，请求先按此表检查再进入处理。有权使用某接口的人，也只能看到和处理自己的（或本大厅的）事项；他人的一律返回 404。\n\n",
        )?;
        let mut head = String::from("| Operation | anyone |");
        let mut line = String::from("|---|---|");
        for column in &columns {
            write!(head, " {} |", column.name())?;
            line.push_str("---|");
        }
        writeln!(f, "{head}\n{line}")?;
        for policy in &self.all {
            write!(f, "| `{} {}` |", policy.method, policy.path)?;
            if policy.admits(Audience::Anyone) {
                f.write_str(" ● |")?;
                columns.iter().try_for_each(|_| f.write_str("  |"))?;
            } else {
                f.write_str("  |")?;
                for column in &columns {
                    f.write_str(if policy.admits(*column) { " ● |" } else { "  |" })?;
                }
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}
