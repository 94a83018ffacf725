//! What is seen, as [HTML](html::Html) made of literals, integers and text: the ring, the space-time diagram, tables.
//!
//! The same text becomes the still at build time and is patched into the page's document by `web`.

pub mod diagram;
pub mod geometry;
pub mod holdings;
pub mod html;
pub mod ring;
pub mod table;

pub use html::{Flag, Html};
