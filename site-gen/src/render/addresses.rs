//! Files for machines: redirects from old addresses, `sitemap.xml`, `robots.txt`, `.nojekyll`.

use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::page::CONTENT_SECURITY_POLICY;
use super::text::escaped;
use crate::Output;
use crate::config::Config;
use crate::model::{Page, Site, relative_url};

/// Where a page will be published; none when nobody said.
#[must_use]
pub(super) fn canonical(config: &Config, page: &Page) -> Option<String> {
    let base = config.base_url.as_ref()?;
    Some(format!("{base}{}", utf8_percent_encode(&relative_url("index.html", &page.url), CONTROLS)))
}

/// Where a file that isn't a page will be published; none when nobody said.
#[must_use]
pub(super) fn published(config: &Config, file: &str) -> Option<String> {
    let base = config.base_url.as_ref()?;
    Some(format!("{base}{}", relative_url("index.html", file)))
}

/// Adds them. What the author wrote by hand stays.
pub(super) fn add(site: &Site, config: &Config, output: &mut Output) {
    for (url, page) in &site.redirects {
        output.files.insert(url.clone(), redirect(url, &site.pages[*page], config).into_bytes());
    }
    // GitHub would leave out whatever begins with an underscore or a dot.
    output.files.entry(".nojekyll".to_owned()).or_default();
    let Some(base) = &config.base_url else { return };
    let mut add = |name: &str, text: String| {
        output.files.entry(name.to_owned()).or_insert_with(|| text.into_bytes());
    };
    add("sitemap.xml", sitemap(site, config));
    add("robots.txt", format!("User-agent: *\nAllow: /\n\nSitemap: {base}sitemap.xml\n"));
}

/// A page that only leads on, also where a reader has switched such things off.
fn redirect(from: &str, page: &Page, config: &Config) -> String {
    let to = escaped(&relative_url(from, &page.url));
    let canonical = canonical(config, page)
        .map_or_else(String::new, |url| format!("<link rel=\"canonical\" href=\"{}\">\n", escaped(&url)));
    format!(
        "<!doctype html>\n<html lang=\"{language}\"{direction}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY_POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={to}\">\n{canonical}\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n</head>\n<body>\n\
         <main>\n<h1>{title}</h1>\n<p>This page has moved: <a href=\"{to}\">{title}</a></p>\n</main>\n</body>\n</html>\n",
        language = escaped(&config.language),
        direction = config.direction().map_or_else(String::new, |to| format!(" dir=\"{to}\"")),
        title = escaped(&page.title),
    )
}

fn sitemap(site: &Site, config: &Config) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for url in site.pages.iter().filter_map(|page| canonical(config, page)) {
        xml.push_str(&format!("<url><loc>{}</loc></url>\n", escaped(&url).replace('\'', "&apos;")));
    }
    xml + "</urlset>\n"
}
