//! A browser, driven from a test: started on a free port with a fresh profile, and gone at the end of the test.

use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
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
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
/// Where Debian's `firefox-esr` puts it; its driver comes from `cargo install geckodriver`.
const FIREFOX: &str = "/usr/bin/firefox-esr";
/// Where Debian's `webkit2gtk-driver` and `xvfb` put them; the browser itself is in a folder of the architecture.
const WEBKIT_DRIVER: &str = "/usr/bin/WebKitWebDriver";
const DISPLAY_SERVER: &str = "/usr/bin/Xvfb";

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

/// What runs the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's.
    Blink,
    /// Firefox's.
    Gecko,
    /// Safari's, here in a bare window of its GTK port.
    WebKit,
}

/// The programs of an engine.
struct Programs {
    driver: PathBuf,
    browser: PathBuf,
}

impl Engine {
    /// Where its programs are, or what is missing.
    fn programs(self) -> Result<Programs, String> {
        let there = |program: &str, packages: &str| match Path::new(program).exists() {
            true => Ok(PathBuf::from(program)),
            false => Err(format!("{program} is not there ({packages})")),
        };
        match self {
            Self::Blink => Ok(Programs {
                driver: there(CHROMEDRIVER, "package chromium-driver")?,
                browser: there(CHROMIUM, "package chromium")?,
            }),
            Self::Gecko => Ok(Programs {
                driver: on_path("geckodriver")
                    .ok_or("geckodriver is not on the PATH (cargo install geckodriver)")?,
                browser: there(FIREFOX, "package firefox-esr")?,
            }),
            Self::WebKit => {
                there(DISPLAY_SERVER, "package xvfb")?;
                let driver = there(WEBKIT_DRIVER, "package webkit2gtk-driver")?;
                let browser = mini_browser().ok_or("there is no MiniBrowser (package webkit2gtk-driver)")?;
                Ok(Programs { driver, browser })
            }
        }
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// `/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser`, or the like.
fn mini_browser() -> Option<PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths
    };
    let architectures = folders(Path::new("/usr/lib"));
    let versions = architectures.iter().flat_map(|folder| folders(folder));
    versions
        .filter(|folder| folder.to_string_lossy().contains("/webkit2gtk-"))
        .map(|folder| folder.join("MiniBrowser"))
        .find(|file| file.is_file())
}

/// Runs a test in a Chromium of its own. Without one the test is skipped, or fails in CI.
///
/// # Panics
/// When the browser is there but doesn't start.
pub fn in_browser<F: Future<Output = ()>>(test: impl FnOnce(Browser) -> F) {
    in_engine(Engine::Blink, test);
}

/// Runs a test in Chromium and then in WebKit, each of its own. Without one of them that half is skipped, or fails in CI.
///
/// # Panics
/// When a browser is there but doesn't start.
pub fn in_blink_and_webkit<F: Future<Output = ()>>(test: impl Fn(Browser) -> F) {
    for engine in [Engine::Blink, Engine::WebKit] {
        eprintln!("in {engine:?}");
        in_engine(engine, &test);
    }
}

/// Runs a test in a browser of its own. Without the browser the test is skipped, or fails in CI.
///
/// # Panics
/// When the browser is there but doesn't start.
pub fn in_engine<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(Browser) -> F) {
    static TURNS: Turns = Turns { taken: Mutex::new(0), given_back: Condvar::new() };

    let programs = match engine.programs() {
        Ok(programs) => programs,
        Err(missing) => return required_in_ci(&missing),
    };
    let _turn = TURNS.take();
    let driver = Driver::start(engine, programs);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = driver.session().await;
        test(Browser { client, engine }).await;
    });
}

/// At most as many browsers at a time as there are cores: more only slow each other down to where waiting gives up.
struct Turns {
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// Leave to run a browser; given back when dropped.
struct Turn<'a>(&'a Turns);

impl Turns {
    fn take(&self) -> Turn<'_> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.given_back.wait_while(taken, |taken| *taken >= cores);
        *free.unwrap_or_else(PoisonError::into_inner) += 1;
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.given_back.notify_one();
    }
}

/// A running driver, the profile of its browser, and the display it draws on.
struct Driver {
    engine: Engine,
    browser: PathBuf,
    process: Child,
    port: u16,
    profile: TempDir,
    /// Ends with it.
    _display: Option<Display>,
}

