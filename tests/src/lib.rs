//! Shared pieces of the whole-site tests.

pub mod browser;
pub mod counts;
pub mod plain_html;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use site_gen::serve::{Mount, Server};
use site_gen::{BuildOptions, DemoMode, Generated, Output, Silent, generate};
use tempfile::TempDir;

/// The folder of the workspace.
#[must_use]
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Says that a test is skipped and why. In CI, where everything is installed, a skipped test is a failed one.
///
/// # Panics
/// Where the environment variable `CI` is set and not empty.
pub fn required_in_ci(why: &str) {
    let ci = std::env::var("CI").unwrap_or_default();
    assert!(ci.is_empty(), "CI has to run this test, but {why}");
    println!("skipped: {why}");
}

/// A copy of what compiling the demos reads, in a folder of its own. The other members are empty crates: cargo wants
/// every member to be there, and the lock file to agree with their manifests. What it compiles is kept in `target`, so
/// that the demos' dependencies are compiled once for all such copies.
///
/// # Panics
/// When the copy cannot be written.
#[must_use]
pub fn workspace_copy(target: &Path) -> TempDir {
    let copy = TempDir::new().expect("a temporary folder");
    for file in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(repository().join(file), copy.path().join(file)).expect("a copied manifest");
    }
    copy_folder(&repository().join("demos-wasm"), &copy.path().join("demos-wasm"));
    for member in ["site-gen", "tests"] {
        let folder = copy.path().join(member);
        fs::create_dir_all(folder.join("src")).expect("a member's folder");
        fs::copy(repository().join(member).join("Cargo.toml"), folder.join("Cargo.toml"))
            .expect("a manifest");
        fs::write(folder.join("src/lib.rs"), "").expect("an empty crate");
    }
    fs::write(copy.path().join("site-gen/src/main.rs"), "fn main() {}").expect("an empty program");
    let config = format!("[build]\ntarget-dir = {:?}\n", target.join("workspace-copy"));
    fs::create_dir_all(copy.path().join(".cargo")).expect("a folder for cargo's configuration");
    fs::write(copy.path().join(".cargo/config.toml"), config).expect("cargo's configuration");
    copy
}

/// Copies a folder with everything in it.
///
/// # Panics
/// When something cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

/// The book itself, built once for all tests of a program, with its demos.
///
/// # Panics
/// When it cannot be built or its content has errors.
pub fn book() -> &'static Output {
    static BOOK: OnceLock<Output> = OnceLock::new();
    BOOK.get_or_init(|| {
        let options =
            BuildOptions { demos: DemoMode::BuiltIn, ..BuildOptions::new(repository().join("site.toml")) };
        let Generated { output, report } =
            generate(&options, &Silent).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.errors(), 0, "{:#?}", report.diagnostics);
        output
    })
}

/// Serves a site on a free port of loopback.
///
/// # Panics
/// When there is no free port.
pub fn served(output: &Output, mount: Mount) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let server = Server::start(listener, mount).unwrap_or_else(|error| panic!("{error}"));
    server.publish(output.clone());
    server
}
