//! Plain elements into the document, and from then on only what differs.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Node};

use crate::view::element::Text;
use crate::view::{Child, Element};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element in the document, and what it was made from.
pub(super) struct Shown {
    node: web_sys::Element,
    tag: &'static str,
    key: Option<u32>,
    attributes: Vec<(&'static str, Text)>,
    children: Vec<ShownChild>,
}

enum ShownChild {
    Element(Shown),
    Text(Node, Text),
}

impl ShownChild {
    fn node(&self) -> &Node {
        match self {
            Self::Element(shown) => &shown.node,
            Self::Text(node, _) => node,
        }
    }

    fn key(&self) -> Option<u32> {
        match self {
            Self::Element(shown) => shown.key,
            Self::Text(..) => None,
        }
    }
}

/// What a reader can change behind the attribute's back: the property has to be set as well.
fn is_property(name: &str) -> bool {
    matches!(name, "value" | "checked" | "selected")
}

impl Shown {
    /// Makes an element; it isn't in the document yet.
    pub(super) fn create(document: &Document, element: Element) -> Result<Self, JsValue> {
        let element = element.into_parts();
        let node = if element.is_svg {
            document.create_element_ns(Some(SVG), element.tag)?
        } else {
            document.create_element(element.tag)?
        };
        let mut shown =
            Self { node, tag: element.tag, key: element.key, attributes: Vec::new(), children: Vec::new() };
        shown.set_attributes(element.attributes)?;
        for child in element.children {
            let child = create_child(document, child)?;
            shown.node.append_child(child.node())?;
            shown.children.push(child);
        }
        // A `select` has its value only once its options are there; they carry `selected` themselves.
        Ok(shown)
    }

    /// The element in the document.
    pub(super) fn node(&self) -> &web_sys::Element {
        &self.node
    }

    /// Makes the document show `element` in the place of what it shows now.
    pub(super) fn patch(&mut self, document: &Document, element: Element) -> Result<(), JsValue> {
        if self.tag != element.parts().tag {
            let fresh = Self::create(document, element)?;
            if let Some(parent) = self.node.parent_node() {
                parent.replace_child(&fresh.node, &self.node)?;
            }
            *self = fresh;
            return Ok(());
        }
        let element = element.into_parts();
        self.key = element.key;
        if self.attributes != element.attributes {
            self.set_attributes(element.attributes)?;
        }
        let is_keyed = |child: &Child| matches!(child, Child::Element(inner) if inner.parts().key.is_some());
        if element.children.iter().any(is_keyed) || self.children.iter().any(|child| child.key().is_some()) {
            self.patch_keyed(document, element.children)
        } else {
            self.patch_in_order(document, element.children)
        }
    }

    fn set_attributes(&mut self, wanted: Vec<(&'static str, Text)>) -> Result<(), JsValue> {
        for (name, _) in &self.attributes {
            if !wanted.iter().any(|(kept, _)| kept == name) {
                self.node.remove_attribute(name)?;
                if matches!(*name, "checked" | "selected") {
                    Reflect::set(&self.node, &JsValue::from_str(name), &JsValue::FALSE)?;
                }
            }
        }
        for (name, value) in &wanted {
            if self.attributes.iter().any(|(old, was)| old == name && was == value) {
                continue;
            }
            self.node.set_attribute(name, value)?;
            if is_property(name) {
                let property = if *name == "value" { JsValue::from_str(value) } else { JsValue::TRUE };
                Reflect::set(&self.node, &JsValue::from_str(name), &property)?;
            }
        }
        self.attributes = wanted;
        Ok(())
    }

    fn patch_in_order(&mut self, document: &Document, wanted: Vec<Child>) -> Result<(), JsValue> {
        let count = wanted.len();
        for (place, child) in wanted.into_iter().enumerate() {
            match (self.children.get_mut(place), child) {
                (Some(ShownChild::Element(shown)), Child::Element(element)) => {
                    shown.patch(document, element)?
                }
                (Some(ShownChild::Text(node, was)), Child::Text(text)) => {
                    if *was != text {
                        node.set_text_content(Some(&text));
                        *was = text;
                    }
                }
                (Some(old), child) => {
                    let fresh = create_child(document, child)?;
                    self.node.replace_child(fresh.node(), old.node())?;
                    *old = fresh;
                }
                (None, child) => {
                    let fresh = create_child(document, child)?;
                    self.node.append_child(fresh.node())?;
                    self.children.push(fresh);
                }
            }
        }
        self.remove_from(count)
    }

    fn patch_keyed(&mut self, document: &Document, wanted: Vec<Child>) -> Result<(), JsValue> {
        let mut old = std::mem::take(&mut self.children);
        for child in wanted {
            let Child::Element(element) = child else { continue };
            let place = old.iter().position(|known| known.key() == element.parts().key);
            let shown = match place.map(|place| old.remove(place)) {
                Some(ShownChild::Element(mut shown)) => {
                    shown.patch(document, element)?;
                    shown
                }
                Some(ShownChild::Text(..)) | None => Self::create(document, element)?,
            };
            self.children.push(ShownChild::Element(shown));
        }
        for gone in old {
            self.node.remove_child(gone.node())?;
        }
        let mut there = self.node.first_child();
        for child in &self.children {
            let node = child.node();
            if there.as_ref() == Some(node) {
                there = node.next_sibling();
            } else {
                self.node.insert_before(node, there.as_ref())?;
            }
        }
        Ok(())
    }

    fn remove_from(&mut self, count: usize) -> Result<(), JsValue> {
        for gone in self.children.drain(count.min(self.children.len())..) {
            self.node.remove_child(gone.node())?;
        }
        Ok(())
    }
}

fn create_child(document: &Document, child: Child) -> Result<ShownChild, JsValue> {
    Ok(match child {
        Child::Element(element) => ShownChild::Element(Shown::create(document, element)?),
        Child::Text(text) => {
            let node: Node = document.create_text_node(&text).unchecked_into();
            ShownChild::Text(node, text)
        }
    })
}