impl Driver {
    fn start(engine: Engine, programs: Programs) -> Self {
        let profile = TempDir::new().expect("a profile folder");
        let display = (engine == Engine::WebKit).then(Display::start);
        let mut command = Command::new(&programs.driver);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // With its browser in a group of their own, so that they can be ended together.
        command.process_group(0);
        let mut port = 0;
        match engine {
            Engine::Blink => command.arg("--port=0"),
            Engine::Gecko => command.args(["--port=0", "--websocket-port=0"]),
            Engine::WebKit => {
                // It takes no 0 for any, and says nothing.
                port = free_port();
                command.arg(format!("--port={port}")).stdout(Stdio::null());
                // It would write its caches and settings into the home folder.
                command.env("HOME", profile.path()).env("XDG_RUNTIME_DIR", profile.path());
                command.env("DISPLAY", display.as_ref().map_or("", |display| &display.name))
            }
        };
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{engine:?}'s driver: {error}"));
        if let Some(output) = process.stdout.take() {
            // "ChromeDriver was started successfully on port 37261.", "… Listening on 127.0.0.1:37261".
            let said = |line: &str| {
                let rest = line
                    .rsplit_once("successfully on port ")
                    .or(line.rsplit_once("Listening on 127.0.0.1:"))?
                    .1;
                rest.trim_end_matches('.').parse().ok()
            };
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            port = lines.find_map(|line| said(&line)).expect("the driver says its port");
            // It goes on talking; nobody listening would end it.
            std::thread::spawn(move || lines.for_each(drop));
        }
        let driver = Self { engine, browser: programs.browser, process, port, profile, _display: display };
        driver.wait_until_it_listens();
        driver
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(Instant::now() < deadline, "{:?}'s driver doesn't listen", self.engine);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    async fn session(&self) -> Client {
        let profile = self.profile.path().display();
        let capabilities = match self.engine {
            Engine::Blink => {
                let profile = format!("--user-data-dir={profile}");
                let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
                json!({
                    "goog:chromeOptions": { "binary": self.browser, "args": flags },
                    "goog:loggingPrefs": { "browser": "ALL" },
                })
            }
            Engine::Gecko => json!({
                "moz:firefoxOptions": {
                    "binary": self.browser,
                    "args": ["-headless", "-width", "1280", "-height", "900"],
                },
            }),
            Engine::WebKit => json!({
                "webkitgtk:browserOptions": { "binary": self.browser, "args": ["--automation"] },
            }),
        };
        let capabilities: Capabilities = serde_json::from_value(capabilities).expect("an object");
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(capabilities);
        builder.connect(&format!("http://127.0.0.1:{}", self.port)).await.expect("a session")
    }
}

impl Drop for Driver {
    /// Asks the driver to close its browser and end; where it takes no such request, ends both.
    fn drop(&mut self) {
        if self.engine != Engine::Blink {
            self.end_group("TERM");
        } else if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
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
        self.end_group("KILL");
        let _ = self.process.wait();
    }
}

impl Driver {
    /// Sends a signal to the driver and to what it started.
    fn end_group(&self, signal: &str) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-s", signal, "--", &group]).stderr(Stdio::null()).status();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// A screen that nobody sees, for a browser that can't do without.
struct Display {
    process: Child,
    /// Such as `:99`.
    name: String,
}

impl Display {
    fn start() -> Self {
        let mut process = Command::new(DISPLAY_SERVER)
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a display server");
        let output = process.stdout.take().expect("its output");
        let number =
            BufReader::new(output).lines().map_while(Result::ok).next().expect("the display's number");
        Self { process, name: format!(":{}", number.trim()) }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One window of a browser. What goes wrong in driving it fails the test at the caller's line of thought, with the
/// selector or script in the message.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    engine: Engine,
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

    /// The address shown, when demos have had the time to say in it how they stand.
    pub async fn url(&self) -> String {
        tokio::time::sleep(Duration::from_millis(450)).await;
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

    /// Errors, failed requests and policy violations that the console got since it was last asked. None where the driver
    /// doesn't tell: only Chromium's does.
    pub async fn complaints(&self) -> Vec<String> {
        if self.engine != Engine::Blink {
            return Vec::new();
        }
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

    /// Makes pages believe what a reader has asked of the system, such as `prefers-reduced-motion`. Chromium only.
    pub async fn prefer(&self, feature: &str, value: &str) {
        let features = json!([{ "name": feature, "value": value }]);
        let media = DevTools("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.client.issue_cmd(media).await.expect("another preference");
    }

    /// Makes the window a phone's: of any width, without a mouse, touched by fingers. Chromium only.
    pub async fn become_phone(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        for command in [
            DevTools("Emulation.setDeviceMetricsOverride", size),
            DevTools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })),
        ] {
            self.client.issue_cmd(command).await.expect("a phone");
        }
    }

    /// Shows pages as they print. Chromium only.
    pub async fn become_paper(&self) {
        let media = DevTools("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        self.client.issue_cmd(media).await.expect("paper");
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

/// A command of Chromium's own protocol, and its parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}
