//! What a build says while it runs.

/// Told each stage as it begins. The program shows a line where a stage takes longer than a second.
pub trait Progress: Sync {
    /// A stage begins; the one before it is over. Lower case, such as `reading content`.
    fn stage(&self, name: &str);
    /// The last stage is over, and no other follows for now.
    fn rest(&self) {}
    /// Something worth a line of its own, such as which tool made the demos.
    fn note(&self, text: &str) {
        let _ = text;
    }
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &str) {}
}
