//! The site over HTTP, and events for the pages that are open.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::broadcast;

use super::{Answer, Changes, answer, answer::content_type};
use crate::{Diagnostic, Error, Output};

/// The folder in the site's root that belongs to the server. A site has no such file: it starts with an underscore
/// and this program's name.
const RESERVED: &str = "_site-gen/";
const SCRIPT: &str = include_str!("live.js");
const STYLE: &str = include_str!("live.css");

/// Stands in for the site until there is one.
const NOTHING_YET: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Nothing to show yet</title></head><body><p>The site is not built yet.</p></body></html>";

/// Events that wait for a slow page; one that misses more is told to load itself again.
const EVENTS_KEPT: usize = 16;

/// Where in the host's paths the site lies, and whether its pages are kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Begins and ends with a slash.
    prefix: String,
    live: bool,
}

impl Mount {
    /// At the root, with the script for live reload in every page.
    #[must_use]
    pub fn live() -> Self {
        Self { prefix: "/".to_owned(), live: true }
    }

    /// Below a path such as `docs/v1`, its bytes untouched, as any host of static files would.
    #[must_use]
    pub fn untouched(below: &str) -> Self {
        let below = below.trim_matches('/');
        let prefix = if below.is_empty() { "/".to_owned() } else { format!("/{below}/") };
        Self { prefix, live: false }
    }
}

/// One thing wrong with a build, as the page shows it.
#[derive(Debug, Clone)]
pub struct Problem(Value);

impl Problem {
    /// A mistake in the content, with its place and its line.
    #[must_use]
    pub fn of_diagnostic(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        Self(json!({
            "severity": diagnostic.severity,
            "rule": diagnostic.rule,
            "file": diagnostic.file,
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "length": place.map(|place| place.length),
            "text": place.map(|place| &place.text),
            "message": diagnostic.message,
            "hint": diagnostic.hint,
        }))
    }

    /// A broken environment, such as demos that don't compile.
    #[must_use]
    pub fn of_error(error: &Error) -> Self {
        Self(json!({ "severity": "error", "message": error.to_string() }))
    }
}

/// What is served at the moment.
#[derive(Debug, Default)]
struct Shown {
    /// None until there was a good build.
    site: Option<Arc<Output>>,
    /// How many builds were published; tells a page that was open meanwhile whether it is stale.
    builds: u64,
    /// What is wrong with the newest sources; empty when the site is up to date.
    problems: Vec<Problem>,
}

#[derive(Debug)]
struct Shared {
    mount: Mount,
    /// Differs between two runs of the program, so that a page left open over a restart loads itself again.
    run: String,
    shown: RwLock<Shown>,
    events: broadcast::Sender<(&'static str, Value)>,
}

impl Shared {
    fn read<T>(&self, look: impl FnOnce(&Shown) -> T) -> T {
        look(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Shown) -> T) -> T {
        change(&mut self.shown.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn version(&self, shown: &Shown) -> String {
        format!("{}-{}", self.run, shown.builds)
    }
}

/// A running server; stops when dropped.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Answers requests from now on, with nothing to show yet.
    ///
    /// # Errors
    /// When the system gives no threads or refuses the listener.
    pub fn start(listener: TcpListener, mount: Mount) -> Result<Self, Error> {
        let cannot = |error: std::io::Error| Error::Environment(format!("cannot start the server: {error}"));
        let address = listener.local_addr().map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let runtime = threads.worker_threads(2).enable_all().build().map_err(cannot)?;
        let run = format!("{}-{}", std::process::id(), address.port());
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let shared = Arc::new(Shared { mount, run, shown: RwLock::default(), events });
        let router = Router::new().fallback(respond).with_state(Arc::clone(&shared));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(cannot)?
        };
        runtime.spawn(async move {
            // Ends only with the runtime; an error of one connection isn't one of the server.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { shared, address, runtime: Some(runtime) })
    }

    /// The address of the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.mount.prefix)
    }

    /// Whether there was a good build.
    #[must_use]
    pub fn has_site(&self) -> bool {
        self.shared.read(|shown| shown.site.is_some())
    }

    /// Serves a new build from now on and tells the open pages. Returns how it differs from the one before.
    pub fn publish(&self, output: Output) -> Changes {
        let (changes, version, was_failed) = self.shared.write(|shown| {
            let changes = Changes::between(shown.site.as_deref().unwrap_or(&Output::default()), &output);
            shown.site = Some(Arc::new(output));
            shown.builds += 1;
            let was_failed = !std::mem::take(&mut shown.problems).is_empty();
            (changes, self.shared.version(shown), was_failed)
        });
        if changes.files > 0 || was_failed {
            self.tell(
                "built",
                json!({
                    "version": version,
                    "files": changes.files,
                    "reload": changes.reload,
                    "stylesheets": changes.stylesheets,
                }),
            );
        }
        changes
    }

    /// Keeps serving what there is, and shows over the open pages what is wrong.
    pub fn fail(&self, problems: Vec<Problem>) {
        let value = json!({ "problems": problems.iter().map(|problem| &problem.0).collect::<Vec<_>>() });
        self.shared.write(|shown| shown.problems = problems);
        self.tell("failed", value);
    }

    fn tell(&self, event: &'static str, value: Value) {
        // No receiver means that no page is open.
        let _ = self.shared.events.send((event, value));
    }

    /// Runs a task beside the server.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(task);
        }
    }

