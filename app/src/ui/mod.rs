//! Small accessible components with the look of `WeUI`, WeChat's own design language.
//!
//! They are functions and not generic components: every page pays for its own markup only.

mod aloud;
mod bars;
mod buttons;
mod cells;
mod dialog;
mod fields;
mod icons;
mod pull;
mod question;
mod quoted;
mod remote;
mod states;
mod toast;
mod view;

pub use aloud::aloud;
pub use bars::{Tab, page, tab_bar};
pub use buttons::{Deed, actions, button, chip, side_by_side, submit, way};
pub use cells::{cells, choice, fact, link_cell, switch};
pub use dialog::dialog;
pub use fields::{Field, Keyboard, forget_drafts};
pub use icons::{Icon, icon};
pub use pull::pulled;
pub use question::{Line, confirm, questions};
pub use quoted::{quoted, sentence};
pub use remote::{Load, Remote};
pub use states::{empty, failed, notice, skeleton};
pub use toast::{toast, toasts};
pub use view::{View, el, fragment, live, mount, svg};
