//! `site-gen serve` as an author runs it: the program, its messages, its answers, its end.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A site of two pages in a folder of its own.
fn book() -> TempDir {
    let folder = TempDir::new().unwrap();
    let content = folder.path().join("content");
    fs::create_dir(&content).unwrap();
    fs::write(folder.path().join("site.toml"), "title = \"A book\"\n").unwrap();
    fs::write(content.join("README.md"), "# The start\n\nTo [the other page](other.md).\n").unwrap();
    fs::write(content.join("other.md"), "# The other\n\nSome text.\n").unwrap();
    folder
}

fn command(book: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_site-gen"));
    command.args(["serve", "--demos", "none"]).current_dir(book);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A running `site-gen serve`; ended with the test.
struct Served {
    program: Child,
    messages: Receiver<String>,
    said: Vec<String>,
    port: u16,
}

impl Served {
    fn start(book: &Path) -> Self {
        let mut program = command(book).args(["--port", "0"]).spawn().unwrap();
        let (sender, messages) = mpsc::channel();
        let stderr = BufReader::new(program.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut served = Self { program, messages, said: Vec::new(), port: 0 };
        let line = served.wait_for("serving on http://127.0.0.1:");
        let port = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        served.port = port.parse().unwrap();
        served
    }

    /// The next message that contains a text.
    fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.messages.recv_timeout(left) else {
                panic!("never said `{text}`, only {:#?}", self.said);
            };
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a request as it stands and reads the answer to its end.
    fn ask(&self, method: &str, path: &str) -> Answer {
        self.ask_with(method, path, "Host: localhost")
    }

    fn ask_with(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    /// The lines of the event stream, as they come.
    fn events(&self) -> impl Iterator<Item = String> + use<> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET /_site-gen/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        BufReader::new(stream).lines().map(|line| line.expect("an event in time"))
    }

    #[cfg(unix)]
    fn interrupt(mut self) -> ExitStatus {
        let pid = self.program.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it goes on after Ctrl-C");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

#[test]
fn it_says_what_it_watches_what_it_built_and_where_it_serves() {
    let book = book();
    let served = Served::start(book.path());
    let said = served.said.join("\n");
    assert!(said.contains("watching site.toml, content"), "{said}");
    assert!(said.contains("built 2 pages"), "{said}");
}

#[test]
fn pages_come_with_their_type_their_script_and_no_caching() {
    let book = book();
    let served = Served::start(book.path());
    let page = served.get("/");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html; charset=utf-8"), "{}", page.head);
    assert!(page.head.contains("cache-control: no-store"), "{}", page.head);
    assert!(page.body.contains("src=\"/_site-gen/live.js\""), "{}", page.body);
    assert_eq!(served.get("/_site-gen/live.js").status, 200);
    let written = fs::read_to_string(book.path().join("dist/index.html")).unwrap();
    assert!(!written.contains("_site-gen"), "the script for live reload is in the built site");

    let head = served.ask("HEAD", "/");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(served.ask("POST", "/").status, 405);
}

#[test]
fn a_part_of_a_file_is_answered_alone() {
    let book = book();
    fs::write(book.path().join("content/film.mp4"), "0123456789").unwrap();
    let served = Served::start(book.path());
    let part = served.ask_with("GET", "/film.mp4", "Host: localhost\r\nRange: bytes=2-4");
    assert_eq!((part.status, part.body.as_str()), (206, "234"));
    assert!(part.head.contains("content-range: bytes 2-4/10"), "{}", part.head);
    let beyond = served.ask_with("GET", "/film.mp4", "Host: localhost\r\nRange: bytes=20-");
    assert_eq!((beyond.status, beyond.body.as_str()), (416, ""));
    let whole = served.get("/film.mp4");
    assert_eq!((whole.status, whole.body.as_str()), (200, "0123456789"));
    assert!(whole.head.contains("accept-ranges: bytes"), "{}", whole.head);
}

#[test]
fn a_name_that_is_not_this_machines_gets_nothing() {
    let book = book();
    let served = Served::start(book.path());
    let answer = served.ask_with("GET", "/", "Host: evil.example");
    assert_eq!(answer.status, 403);
    assert!(!answer.body.contains("The start"), "{}", answer.body);
}

#[test]
fn a_draft_and_an_address_can_be_asked_for() {
    let book = book();
    fs::write(book.path().join("content/draft.md"), "---\ndraft: true\n---\n# A draft\n").unwrap();
    let build = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_site-gen"));
        command.args(["build", "--demos", "none"]).args(more).current_dir(book.path()).output().unwrap()
    };
    assert!(build(&["--drafts", "--base-url", "https://x.example/b"]).status.success());
    assert!(book.path().join("dist/draft/index.html").exists());
    let sitemap = fs::read_to_string(book.path().join("dist/sitemap.xml")).unwrap();
    assert!(sitemap.contains("https://x.example/b/draft/index.html"), "{sitemap}");
    assert!(build(&[]).status.success());
    assert!(!book.path().join("dist/draft").exists() && !book.path().join("dist/sitemap.xml").exists());
    let refused = build(&["--base-url", "x.example"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("https://"));
}

#[test]
fn a_folder_without_its_slash_is_redirected_and_a_missing_page_is_the_sites_own_404() {
    let book = book();
    let served = Served::start(book.path());
    let folder = served.get("/other?q=1");
    assert_eq!(folder.status, 307);
    assert!(folder.head.contains("location: /other/?q=1"), "{}", folder.head);
    let missing = served.get("/nothing/here");
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("<h1>"), "{}", missing.body);
}

#[test]
#[cfg(unix)]
fn no_path_and_no_link_leads_out_of_the_output() {
    let book = book();
    fs::write(book.path().join("secret.txt"), "xyzzy").unwrap();
    let served = Served::start(book.path());
    std::os::unix::fs::symlink(book.path().join("secret.txt"), book.path().join("dist/leak.txt")).unwrap();
    let absolute = format!("{}/secret.txt", book.path().display());
    for path in [
        "/../secret.txt",
        "/other/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/....//secret.txt",
        "/leak.txt",
        "/secret.txt",
        "/site.toml",
        "/%00",
        "http://localhost/../secret.txt",
        absolute.as_str(),
        format!("/{absolute}").as_str(),
    ] {
        let answer = served.get(path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.head);
        assert!(!answer.body.contains("xyzzy"), "{path} leads out");
    }
}

#[test]
fn a_saved_page_is_rebuilt_and_said_with_its_reason_and_the_number_of_files() {
    let book = book();
    let mut served = Served::start(book.path());
    let mut events = served.events();
    events.find(|line| line == "event: state").unwrap();
    fs::write(book.path().join("content/other.md"), "# The other\n\nBetter text.\n").unwrap();
    let said = served.wait_for("rebuilt");
    assert!(said.contains("`content/other.md`") && said.contains("1 file changed"), "{said}");
    assert!(served.get("/other/").body.contains("Better text."));
    events.find(|line| line == "event: built").unwrap();
    let data = events.next().unwrap();
    assert!(data.contains("\"reload\":[\"other/index.html\"]"), "{data}");
    assert!(fs::read_to_string(book.path().join("dist/other/index.html")).unwrap().contains("Better text."));
}

#[test]
fn a_folder_of_templates_that_comes_later_is_followed() {
    let book = book();
    let mut served = Served::start(book.path());
    fs::create_dir(book.path().join("static")).unwrap();
    served.wait_for("rebuilt");
    fs::write(book.path().join("static/extra.css"), "a { color: red }").unwrap();
    let said = served.wait_for("rebuilt");
    assert!(said.contains("`static/extra.css`"), "{said}");
}

#[test]
fn a_mistake_keeps_the_last_good_site_and_is_told_with_its_place_until_it_is_mended() {
    let book = book();
    let mut served = Served::start(book.path());
    let mut events = served.events();
    events.find(|line| line == "event: state").unwrap();
    let broken = "# The other\n\n```demo\nid = \"no-such-demo\"\n```\n";
    fs::write(book.path().join("content/other.md"), broken).unwrap();
    served.wait_for("stays served");
    assert!(served.get("/other/").body.contains("Some text."));
    events.find(|line| line == "event: failed").unwrap();
    let data = events.next().unwrap();
    let problems: serde_json::Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    let problem = &problems["problems"][0];
    assert_eq!(
        (problem["file"].as_str(), problem["line"].as_u64()),
        (Some("content/other.md"), Some(4)),
        "{data}"
    );

    // Mended without a difference to what is served: the pages still have to hear of it.
    fs::write(book.path().join("content/other.md"), "# The other\n\nSome text.\n").unwrap();
    events.find(|line| line == "event: built").unwrap();
}

#[test]
fn content_that_is_wrong_from_the_start_is_served_once_it_is_mended() {
    let book = book();
    let page = book.path().join("content/other.md");
    fs::write(&page, "```demo\nid = 1\n```\n").unwrap();
    let mut served = Served::start(book.path());
    let waiting = served.get("/");
    assert_eq!(waiting.status, 503);
    assert!(waiting.body.contains("live.js"), "{}", waiting.body);
    assert!(!book.path().join("dist").exists());
    fs::write(&page, "# Mended\n").unwrap();
    served.wait_for("rebuilt");
    assert_eq!(served.get("/").status, 200);
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_it_cleanly_even_while_a_page_is_open() {
    let book = book();
    let served = Served::start(book.path());
    let mut events = served.events();
    events.find(|line| line == "event: state").unwrap();
    assert!(served.interrupt().success());
    let left: Vec<_> = fs::read_dir(book.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "something is left beside content, dist and site.toml: {left:?}");
}

#[test]
fn a_taken_port_that_was_asked_for_is_refused_by_name() {
    let book = book();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command(book.path()).args(["--port", &port]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
}

#[test]
fn an_output_folder_that_is_not_ours_is_refused_before_anything_else() {
    let book = book();
    fs::create_dir(book.path().join("dist")).unwrap();
    fs::write(book.path().join("dist/thesis.txt"), "years of work").unwrap();
    let output = command(book.path()).args(["--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(book.path().join("dist/thesis.txt")).unwrap(), "years of work");
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_ends_it_at_once_while_it_builds() {
    let book = book();
    // Reading this configuration never ends.
    let config = book.path().join("endless.toml");
    assert!(Command::new("mkfifo").arg(&config).status().unwrap().success());
    let mut program = command(book.path()).args(["--port", "0", "--config", "endless.toml"]).spawn().unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("watching")));
    let pid = program.id().to_string();
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(100));
        if let Some(status) = program.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            program.kill().unwrap();
            panic!("it goes on after many Ctrl-C");
        }
    };
    assert_eq!(status.code(), Some(130));
}
