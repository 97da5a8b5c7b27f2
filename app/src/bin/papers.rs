//! The residents' third program: fines that are paid, and slips with which one collects.

fn main() {
    app::papers();
}
