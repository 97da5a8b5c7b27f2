//! The residents' client: mounted over the page that `index.html` already shows.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <main><h1>"便民"</h1></main> });
}
