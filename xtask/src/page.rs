//! The page as it is shipped.
//!
//! Trunk starts the client from a script inside the page. The content security policy runs no such script, so the
//! page names a file instead that holds the start and the binding code.

use anyhow::{Context, Result, bail};

/// The page's markup, as trunk made it.
pub struct Page(String);

impl Page {
    pub fn new(markup: String) -> Self {
        Self(markup)
    }

    pub fn markup(&self) -> &str {
        &self.0
    }

    /// Lets a file be known by another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        self.0 = self.0.replace(from, to);
    }

    /// Replaces the script inside the page that starts the WebAssembly with this file.
    pub fn start_with(&mut self, file: &str) -> Result<()> {
        let inside = self
            .0
            .find("module_or_path")
            .context("trunk left no script in the page that starts the client")?;
        let (before, after) = self.0.split_at(inside);
        let begin = before
            .rfind("<script")
            .context("the start of the client is not in a script")?;
        let end = inside
            + after
                .find("</script>")
                .context("the script that starts the client has no end")?;
        self.0
            .replace_range(begin..end, &format!(r#"<script type="module" src="/{file}">"#));
        Ok(())
    }

    /// Whether the page shows something before its program is there.
    pub fn is_painted(&self) -> bool {
        self.0.contains("id=painted") || self.0.contains(r#"id="painted""#)
    }

    /// Leaves the loading of a file to the start of the client, which comes after the first paint. The page names it still, for the
    /// service worker, which keeps what a page names.
    pub fn paint_before(&mut self, file: &str) -> Result<()> {
        let named = self
            .0
            .find(file)
            .with_context(|| format!("the page does not name {file}"))?;
        let begin = self
            .0
            .get(..named)
            .and_then(|before| before.rfind("<link"))
            .context("what is loaded early is not in a link")?;
        let end = named + self.0.get(named..).and_then(|rest| rest.find('>')).unwrap_or_default();
        let link = format!("<link rel=later href=/{file}");
        self.0.replace_range(begin..end, &link);
        Ok(())
    }

    /// Names no file of a folder any more, since what was in it has become part of the start.
    pub fn drop_links_into(&mut self, folder: &str) {
        while let Some(named) = self.0.find(&format!("/{folder}/")) {
            let begin = self.0.get(..named).and_then(|before| before.rfind('<'));
            let end = self.0.get(named..).and_then(|after| after.find('>'));
            let (Some(begin), Some(end)) = (begin, end) else { return };
            self.0.replace_range(begin..=named + end, "");
        }
    }

    /// The page without what is painted, for addresses at which that would be another page: there the program is loaded at once.
    pub fn unpainted(&self) -> Result<Self> {
        let place = |name: &str| {
            let named = [format!("id={name}"), format!("id=\"{name}\"")];
            let at = named.iter().find_map(|name| self.0.find(name))?;
            self.0.get(..at)?.rfind('<')
        };
        let (begin, end) = place("painted")
            .zip(place("waiting"))
            .filter(|(begin, end)| begin < end)
            .context("what waits for the program does not stand behind what is painted")?;
        let mut markup = self.0.clone();
        markup.replace_range(begin..end, "");
        Ok(Self(markup))
    }

    /// Refuses what the content security policy would.
    pub fn refuse_scripts_inside(&self) -> Result<()> {
        for script in self.0.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap_or_default();
            if !tag.contains("src=") && !tag.contains("application/ld+json") {
                bail!("The page holds a script, which the content security policy forbids: move it into a file.");
            }
        }
        Ok(())
    }

    /// The files that a browser loads with the page, itself first.
    pub fn first_load(&self, document: &str) -> Vec<String> {
        let mut loaded = vec![document.to_owned()];
        for tag in self.0.split('<') {
            let name = tag.split([' ', '>']).next().unwrap_or_default();
            if !["link", "script", "img"].contains(&name) || tag.contains("alternate") || tag.contains("canonical") {
                continue;
            }
            let file = attribute(tag, "href=").or_else(|| attribute(tag, "src="));
            if let Some(file) = file.and_then(|file| file.strip_prefix('/'))
                && !loaded.iter().any(|known| known == file)
            {
                loaded.push(file.to_owned());
            }
        }
        loaded
    }
}

/// The value of an attribute, quoted or, as the minifier leaves it, bare.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = tag.split_once(&format!(" {name}"))?;
    match value.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => value.split([' ', '>']).next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: &str = r#"<!DOCTYPE html><html><head><link rel="icon" href="/icon.svg"><link rel=modulepreload href=/app-1.js><link rel="preload" href="/app-1_bg.wasm" as="fetch"><script src="/early.js"></script></head><body><script type="module">import a from"/app-1.js";await a({module_or_path:"/app-1_bg.wasm"})</script><p>x</p></body></html>"#;

    #[test]
    fn the_start_moves_out_of_the_page() -> Result<()> {
        let mut page = Page::new(MADE.to_owned());
        assert!(page.refuse_scripts_inside().is_err());
        page.rename("app-1_bg.wasm", "app-3.wasm");
        page.rename("app-1.js", "app-2.js");
        page.start_with("app-2.js")?;
        page.refuse_scripts_inside()?;
        assert!(
            page.markup()
                .contains(r#"<body><script type="module" src="/app-2.js"></script><p>x</p>"#)
        );
        assert_eq!(
            page.first_load("index.html"),
            ["index.html", "icon.svg", "app-2.js", "app-3.wasm", "early.js"]
        );
        Ok(())
    }

    #[test]
    fn without_the_painting_a_page_loads_its_program_at_once() -> Result<()> {
        let painted = "<div id=painted><p>x</p></div><div aria-hidden=true id=waiting>";
        let page = Page::new(MADE.replace("<p>x</p>", painted)).unpainted()?;
        assert!(!page.is_painted());
        assert!(page.markup().contains("</script><div aria-hidden=true id=waiting>"));
        assert!(
            page.markup()
                .contains(r#"<link rel="preload" href="/app-1_bg.wasm" as="fetch">"#)
        );
        Ok(())
    }

    #[test]
    fn what_the_start_has_in_it_is_not_loaded_beside_it() {
        let link = "<link rel=modulepreload href=/snippets/app-1/src/a.js><link rel=modulepreload href=/app-1.js>";
        let mut page = Page::new(MADE.replace("<link rel=modulepreload href=/app-1.js>", link));
        page.drop_links_into("snippets");
        assert_eq!(page.markup(), MADE);
    }

    #[test]
    fn a_painted_page_names_its_program_without_loading_it() -> Result<()> {
        let mut page = Page::new(MADE.replace("<p>", "<p id=painted>"));
        assert!(page.is_painted());
        page.paint_before("app-1_bg.wasm")?;
        assert!(page.markup().contains("<link rel=later href=/app-1_bg.wasm><script"));
        assert!(page.first_load("index.html").iter().any(|file| file == "app-1_bg.wasm"));
        Ok(())
    }
}
