//! The table of states: a row a node.

use super::Html;
use crate::put;
use crate::words::Words;

/// Begins the table: what it shows, and its groups of columns, each a heading and the columns' names. Rows follow, a
/// `tr` whose first cell is `<th scope="row">`, and then [`end`].
pub fn begin(html: &mut Html, caption: &str, groups: &[(&str, &[&str])]) {
    put!(
        html,
        "<table class=\"demo-state\"><caption>{}</caption><thead><tr class=\"groups\"><td></td>",
        caption
    );
    for (title, columns) in groups {
        put!(html, "<th colspan=\"{}\" scope=\"colgroup\">{}</th>", columns.len(), title);
    }
    put!(html, "</tr><tr><th scope=\"col\">node</th>");
    for (_, columns) in groups {
        for name in *columns {
            put!(html, "<th scope=\"col\">{}</th>", name);
        }
    }
    put!(html, "</tr></thead><tbody>");
}

/// Ends the table.
pub fn end(html: &mut Html) {
    put!(html, "</tbody></table>");
}

/// Begins a cell with `count` boxes in a row, such as log entries; without any it says so. [`boxed`] writes each, and
/// the caller ends the cell with `</td>`.
pub fn begin_boxes(html: &mut Html, count: usize) {
    if count == 0 {
        put!(html, "<td class=\"log empty\">empty");
    } else {
        put!(html, "<td class=\"log\">");
    }
}

/// One box: its class, the few characters in it, and what it is in words.
pub fn boxed(html: &mut Html, class: &dyn Words, text: &dyn Words, words: &dyn Words) {
    put!(
        html,
        "<span class=\"{}\" title=\"{}\"><span aria-hidden=\"true\">{}</span>\
         <span class=\"visually-hidden\">{}</span></span>",
        class,
        words,
        text,
        words
    );
}
