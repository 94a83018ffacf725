//! The book's search: an index by section, made in the same pass as the pages, and read by `static/search-engine.js`.
//!
//! Three steps: [`sections`] takes the text of every section from the documents, [`weigh`] says how much each term
//! ([`tokens`]) means in each section, [`mod@write`] makes the files, of which a page loads few.
//!
//! What never happens: two builds of one site with different bytes, a request to another host, a request before the
//! reader opens search, and a term of a page that can't be found.

pub mod sections;
pub mod tokens;
pub mod weigh;
pub mod write;

use rayon::prelude::*;

pub use write::SearchFiles;

use crate::model::Site;

/// Makes the files of a site's search. `language` decides which endings of words count as the same word.
#[must_use]
pub fn files(site: &Site, language: &str) -> SearchFiles {
    let pages: Vec<_> = site.pages.par_iter().map(|page| sections::sections(site, page)).collect();
    let postings = weigh::postings(&pages);
    write::files(site, &pages, &postings, language)
}