    /// Calls a function that needs the server's runtime around it.
    pub(super) fn within<T>(&self, call: impl FnOnce() -> T) -> T {
        let _inside = self.runtime.as_ref().map(Runtime::enter);
        call()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not waiting, because pages hold their event streams open; and a test may drop it inside its own runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_none_or(is_this_machine) {
        return plain(StatusCode::FORBIDDEN, "this server answers to `localhost` only");
    }
    let Some(path) = request.uri().path().strip_prefix(&shared.mount.prefix) else {
        return plain(StatusCode::NOT_FOUND, "the site lies elsewhere on this host");
    };
    if shared.mount.live
        && let Some(own) = path.strip_prefix(RESERVED)
    {
        return match own {
            "live.js" => file(StatusCode::OK, "live.js", SCRIPT.into()),
            "live.css" => file(StatusCode::OK, "live.css", STYLE.into()),
            "events" => events(&shared),
            _ => plain(StatusCode::NOT_FOUND, "the server has no such file"),
        };
    }
    // One look: the page and its version belong to one build.
    let (site, version) = shared.read(|shown| (shown.site.clone(), shared.version(shown)));
    let Some(site) = site else {
        let page = with_script(NOTHING_YET.as_bytes(), "", &version, &shared.mount);
        return file(StatusCode::SERVICE_UNAVAILABLE, "index.html", page);
    };
    match answer(&site, path) {
        Answer::File { name, bytes } if name.ends_with(".html") => {
            file(StatusCode::OK, name, with_script(bytes, name, &version, &shared.mount))
        }
        Answer::File { name, bytes } => part(request.headers(), name, bytes),
        Answer::Redirect(path) => redirect(&shared.mount, &path, request.uri().query()),
        Answer::Missing => match site.files.get("404.html") {
            // No name: whatever is built next may be the page that was looked for.
            Some(page) => {
                file(StatusCode::NOT_FOUND, "404.html", with_script(page, "", &version, &shared.mount))
            }
            None => plain(StatusCode::NOT_FOUND, "no such page"),
        },
    }
}

/// A page with the script for live reload at the end of its head. It is a file, because the pages' policy forbids
/// inline script, and it is told which page this is and of which build.
fn with_script(page: &[u8], name: &str, version: &str, mount: &Mount) -> Vec<u8> {
    if !mount.live {
        return page.to_vec();
    }
    let quoted = name.replace('&', "&amp;").replace('"', "&quot;");
    let script = format!(
        "<script src=\"{}{RESERVED}live.js\" data-file=\"{quoted}\" data-version=\"{version}\" defer></script>",
        mount.prefix
    );
    let end_of_head = page.windows(7).position(|window| window.eq_ignore_ascii_case(b"</head>"));
    let at = end_of_head.unwrap_or(page.len());
    [&page[..at], script.as_bytes(), &page[at..]].concat()
}

fn file(status: StatusCode, name: &str, bytes: Vec<u8>) -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, bytes).into_response()
}

