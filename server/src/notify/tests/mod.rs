//! Delivery against providers that lose answers and workers that die, on a real database.

mod delivery;
mod model;
mod rig;
