//! The development server: builds, serves what it built, watches the sources, builds again and tells the open pages.
//!
//! The main thread builds; a small runtime beside it answers requests from the last good [`Output`](crate::Output) in memory. So
//! nothing but what was built can be asked for, whatever a path says, and no request sees half a build.
//!
//! | File | One sentence |
//! |---|---|
//! | `answer.rs` | a request's path → the file, a redirect or nothing |
//! | `changes.rs` | two builds → which pages to reload, which stylesheets to swap |
//! | `http.rs` | the two above as a server, and events for the open pages |
//! | `watch.rs` | what the author saved, once the disk is quiet |
//! | `live.js`, `live.css` | the part in the page: reloads, keeps the place, shows errors |

use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use crate::{BuildOptions, BuildReport, Builder, Diagnostic, Error, Generated, Made, Progress, output};

mod answer;
mod changes;
mod http;
mod watch;

pub use answer::{Answer, answer};
pub use changes::Changes;
pub use http::{Mount, Problem, Server};

/// The port when none is asked for; the next free one when it is taken.
const PORT: u16 = 8000;
/// How many ports are tried when none was asked for.
const PORTS_TRIED: u16 = 20;

/// The exit code where a second Ctrl-C ended a build, as shells have it.
const INTERRUPTED: i32 = 130;

/// What the main thread waits for.
#[derive(Debug)]
enum Event {
    /// Something was saved.
    Changed(PathBuf),
    /// The person wants to stop.
    Stop,
}

/// Builds, serves and watches until interrupted. Without a port, the first free one from 8000 on is taken; port 0 means
/// any free one.
///
/// # Errors
/// When the given port is taken or the environment is broken. Mistakes in the content don't stop it: they are shown in
/// the terminal and over the open pages until they are mended.
pub fn run(
    options: &BuildOptions,
    port: Option<u16>,
    open_browser: bool,
    progress: &dyn Progress,
) -> Result<(), Error> {
    output::refuse_foreign(&options.out_dir(), &[options.content_dir(), options.config.clone()])?;
    // First, so that a taken port is said before a minute of compiling.
    let listener = listen(port, progress)?;
    let server = Server::start(listener, Mount::live())?;
    let (sender, events) = mpsc::channel();
    // Before the first build, so that what is saved during it isn't missed.
    let mut watcher = watch::start(options, sender.clone())?;
    progress.note(&format!("watching {}", watcher.watched()));
    stop_on_interrupt(&server, sender)?;

    let mut session =
        Session { options, progress, server: &server, builder: Builder::default(), said: Vec::new() };
    session.build_first()?;
    progress.note(&format!("serving on {} (Ctrl-C stops)", server.url()));
    if open_browser && let Err(error) = open::that_detached(server.url()) {
        progress.note(&format!("cannot open a browser: {error}; open {} yourself", server.url()));
    }
    while let Some(changed) = watch::next_batch(&events) {
        watcher.follow(&changed);
        session.rebuild(&changed);
    }
    progress.note("stopped");
    Ok(())
}

/// One run of the server, between builds.
struct Session<'a> {
    options: &'a BuildOptions,
    progress: &'a dyn Progress,
    server: &'a Server,
    /// Keeps what an edit doesn't touch.
    builder: Builder,
    /// What was said after the last build: said again, it would bury what is new.
    said: Vec<Diagnostic>,
}

impl Session<'_> {
    fn build_first(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        let generated = self.builder.generate(self.options, self.progress)?;
        let pages = generated.report.pages;
        if self.show(generated)?.is_some() {
            self.progress.note(&format!("built {pages} pages in {}", seconds(start)));
        }
        Ok(())
    }

    fn rebuild(&mut self, changed: &[PathBuf]) {
        let start = Instant::now();
        let why = self.describe(changed);
        self.progress.note(&format!("changed: {why}"));
        if changed.iter().any(|path| is_demo_source(path)) {
            self.progress.note(
                "compiling the demos again, because their sources changed; the first frames in the pages are drawn by \
                 this program, which still has the old ones: restart it to draw them anew",
            );
        }
        let generated = self.builder.generate(self.options, self.progress);
        let Made { pages, .. } = self.builder.made();
        match generated.and_then(|generated| self.show(generated)) {
            Ok(Some(changes)) => self.progress.note(&format!(
                "rebuilt in {} because of {why}, {} read anew: {}",
                seconds(start),
                count(pages, "page"),
                changes.describe()
            )),
            Ok(None) => {}
            Err(error) => {
                self.progress.rest();
                self.progress.note(&format!("error: {error}\nthe site as it was before stays served"));
                self.server.fail(vec![Problem::of_error(&error)]);
            }
        }
    }

    /// Writes and publishes a good build; shows what is wrong with a bad one. Returns what changed in the site.
    fn show(&mut self, generated: Generated) -> Result<Option<Changes>, Error> {
        let Generated { output, report } = generated;
        self.progress.rest();
        self.say(&report.diagnostics);
        if report.failed(self.options.strict) {
            let faults = faults(&report, self.options.strict);
            self.progress.note(&format!(
                "{} to mend; {}",
                count(faults.len(), "error"),
                if self.server.has_site() {
                    "the site as it was before stays served"
                } else {
                    "nothing to serve yet"
                }
            ));
            self.server.fail(faults.into_iter().map(Problem::of_diagnostic).collect());
            return Ok(None);
        }
        self.progress.stage("writing");
        output.write(&self.options.out_dir())?;
        self.progress.rest();
        Ok(Some(self.server.publish(output)))
    }

    /// Says what is newly wrong, and how much is as it was.
    fn say(&mut self, diagnostics: &[Diagnostic]) {
        let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let (known, new): (Vec<_>, Vec<_>) =
            diagnostics.iter().partition(|diagnostic| self.said.iter().any(|said| same(said, diagnostic)));
        for diagnostic in new {
            self.progress.note(&format!("{}\n", diagnostic.to_text(color)));
        }
        if !known.is_empty() {
            self.progress.note(&format!("{} as before", count(known.len(), "problem")));
        }
        self.said = diagnostics.to_vec();
    }

    /// The changed files as the author knows them: beside the configuration, at most three by name.
    fn describe(&self, changed: &[PathBuf]) -> String {
        let root = self.options.root().canonicalize().unwrap_or_default();
        let named = changed.iter().take(3).map(|path| {
            let shown = path.strip_prefix(&root).unwrap_or(path);
            format!("`{}`", shown.display())
        });
        let mut text = named.collect::<Vec<_>>().join(", ");
        if changed.len() > 3 {
            text.push_str(&format!(" and {} more", changed.len() - 3));
        }
        text
    }
}

