//! A panic at one page becomes an error that names the page: the other pages are still checked, and `serve` lives on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Diagnostic;

/// Does some work for a file. Nothing half done can be seen afterwards: all of it is in what is returned, or in caches that
/// only take finished values.
pub(crate) fn guarded<T>(file: &str, make: impl FnOnce() -> T) -> Result<T, Box<Diagnostic>> {
    catch_unwind(AssertUnwindSafe(make)).map_err(|cause| {
        let message = format!("this page made site-gen itself fail: {}", said(cause.as_ref()));
        let problem = Diagnostic::error("crash", file, message);
        Box::new(problem.hint("this is a bug of site-gen; please report it with the page"))
    })
}

/// What a panic says, if it says it in words.
fn said(cause: &(dyn Any + Send)) -> &str {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_names_the_file_and_says_what_happened() {
        assert_eq!(guarded("a.md", || 1).ok(), Some(1));
        let position = 7;
        for (problem, said) in [
            (guarded("a.md", || -> () { panic!("no such note") }), "no such note"),
            (guarded("a.md", || -> () { panic!("no {position}") }), "no 7"),
        ] {
            let problem = problem.unwrap_err();
            assert_eq!((problem.rule, problem.file.as_str()), ("crash", "a.md"));
            assert!(problem.message.ends_with(said), "{}", problem.message);
        }
    }
}
