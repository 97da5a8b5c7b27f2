//! Icons from the sprite that stands in the page.

use super::view::{View, svg};

/// An icon of the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Home,
    List,
    Calendar,
    Person,
    Search,
    Back,
    Card,
    Globe,
    Car,
    Shield,
    Check,
    Alert,
    Pin,
    Clock,
    Inbox,
    Voice,
}

impl Icon {
    const fn reference(self) -> &'static str {
        match self {
            Self::Home => "#i-home",
            Self::List => "#i-list",
            Self::Calendar => "#i-calendar",
            Self::Person => "#i-person",
            Self::Search => "#i-search",
            Self::Back => "#i-back",
            Self::Card => "#i-card",
            Self::Globe => "#i-globe",
            Self::Car => "#i-car",
            Self::Shield => "#i-shield",
            Self::Check => "#i-check",
            Self::Alert => "#i-alert",
            Self::Pin => "#i-pin",
            Self::Clock => "#i-clock",
            Self::Inbox => "#i-inbox",
            Self::Voice => "#i-voice",
        }
    }
}

/// The icon, as large as the text beside it; the text says what it means, so readers skip it.
pub fn icon(icon: Icon) -> View {
    svg("svg")
        .attr("class", "icon")
        .attr("aria-hidden", "true")
        .child(svg("use").attr("href", icon.reference()))
}
