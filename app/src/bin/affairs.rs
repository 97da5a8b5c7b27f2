//! The residents' second program: appointments, tickets, and one's own data.

fn main() {
    app::affairs();
}
