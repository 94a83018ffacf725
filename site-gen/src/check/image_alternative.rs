//! `image-alternative`: an image that says nothing to readers who can't see it.

use crate::Diagnostic;
use crate::model::Site;
use crate::parse::{Document, Piece};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    site.pages.iter().filter_map(|page| page.document.as_deref()).flat_map(images).collect()
}

fn images(document: &Document) -> Vec<Diagnostic> {
    let silent = document.pieces.iter().filter_map(|piece| match piece {
        Piece::Image { link, alternative, .. } if alternative.trim().is_empty() => {
            Some(&document.links[*link])
        }
        _ => None,
    });
    // In HTML, an empty `alt` is a decision: the image is decoration.
    let forgotten = silent.filter(|link| document.text[..link.span.start].ends_with("]("));
    let diagnostics = forgotten.map(|link| {
        let message = format!("image `{}` has no text alternative", link.destination);
        let hint = "say between the square brackets what it shows";
        document.warning("image-alternative", link.span.clone(), message).hint(hint)
    });
    diagnostics.collect()
}
