//! Shared pieces of the whole-site tests.
