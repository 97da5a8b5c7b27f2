//! The staff's client: counters and hall screens, which residents never load.

fn main() {
    app::staff();
}
