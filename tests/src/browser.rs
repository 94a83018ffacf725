//! Chromium, driven from a test: started on a free port with a fresh profile, and gone at the end of the test.

use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction, TouchActions};
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::required_in_ci;

/// Where Debian's `chromium` and `chromium-driver` put them.
const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// No sandbox, because CI is root; the rest keeps the browser from asking the network for anything.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// How long a page may take to become what a test waits for; generous, because the machine is shared.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a test in a browser of its own. Without a browser the test is skipped, or fails in CI.
///
/// # Panics
/// When the browser is there but doesn't start.
pub fn in_browser<F: Future<Output = ()>>(test: impl FnOnce(Browser) -> F) {
    // One at a time: two browsers on two cores only slow each other down to where waiting gives up.
    static ONE: Mutex<()> = Mutex::new(());

    for program in [CHROMIUM, DRIVER] {
        if !Path::new(program).exists() {
            return required_in_ci(&format!(
                "{program} is not there (packages chromium and chromium-driver)"
            ));
        }
    }
    let _turn = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let driver = Driver::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = driver.session().await;
        test(Browser { client }).await;
    });
}

/// A running chromedriver and the profile of its browser.
struct Driver {
    process: Child,
    port: u16,
    profile: TempDir,
}

impl Driver {
    fn start() -> Self {
        let mut process = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut lines =
            BufReader::new(process.stdout.take().expect("its output")).lines().map_while(Result::ok);
        // "ChromeDriver was started successfully on port 37261."
        let port = lines
            .find_map(|line| line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver says its port");
        Self { process, port, profile: TempDir::new().expect("a profile folder") }
    }

    async fn session(&self) -> Client {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let capabilities = json!({
            "goog:chromeOptions": { "binary": CHROMIUM, "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities: Capabilities = serde_json::from_value(capabilities).expect("an object");
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(capabilities);
        builder.connect(&format!("http://127.0.0.1:{}", self.port)).await.expect("a session")
    }
}

impl Drop for Driver {
    /// Asks the driver to close its browser and end, which killing it would not do.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let request = "GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            // If it doesn't listen any more, the deadline below ends it.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut Vec::new()));
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One window of a browser. What goes wrong in driving it fails the test at the caller's line of thought, with the
/// selector or script in the message.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
}

impl Browser {
    /// Goes to an address; the same address as before is loaded again.
    ///
    /// # Panics
    /// As all of these: when the browser refuses.
    pub async fn open(&self, url: &str) {
        // Only the fragment differing would not load the page.
        self.client.goto("about:blank").await.expect("an empty page");
        self.client.goto(url).await.unwrap_or_else(|error| panic!("open {url}: {error}"));
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("a reload");
    }

    /// The address shown.
    pub async fn url(&self) -> String {
        self.client.current_url().await.expect("an address").into()
    }

    /// The value of a script's `return`.
    pub async fn script(&self, script: &str) -> Value {
        let result = self.client.execute(script, Vec::new()).await;
        result.unwrap_or_else(|error| panic!("run `{script}`: {error}"))
    }

    /// The value a promise resolves to; the script is the body of an async function.
    pub async fn script_async(&self, script: &str) -> Value {
        let wrapped = format!(
            "const done = arguments[arguments.length - 1];\n(async () => {{ {script} }})().then(done, (error) => done(String(error)));"
        );
        let result = self.client.execute_async(&wrapped, Vec::new()).await;
        result.unwrap_or_else(|error| panic!("run `{script}`: {error}"))
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, condition: &str) {
        let deadline = Instant::now() + PATIENCE;
        let script = format!("return Boolean({condition})");
        // A page on its way to another refuses scripts for a moment.
        while !matches!(self.client.execute(&script, Vec::new()).await, Ok(Value::Bool(true))) {
            assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for `{condition}`");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Clicks the middle of an element, as a person would who has scrolled to it.
    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        // The driver's own scrolling is overtaken by a page that scrolls smoothly.
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let target = serde_json::to_value(&element).expect("a reference to an element");
        self.client.execute(scroll, vec![target]).await.expect("an element to scroll to");
        element.click().await.unwrap_or_else(|error| panic!("click `{selector}`: {error}"));
    }

    /// Drags one element onto another, by mouse or by finger.
    pub async fn drag(&self, from: &str, onto: &str, by_finger: bool) {
        let (from, onto) = (self.find(from).await, self.find(onto).await);
        let target = serde_json::to_value(&from).expect("a reference to an element");
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(scroll, vec![target]).await.expect("an element to scroll to");
        let move_to = |element: &Element| PointerAction::MoveToElement {
            element: element.clone(),
            duration: Some(Duration::from_millis(50)),
            x: 0.0,
            y: 0.0,
        };
        let actions = [
            move_to(&from),
            PointerAction::Down { button: MOUSE_BUTTON_LEFT },
            move_to(&onto),
            PointerAction::Up { button: MOUSE_BUTTON_LEFT },
        ];
        let performed = if by_finger {
            let finger = actions.into_iter().fold(TouchActions::new("finger".to_owned()), TouchActions::then);
            self.client.perform_actions(finger).await
        } else {
            let mouse = actions.into_iter().fold(MouseActions::new("mouse".to_owned()), MouseActions::then);
            self.client.perform_actions(mouse).await
        };
        performed.expect("a drag");
    }

    async fn find(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("find `{selector}`: {error}"))
    }

    /// Types into whatever has the focus, so that only the keyboard is used. Special keys as in `fantoccini::key::Key`.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("a focused element");
        focused.send_keys(keys).await.unwrap_or_else(|error| panic!("type {keys:?}: {error}"));
    }

    /// Goes into the first frame of the page; from here on everything is about the page in it.
    pub async fn enter_frame(&self) {
        self.find("iframe").await;
        self.client.enter_frame(0).await.expect("a frame");
    }

    /// The text of an element, as rendered.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.find(selector).await;
        element.text().await.expect("its text")
    }

    /// Errors, failed requests and policy violations that the console got since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ConsoleLog).await.expect("the console's entries");
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| (entry["level"].as_str().unwrap_or(""), entry["message"].as_str().unwrap_or("")))
            .filter(|(level, message)| *level == "SEVERE" || message.contains("Content Security Policy"))
            .map(|(level, message)| format!("{level}: {message}"))
            .collect()
    }

    /// Fails the test if the console got an error or a policy violation since it was last asked.
    pub async fn expect_no_complaint(&self, where_: &str) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "{where_}: {complaints:#?}");
    }

    /// The picture of the window, for a person to look at.
    pub async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    /// Sets the size of the window in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("another size");
    }
}

/// The console's entries since the last time; not in the standard, but in every Chromium.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
