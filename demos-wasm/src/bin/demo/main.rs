//! `demo`: the demos without a page. Runs them, draws them, looks for counterexamples, and judges histories of clients.
//!
//! What a command says goes to standard output and depends on nothing but its arguments and input. Exit codes: 0, 1 for a
//! broken invariant or a history that isn't linearizable, 2 for bad arguments or input.

#[cfg(not(target_arch = "wasm32"))]
mod arguments;
#[cfg(not(target_arch = "wasm32"))]
mod check;
#[cfg(not(target_arch = "wasm32"))]
mod history;
#[cfg(not(target_arch = "wasm32"))]
mod hunt;
#[cfg(not(target_arch = "wasm32"))]
mod list;
#[cfg(not(target_arch = "wasm32"))]
mod picture;
#[cfg(not(target_arch = "wasm32"))]
mod report;
#[cfg(not(target_arch = "wasm32"))]
mod run;

/// For the page there is nothing to command.
#[cfg(target_arch = "wasm32")]
fn main() {}

/// What a command has to say.
#[cfg(not(target_arch = "wasm32"))]
struct Answer {
    /// For standard output.
    text: String,
    /// For standard error.
    remark: Option<String>,
    /// 0 or 1.
    code: u8,
}

#[cfg(not(target_arch = "wasm32"))]
impl Answer {
    fn new(text: String) -> Self {
        Self { text, remark: None, code: 0 }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::io::Write;

    use clap::Parser;

    match arguments::Arguments::parse().carry_out() {
        Ok(answer) => {
            // Whoever reads may have seen enough, as `head` has.
            let _ = std::io::stdout().write_all(answer.text.as_bytes());
            if let Some(remark) = answer.remark {
                eprintln!("{remark}");
            }
            std::process::ExitCode::from(answer.code)
        }
        Err(problem) => {
            eprintln!("{problem}");
            std::process::ExitCode::from(2)
        }
    }
}
