//! What this device remembers of the one who uses it. The session itself is in a cookie that no script can read.

use crate::browser;

const SIGNED_IN: &str = "signed-in";
const ELDER: &str = "elder";

/// Whether someone signed in here, as far as is known without asking: the home page asks no one in vain.
pub fn is_signed_in() -> bool {
    browser::kept(SIGNED_IN).is_some()
}

/// Remembers that someone signed in.
pub fn remember_sign_in() {
    browser::keep(SIGNED_IN, "1");
}

/// Forgets that someone was signed in.
pub fn forget_sign_in() {
    browser::forget(SIGNED_IN);
}

/// Whether type and buttons are larger.
pub fn elder_mode() -> bool {
    browser::kept(ELDER).is_some()
}

/// Makes type and buttons larger, or as they were.
pub fn toggle_elder_mode() {
    let larger = !elder_mode();
    if larger {
        browser::keep(ELDER, "1");
    } else {
        browser::forget(ELDER);
    }
    browser::mark_document("elder", larger);
}
