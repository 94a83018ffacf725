//! The demos' bundle: WebAssembly and script, as assets of the site.

use std::collections::BTreeMap;

use crate::{DemoMode, Error, Progress};

/// The files that make demos live, and what each is for. Empty names where there is no bundle.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// File name in `assets/` → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The script that finds figures and fetches the rest.
    pub loader: String,
    /// What `wasm-bindgen` made.
    pub glue: String,
    /// The module.
    pub wasm: String,
    /// The module as a classic script, for pages opened from disk.
    pub wasm_base64: String,
    /// Which tool made it, for the progress line.
    pub made_by: String,
}

/// Makes the bundle.
///
/// # Errors
/// When the tools for it are missing or fail.
pub fn bundle(mode: DemoMode, progress: &dyn Progress) -> Result<Bundle, Error> {
    let _ = (mode, progress);
    Ok(Bundle::default())
}
