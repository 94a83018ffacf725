//! Counts a track's constructs in its Markdown and in the pages made of it, and says where they differ.
//!
//! `cargo run -p whole-site-tests --example counts -- DIR`

use std::path::PathBuf;

use site_gen::Error;
use whole_site_tests::counts;

fn main() -> Result<(), Error> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Error::Environment("name the folder of the Markdown".to_owned()))?;
    println!("{}", counts::compare(&folder)?);
    Ok(())
}
