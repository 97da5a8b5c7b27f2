//! The residents' client: mounted over the page that `index.html` already shows.

fn main() {
    app::resident();
}
