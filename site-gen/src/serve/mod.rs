//! The development server.

use crate::{BuildOptions, Error};

/// Builds, serves and watches until interrupted.
///
/// # Errors
/// When the port is taken or the environment is broken.
pub fn run(options: &BuildOptions, port: u16, open: bool) -> Result<(), Error> {
    let _ = (options, port, open);
    Err(Error::Environment("`serve` isn't there yet; use `build`".to_owned()))
}
