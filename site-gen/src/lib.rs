//! The generator: `SourceTree → Vec<Document> → Site → Output`.
