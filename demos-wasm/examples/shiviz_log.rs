//! Writes the logs that `tests/shiviz` reads: real threads, real channels, real vector clocks.
//!
//! `cargo run -p demos-wasm --example shiviz_log -- gossip` prints one; without a name the ten of them are written to
//! `demos-wasm/tests/shiviz/`. They differ from run to run in the order of lines and in who was faster, never in whether they
//! are valid.

#![expect(clippy::unwrap_used, reason = "a small program that can't go on should stop")]

#[path = "../tests/shiviz/program.rs"]
mod program;

fn main() {
    if let Some(name) = std::env::args().nth(1) {
        print!("{}", program::run(&name));
        return;
    }
    for name in program::RUNS {
        let path = format!("{}/tests/shiviz/{name}.log", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, program::run(name)).unwrap();
    }
}
