//! What is seen, as plain data: elements with attributes and children, made of integers and text.
//!
//! The same tree becomes text at build time ([`Element::to_html`]) and is patched into the page's document by `web`.

pub mod diagram;
pub mod element;
pub mod geometry;
pub mod ring;
pub mod table;

pub use element::{Child, Element, Parts, el, svg};
