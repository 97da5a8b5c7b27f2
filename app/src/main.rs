//! The residents' first program: mounted over the page that `index.html` already shows.

fn main() {
    app::finding();
}
