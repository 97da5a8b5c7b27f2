//! The residents' fourth program: the account, its sessions, passkeys and data.

fn main() {
    app::account();
}
