//! What every node holds, as cards in a row: its name, what it amounts to, and its parts one by one.

use super::{Flag, Html};
use crate::put;
use crate::sim::NodeId;
use crate::sim::cluster::Looking;

/// Begins the row; cards follow, each from [`begin_card`] to [`end_card`], and then [`end`].
pub fn begin(html: &mut Html, what: &str) {
    put!(html, "<ul class=\"holdings\" aria-label=\"{}\">", what);
}

/// Begins a node's card: how it stands, and what it holds in a word. Pressed, it selects the node. [`part`]s follow.
pub fn begin_card(html: &mut Html, (id, class): (NodeId, &str), looking: &Looking<'_>, value: &str) {
    put!(
        html,
        "<li class=\"holding {}\" data-key=\"{}\"><p><button type=\"button\" data-do=\"select:{}\" aria-pressed=\"{}\"{}>{}\
         </button> <strong>{}</strong></p><ul>",
        class,
        id,
        id.code(),
        looking.selected == Some(id),
        Flag("disabled", !looking.live),
        id,
        value
    );
}

/// One part: what it is, in the notation of the field, and what is said of it.
pub fn part(html: &mut Html, class: &str, notation: &str, words: &str) {
    put!(html, "<li class=\"{}\"><code>{}</code> <span>{}</span></li>", class, notation, words);
}

/// Ends a card.
pub fn end_card(html: &mut Html) {
    put!(html, "</ul></li>");
}

/// Ends the row.
pub fn end(html: &mut Html) {
    put!(html, "</ul>");
}
