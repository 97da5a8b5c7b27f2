//! The residents' third program: fines that are paid, slips with which one collects, and cases that one follows.

fn main() {
    app::papers();
}