/// The diagnostics that fail a build.
fn faults(report: &BuildReport, strict: bool) -> Vec<&Diagnostic> {
    let fails = |diagnostic: &&Diagnostic| strict || diagnostic.severity == crate::Severity::Error;
    report.diagnostics.iter().filter(fails).collect()
}

/// Whether it is the same problem, which may have moved up or down with the text around it.
fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    let text = |diagnostic: &Diagnostic| diagnostic.place.as_ref().map(|place| place.text.clone());
    (one.rule, &one.file, &one.message, text(one)) == (other.rule, &other.file, &other.message, text(other))
}

fn is_demo_source(path: &Path) -> bool {
    path.components().any(|component| component.as_os_str() == "demos-wasm")
}

fn seconds(start: Instant) -> String {
    format!("{:.2} s", start.elapsed().as_secs_f64())
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Listens on loopback only.
fn listen(port: Option<u16>, progress: &dyn Progress) -> Result<TcpListener, Error> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port).map_err(|error| {
            Error::Environment(format!(
                "cannot listen on port {port}: {error}; name another with `--port N`, or leave `--port` out to take \
                 the next free one"
            ))
        });
    }
    for port in PORT..PORT + PORTS_TRIED {
        match bind(port) {
            Ok(listener) => {
                if port != PORT {
                    progress.note(&format!("port {PORT} is taken; using {port}"));
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(Error::Environment(format!("cannot listen on port {port}: {error}"))),
        }
    }
    let last = PORT + PORTS_TRIED - 1;
    Err(Error::Environment(format!(
        "the ports {PORT} to {last} are all taken; name a free one with `--port N`"
    )))
}

/// Ctrl-C, and on Unix the polite request to end, stop the main thread once it has finished what it's at; a second one
/// doesn't wait for that.
fn stop_on_interrupt(server: &Server, sender: mpsc::Sender<Event>) -> Result<(), Error> {
    let cannot = |error| Error::Environment(format!("cannot watch for Ctrl-C: {error}"));
    #[cfg(unix)]
    let mut signals = server.within(|| {
        use tokio::signal::unix::{SignalKind, signal};
        Ok((
            signal(SignalKind::interrupt()).map_err(cannot)?,
            signal(SignalKind::terminate()).map_err(cannot)?,
        ))
    })?;
    server.spawn(async move {
        for is_first in [true, false] {
            #[cfg(unix)]
            tokio::select! {
                _ = signals.0.recv() => {}
                _ = signals.1.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            if is_first {
                // Nobody listens any more when the main thread has ended by itself.
                let _ = sender.send(Event::Stop);
            }
        }
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Notes(Mutex<Vec<String>>);

    impl Progress for Notes {
        fn stage(&self, _name: &str) {}
        fn note(&self, text: &str) {
            self.0.lock().unwrap().push(text.to_owned());
        }
    }

    #[test]
    fn a_port_that_was_asked_for_and_is_taken_is_an_error_that_names_it() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = listen(Some(port), &Notes::default()).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn without_a_port_a_taken_one_is_said_and_the_next_free_one_used() {
        let notes = Notes::default();
        // Whoever has the default port, two servers cannot both get it.
        let (one, two) = (listen(None, &notes).unwrap(), listen(None, &notes).unwrap());
        let ports = [one, two].map(|listener| listener.local_addr().unwrap().port());
        assert!(PORT <= ports[0] && ports[0] < ports[1], "{ports:?}");
        let notes = notes.0.lock().unwrap();
        assert!(notes.iter().any(|note| note.contains(&format!("port {PORT} is taken; using {}", ports[1]))));
    }

    #[test]
    fn the_server_listens_on_loopback_only() {
        let listener = listen(Some(0), &Notes::default()).unwrap();
        assert!(listener.local_addr().unwrap().ip().is_loopback());
    }
}
