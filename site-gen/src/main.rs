//! Arguments → command → diagnostics → exit code.

fn main() {}