/// A file, or the part of it that was asked for: browsers load films so, and some nothing else.
fn part(asked: &HeaderMap, name: &str, bytes: &[u8]) -> Response<Body> {
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let (mut response, place) = match range.and_then(|range| part_of(range, bytes.len())) {
        None => (file(StatusCode::OK, name, bytes.to_vec()), None),
        Some(range) if range.is_empty() => {
            (file(StatusCode::RANGE_NOT_SATISFIABLE, name, Vec::new()), Some("*".to_owned()))
        }
        Some(range) => {
            let place = format!("{}-{}", range.start, range.end - 1);
            (file(StatusCode::PARTIAL_CONTENT, name, bytes[range].to_vec()), Some(place))
        }
    };
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let place = place.and_then(|place| HeaderValue::from_str(&format!("bytes {place}/{}", bytes.len())).ok());
    if let Some(place) = place {
        response.headers_mut().insert(header::CONTENT_RANGE, place);
    }
    response
}

/// `bytes=2-5`, `bytes=2-` or `bytes=-5` of so many bytes; empty where there are none such. None for what isn't one range:
/// the whole file answers that.
fn part_of(range: &str, length: usize) -> Option<Range<usize>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let part = match (first.trim(), last.trim()) {
        ("", last) => length.saturating_sub(number(last)?)..length,
        (first, "") => number(first)?..length,
        (first, last) if number(first)? > number(last)? => return None,
        (first, last) => number(first)?..number(last)?.saturating_add(1).min(length),
    };
    Some(if part.start < part.end { part } else { 0..0 })
}

/// Whether a `Host` is a name of this machine. Any other led here by a name server: a page elsewhere could read the site
/// before it is published.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    file(status, "message.txt", text.into())
}

fn redirect(mount: &Mount, path: &str, query: Option<&str>) -> Response<Body> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(location) = HeaderValue::from_str(&format!("{}{path}{query}", mount.prefix)) else {
        return plain(StatusCode::NOT_FOUND, "no such page");
    };
    let headers =
        [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
}

/// First how things stand, then what happens.
fn events(shared: &Arc<Shared>) -> Response<Body> {
    // Subscribed before looking, so that nothing falls between.
    let receiver = shared.events.subscribe();
    let now = shared.read(|shown| {
        let problems: Vec<&Value> = shown.problems.iter().map(|problem| &problem.0).collect();
        json!({ "version": shared.version(shown), "problems": problems })
    });
    let stream =
        futures_util::stream::unfold((Some(("state", now)), receiver), |(first, mut receiver)| async move {
            let (name, value) = match first {
                Some(first) => first,
                None => match receiver.recv().await {
                    Ok(event) => event,
                    Err(broadcast::error::RecvError::Lagged(_)) => ("missed", Value::Null),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            };
            let event = Event::default().event(name).data(value.to_string());
            Some((Ok::<_, Infallible>(event), (None, receiver)))
        });
    let mut response =
        Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_at_the_end_of_the_head_and_names_page_and_build() {
        let page =
            with_script(b"<html><HEAD><title>x</title></HEAD><body>", "a&\"b.html", "1-2", &Mount::live());
        assert_eq!(
            String::from_utf8(page).unwrap(),
            "<html><HEAD><title>x</title><script src=\"/_site-gen/live.js\" data-file=\"a&amp;&quot;b.html\" \
             data-version=\"1-2\" defer></script></HEAD><body>"
        );
    }

    #[test]
    fn an_untouched_site_keeps_its_bytes() {
        assert_eq!(with_script(b"<head></head>", "a.html", "1", &Mount::untouched("docs")), b"<head></head>");
    }

    #[test]
    fn one_range_is_a_part_and_anything_else_the_whole() {
        for (range, expected) in [
            ("bytes=2-5", Some(2..6)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=0-99", Some(0..10)),
            ("bytes=-99", Some(0..10)),
            ("bytes=10-", Some(0..0)),
            ("bytes=-0", Some(0..0)),
            ("bytes=5-2", None),
            ("bytes=0-1,3-4", None),
            ("lines=0-1", None),
            ("bytes=x-", None),
        ] {
            assert_eq!(part_of(range, 10), expected, "{range}");
        }
        assert_eq!(part_of("bytes=0-", 0), Some(0..0));
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in
            ["localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1:80", "[::1]:8000", "book.localhost:1"]
        {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn a_prefix_has_one_slash_at_each_end() {
        for below in ["docs/v1", "/docs/v1/", "docs/v1/"] {
            assert_eq!(Mount::untouched(below).prefix, "/docs/v1/");
        }
        assert_eq!(Mount::untouched("/").prefix, "/");
    }
}
