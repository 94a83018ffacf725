//! Box drawings → SVG.

/// Whether blocks with this label may be drawings.
#[must_use]
pub fn is_candidate(label: &str) -> bool {
    matches!(label.to_ascii_lowercase().as_str(), "" | "text" | "txt" | "ascii" | "diagram")
}

/// The drawing as a figure; none when it had better stay code.
#[must_use]
pub fn figure(text: &str) -> Option<String> {
    let _ = text;
    None
}
