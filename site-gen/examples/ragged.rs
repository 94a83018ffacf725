//! Counts the frames of a track's box drawings whose right border is still ragged after mending, and shows them.
//!
//! `cargo run -p site-gen --example ragged -- DIR`

use std::path::PathBuf;

use site_gen::Error;
use site_gen::parse::{ParseOptions, parse};
use site_gen::render::diagram;
use site_gen::source::SourceTree;

fn main() -> Result<(), Error> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Error::Environment("name the folder of the Markdown".to_owned()))?;
    let (mut ragged, mut all) = (0, 0);
    for (path, text) in &SourceTree::read(&folder)?.pages {
        let document = parse(path, text, ParseOptions::default());
        for fence in document.fences.iter().filter(|fence| diagram::is_candidate(&fence.label)) {
            let (still_ragged, frames) = diagram::ragged(fence.code());
            if still_ragged > 0 {
                println!("{path}: {still_ragged} of {frames}\n{}", fence.code());
            }
            ragged += still_ragged;
            all += frames;
        }
    }
    println!("{ragged} of {all} frames are ragged");
    Ok(())
}
