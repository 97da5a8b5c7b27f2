//! What pages are made of: elements, text, and parts that follow signals.
//!
//! The view macro gives every element, with all that is in it, a type of its own, and the program grows by a page's
//! worth of code for each. Here everything is a [`View`], a node of the document that is made at once; the syntax is
//! that of Leptos' builders. Signals, effects and ownership are Leptos' own: what a part needs lives as long as the part.

use std::borrow::Cow;

use any_spawner::Executor;
use leptos::{prelude::*, reactive::effect::RenderEffect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, Node};

/// A node of the document, or several in a fragment. It can stand in one place only.
#[derive(Clone)]
pub struct View(Node);

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element.
pub fn el(tag: &str) -> View {
    document()
        .create_element(tag)
        .map_or_else(|_| fragment(), |made| View(made.into()))
}

/// An element of a picture.
pub fn svg(tag: &str) -> View {
    document()
        .create_element_ns(Some(SVG), tag)
        .map_or_else(|_| fragment(), |made| View(made.into()))
}

/// Several views beside each other.
pub fn fragment() -> View {
    View(document().create_document_fragment().into())
}

/// A part that is built anew whenever a signal changes that it reads.
pub fn live<P: Piece>(build: impl Fn() -> P + 'static) -> View {
    live_part(Box::new(move |into| build().put(into)))
}

fn live_part(build: Box<dyn Fn(&View)>) -> View {
    // What stands between the two marks is the part, wherever they are moved.
    let (first, last) = (mark(), mark());
    let place = fragment();
    place.append(&first);
    place.append(&last);
    hold(RenderEffect::new(move |_| {
        while let Some(old) = first.next_sibling().filter(|next| *next != last) {
            if let Some(parent) = old.parent_node() {
                parent.remove_child(&old).ok();
            }
        }
        let new = fragment();
        build(&new);
        if let Some(parent) = last.parent_node() {
            parent.insert_before(&new.0, Some(&last)).ok();
        }
    }));
    place
}

fn mark() -> Node {
    document().create_comment("").into()
}

/// Keeps something for as long as the part that is being built stands.
fn hold<T: 'static>(kept: T) {
    StoredValue::new_local(kept);
}

/// Shows a view in the page, for as long as the page is open.
pub fn mount(build: impl FnOnce() -> View) {
    // It is there already when something else in the page has started it.
    Executor::init_wasm_bindgen().ok();
    let owner = Owner::new();
    owner.with(|| {
        if let Some(body) = document().body() {
            body.append_child(&build().0).ok();
        }
    });
    std::mem::forget(owner);
}

impl View {
    fn element(&self) -> &Element {
        self.0.unchecked_ref()
    }

    fn append(&self, node: &Node) {
        self.0.append_child(node).ok();
    }

    /// Sets the class.
    pub fn class(self, class: &str) -> Self {
        self.element().set_class_name(class);
        self
    }

    /// Sets an attribute, or leaves it out.
    pub fn attr(self, name: &str, value: impl Value) -> Self {
        set(self.element(), name, value.text());
        self
    }

    /// Sets an attribute that follows signals.
    pub fn live_attr<V: Value>(self, name: &'static str, value: impl Fn() -> V + 'static) -> Self {
        self.follow(name, Box::new(move || value().text()))
    }

    fn follow(self, name: &'static str, value: Box<dyn Fn() -> Option<Cow<'static, str>>>) -> Self {
        let element = self.element().clone();
        hold(RenderEffect::new(move |_| set(&element, name, value())));
        self
    }

    /// Sets a property that follows signals: what a field holds, unlike its attributes, changes by hand too.
    pub fn live_prop<V: Into<JsValue>>(self, name: &'static str, value: impl Fn() -> V + 'static) -> Self {
        self.follow_prop(name, Box::new(move || value().into()))
    }

    fn follow_prop(self, name: &'static str, value: Box<dyn Fn() -> JsValue>) -> Self {
        let element = self.element().clone();
        hold(RenderEffect::new(move |_| {
            js_sys::Reflect::set(&element, &JsValue::from_str(name), &value()).ok();
        }));
        self
    }

    /// Does something at every such event.
    pub fn on(self, event: &str, act: impl Fn(Event) + 'static) -> Self {
        self.listen(event, Box::new(act))
    }

    fn listen(self, event: &str, act: Box<dyn Fn(Event)>) -> Self {
        let act = Closure::<dyn Fn(Event)>::wrap(act);
        self.0
            .add_event_listener_with_callback(event, act.as_ref().unchecked_ref())
            .ok();
        hold(act);
        self
    }

    /// Adds what stands inside, at its end.
    pub fn child(self, piece: impl Piece) -> Self {
        piece.put(&self);
        self
    }

    /// Puts the focus here, once the view stands in the page.
    pub fn focused(self) -> Self {
        let element = self.0.clone();
        request_animation_frame(move || {
            element.unchecked_ref::<web_sys::HtmlElement>().focus().ok();
        });
        self
    }
}

fn set(element: &Element, name: &str, value: Option<Cow<'static, str>>) {
    match value {
        Some(value) => element.set_attribute(name, &value).ok(),
        None => element.remove_attribute(name).ok(),
    };
}

/// What an attribute can be set to.
pub trait Value {
    /// The text, or nothing when the attribute is to be absent.
    fn text(self) -> Option<Cow<'static, str>>;
}

impl Value for &'static str {
    fn text(self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Value for String {
    fn text(self) -> Option<Cow<'static, str>> {
        Some(Cow::Owned(self))
    }
}

impl Value for bool {
    fn text(self) -> Option<Cow<'static, str>> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<V: Value> Value for Option<V> {
    fn text(self) -> Option<Cow<'static, str>> {
        self?.text()
    }
}

/// What can stand inside an element.
pub trait Piece {
    /// Puts it at the end of the element.
    fn put(self, into: &View);
}

impl Piece for View {
    fn put(self, into: &View) {
        into.append(&self.0);
    }
}

impl Piece for &str {
    fn put(self, into: &View) {
        into.append(&document().create_text_node(self));
    }
}

impl Piece for String {
    fn put(self, into: &View) {
        self.as_str().put(into);
    }
}

impl Piece for () {
    fn put(self, _: &View) {}
}

impl<P: Piece> Piece for Option<P> {
    fn put(self, into: &View) {
        if let Some(piece) = self {
            piece.put(into);
        }
    }
}

impl<P: Piece> Piece for Vec<P> {
    fn put(self, into: &View) {
        for piece in self {
            piece.put(into);
        }
    }
}

impl<P: Piece, const N: usize> Piece for [P; N] {
    fn put(self, into: &View) {
        for piece in self {
            piece.put(into);
        }
    }
}
