//! The demos' bundle: the crate `demos-wasm/page` compiled, as assets with a hash in their names.
//!
//! Two ways lead to the same bytes: `wasm-pack`, the tool authors know, and `wasm-bindgen` linked into this program,
//! which needs nothing installed. Either way cargo compiles the module, with its own cache, and never with flags of the
//! person's environment: the module has to come out the same on every machine.

mod kept;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use demos::demos::{FAMILIES, Family};

use self::kept::{Kept, Modules};
use crate::render::assets::hashed_name;
use crate::render::slim;
use crate::{BuildOptions, DemoMode, Error, Progress};

/// The version of `wasm-bindgen` on both sides of the page; `Cargo.toml` pins it.
pub const WASM_BINDGEN: &str = "0.2.128";

/// What the page runs on.
const TARGET: &str = "wasm32-unknown-unknown";

/// What the demos do in plain script, beside the crate; it joins the glue, so that nothing more is fetched.
const PAGE_SIDE: &str = "demos-wasm/page/src/patch.js";
/// What those do besides that are drawn.
const SHEET_SIDE: &str = "demos-wasm/page/src/sheet.js";

/// Used where the site has no `static/demo-loader.js` of its own.
const LOADER: &str = include_str!("../../static/demo-loader.js");

/// The files that make demos live, and what each is for. Empty names where there is no bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// File name in `assets/` → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The script that finds figures and fetches the rest.
    pub loader: String,
    /// What each family of demos needs, by its name; a page fetches what its figures need.
    pub families: BTreeMap<&'static str, Module>,
    /// Which tool made it, for the progress line.
    pub made_by: String,
}

/// The files of one family of demos, as names in `assets/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// What `wasm-bindgen` made, and the demos' own script; declares `<family>_bindgen`.
    pub glue: String,
    /// The module.
    pub wasm: String,
    /// The module as a classic script that sets `<family>WasmBase64`, for pages opened from disk.
    pub wasm_base64: String,
}

/// Makes the bundle; with [`DemoMode::None`], an empty one.
///
/// Asked again in the same process while the demos' sources are what they were, it answers from memory.
///
/// # Errors
/// When there is no `demos-wasm` to compile, a tool for it is missing, or it does not compile.
pub fn bundle(options: &BuildOptions, progress: &dyn Progress) -> Result<Bundle, Error> {
    if options.demos == DemoMode::None {
        return Ok(Bundle::default());
    }
    let loader = loader(options)?;
    let workspace = workspace(options.root())?;
    let compiled = remembered(&workspace, options.demos, progress)?;
    Ok(name(&compiled, loader))
}

/// The last result for each workspace and mode, with the sources it was made of.
type Memory = BTreeMap<(PathBuf, DemoMode), (blake3::Hash, Compiled)>;

/// Compiles, unless this process has done so from the same sources.
fn remembered(workspace: &Path, mode: DemoMode, progress: &dyn Progress) -> Result<Compiled, Error> {
    static MEMORY: Mutex<Memory> = Mutex::new(BTreeMap::new());

    let sources = fingerprint(workspace)?;
    let key = (workspace.to_path_buf(), mode);
    // Held while compiling, so that two builds at once don't do the work twice; a panic in one leaves the memory whole.
    let mut memory = MEMORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((known, compiled)) = memory.get(&key)
        && *known == sources
    {
        return Ok(compiled.clone());
    }
    let compiled = compile(workspace, mode, &sources, progress)?;
    memory.insert(key, (sources, compiled.clone()));
    Ok(compiled)
}

/// The folder whose `demos-wasm` is compiled: beside the configuration or, for a site kept elsewhere, where this
/// program was built.
///
/// # Errors
/// When neither has one.
pub fn workspace(root: &Path) -> Result<PathBuf, Error> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
    [Some(root.to_path_buf()), home]
        .into_iter()
        .flatten()
        .find(|folder| folder.join("demos-wasm/Cargo.toml").is_file())
        .map(|folder| folder.canonicalize().map_err(Error::io("find", &folder)))
        .unwrap_or_else(|| {
            Err(Error::Environment(format!(
                "the site has demos, but there is no `demos-wasm` beside `{}`; run from a checkout of the book, or \
                 leave the demos as stills with `--demos none`",
                root.join("site.toml").display()
            )))
        })
}

/// What one of the two ways left behind.
#[derive(Debug, Clone)]
struct Compiled {
    /// Script and module of each of [`FAMILIES`].
    modules: Modules,
    made_by: String,
}

fn read(folder: &Path) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(Error::io("read", &path))
    };
    Ok((read("demos.js")?, read("demos_bg.wasm")?))
}

fn compile(
    workspace: &Path,
    mode: DemoMode,
    sources: &blake3::Hash,
    progress: &dyn Progress,
) -> Result<Compiled, Error> {
    let wasm_pack = wasm_pack_version(mode, progress)?;
    let made_by = match &wasm_pack {
        Some(version) => format!("wasm-pack {version} with wasm-bindgen {WASM_BINDGEN}"),
        None => format!("the built-in wasm-bindgen {WASM_BINDGEN}"),
    };
    let side = |name: &str| {
        let path = workspace.join(name);
        fs::read_to_string(&path).map_err(Error::io("read", &path))
    };
    let (page_side, sheet_side) = (side(PAGE_SIDE)?, side(SHEET_SIDE)?);
    let place = Kept::place(workspace, sources, &made_by);
    let kept = place.as_ref().and_then(Kept::read).filter(|modules| modules.len() == FAMILIES.len());
    let note = if kept.is_some() { "were compiled before" } else { "compiled" };
    let made = match kept {
        Some(modules) => modules,
        None => {
            ensure_target(workspace, progress)?;
            let make = |family: &Family| match wasm_pack {
                Some(_) => with_wasm_pack(workspace, family, progress),
                None => built_in(workspace, family, progress),
            };
            let modules = FAMILIES.iter().map(make).collect::<Result<Modules, Error>>()?;
            if let Some(place) = place {
                place.write(&modules);
            }
            modules
        }
    };
    let finish = |(family, (glue, wasm)): (&Family, (Vec<u8>, Vec<u8>))| {
        let glue = String::from_utf8_lossy(&glue);
        let sheet_side = if family.is_drawn() { &sheet_side } else { "" };
        // Several can be on one page, so each keeps its names to itself.
        let glue = slim::script(&format!(
            "var {}_bindgen=(()=>{{\n{glue}\n{page_side}\n{sheet_side}\nreturn wasm_bindgen}})();\n",
            family.name
        ));
        (glue.into_bytes(), wasm)
    };
    let modules = FAMILIES.iter().zip(made).map(finish).collect();
    progress.note(&format!("demos {note} by {made_by}"));
    Ok(Compiled { modules, made_by })
}

/// The version of the `wasm-pack` to use; none for the built-in way.
fn wasm_pack_version(mode: DemoMode, progress: &dyn Progress) -> Result<Option<String>, Error> {
    let version = match mode {
        DemoMode::None | DemoMode::BuiltIn => return Ok(None),
        DemoMode::Auto | DemoMode::WasmPack => tool_version("wasm-pack"),
    };
    let bindgen = tool_version("wasm-bindgen");
    match (mode, version, bindgen.as_deref()) {
        (_, Some(version), Some(WASM_BINDGEN)) => Ok(Some(version)),
        (DemoMode::WasmPack, None, _) => Err(Error::Environment(
            "`--demos wasm-pack` needs wasm-pack, and it is not on the PATH; install it with `cargo install wasm-pack \
             --locked`, or use `--demos built-in`, which needs no tool and makes the same files"
                .to_owned(),
        )),
        (DemoMode::WasmPack, Some(_), other) => Err(Error::Environment(format!(
            "`--demos wasm-pack` needs wasm-bindgen {WASM_BINDGEN} on the PATH, and {}; install it with `cargo install \
             wasm-bindgen-cli --version {WASM_BINDGEN} --locked`, or use `--demos built-in`",
            other.map_or_else(|| "there is none".to_owned(), |other| format!("the one there is {other}"))
        ))),
        (_, Some(version), other) => {
            progress.note(&format!(
                "wasm-pack {version} is installed, but not wasm-bindgen {WASM_BINDGEN} beside it ({}); compiling the \
                 demos without it",
                other.map_or_else(|| "none".to_owned(), |other| format!("only {other}"))
            ));
            Ok(None)
        }
        (_, None, _) => Ok(None),
    }
}

/// What `<tool> --version` says after the tool's name; none when it cannot be run.
fn tool_version(tool: &str) -> Option<String> {
    let output =
        Command::new(tool).arg("--version").output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()?.split_whitespace().nth(1).map(str::to_owned)
}

/// `wasm-pack` in a folder of its own, forbidden to download anything.
fn with_wasm_pack(
    workspace: &Path,
    family: &Family,
    progress: &dyn Progress,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    progress.stage("compiling the demos with wasm-pack");
    let folder = temporary_folder()?;
    let mut command = Command::new("wasm-pack");
    command.args(["build", "demos-wasm/page", "--target", "no-modules", "--no-typescript", "--no-pack"]);
    command.args(["--mode", "no-install", "--profile", "wasm", "--out-name", "demos", "--out-dir"]);
    command.arg(folder.path()).args(["--", "--locked", "--features", family.name]).current_dir(workspace);
    run(reproducible(&mut command, workspace), "the demos do not compile; wasm-pack says")?;
    read(folder.path())
}

/// cargo, then `wasm-bindgen` in this process.
fn built_in(workspace: &Path, family: &Family, progress: &dyn Progress) -> Result<(Vec<u8>, Vec<u8>), Error> {
    progress.stage("compiling the demos");
    let mut command = Command::new("cargo");
    command.args(["build", "--package", "demos-page", "--lib", "--locked", "--profile", "wasm"]);
    command.args(["--target", TARGET, "--message-format", "json-render-diagnostics"]).current_dir(workspace);
    command.args(["--features", family.name]);
    let output = run(reproducible(&mut command, workspace), "the demos do not compile; cargo says")?;
    let module = compiled_module(&output.stdout).ok_or_else(|| {
        Error::Environment(
            "cargo compiled the demos but named no `.wasm` file; is `demos-page` a cdylib?".to_owned(),
        )
    })?;
    let bytes = fs::read(&module).map_err(Error::io("read", &module))?;
    bindgen(bytes)
}

/// What the `wasm-bindgen` tool does under `wasm-pack`, with the options set in `demos-wasm/page/Cargo.toml`.
fn bindgen(module: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let folder = temporary_folder()?;
    wasm_bindgen_cli_support::Bindgen::new()
        .no_modules(true)
        .and_then(|bindgen| {
            let bindgen = bindgen.typescript(false).omit_default_module_path(true);
            bindgen.input_bytes("demos", module).out_name("demos").generate(folder.path())
        })
        .map_err(|error| {
            Error::Environment(format!("wasm-bindgen {WASM_BINDGEN} refused the compiled demos: {error:#}"))
        })?;
    read(folder.path())
}

fn temporary_folder() -> Result<tempfile::TempDir, Error> {
    tempfile::tempdir().map_err(Error::io("create a folder in", &std::env::temp_dir()))
}

/// The `.wasm` file in cargo's messages.
fn compiled_module(messages: &[u8]) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["target"]["name"] == "demos_page"
        })
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

/// Adds the target when the toolchain lacks it.
fn ensure_target(workspace: &Path, progress: &dyn Progress) -> Result<(), Error> {
    let mut probe = Command::new("rustc");
    probe.args(["--print", "target-libdir", "--target", TARGET]).current_dir(workspace);
    let output = run(&mut probe, "cannot ask rustc for its targets; it says")?;
    if Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir() {
        return Ok(());
    }
    progress.stage("adding the target wasm32-unknown-unknown to the Rust toolchain");
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET]).current_dir(workspace);
    run(
        &mut add,
        &format!("the Rust target {TARGET} is missing and `rustup target add {TARGET}` failed; it says"),
    )?;
    progress.note(&format!("added the Rust target {TARGET} with rustup"));
    Ok(())
}

/// Makes the module depend on nothing of this machine: no compiler flags of the person's, no absolute paths.
fn reproducible<'a>(command: &'a mut Command, workspace: &Path) -> &'a mut Command {
    // Half the stack that is the default puts all data below 2^20, where an address takes three bytes in code, not four.
    let mut flags = OsString::from("-Clink-arg=-zstack-size=524288");
    for (path, name) in [(Some(workspace.to_path_buf()), "/book"), (cargo_home(), "/cargo")] {
        let Some(path) = path else { continue };
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS")
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// Runs a tool with its output kept back; shown only when the tool fails.
fn run(command: &mut Command, failed: &str) -> Result<Output, Error> {
    let tool = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Environment(format!(
            "compiling the demos needs `{tool}`, and it is not on the PATH; install Rust with rustup, or leave the \
             demos as stills with `--demos none`"
        )),
        _ => Error::Environment(format!("cannot run `{tool}`: {error}")),
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Environment(format!("{failed}:\n{}", said.trim_end())))
}

/// Everything that decides what the module is, short of the toolchain: those of the demos' sources that cargo reads.
fn fingerprint(workspace: &Path) -> Result<blake3::Hash, Error> {
    let mut hasher = blake3::Hasher::new();
    let crate_files = walkdir::WalkDir::new(workspace.join("demos-wasm")).sort_by_file_name().into_iter();
    let crate_files = crate_files.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let manifests = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].map(|name| workspace.join(name));
    for path in manifests.into_iter().chain(crate_files).filter(|path| path.is_file()) {
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(blake3::hash(&bytes).as_bytes());
    }
    Ok(hasher.finalize())
}

/// The site's own loader, else the one that came with the program.
fn loader(options: &BuildOptions) -> Result<Vec<u8>, Error> {
    let path = options.beside("static/demo-loader.js");
    match fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LOADER.as_bytes().to_vec()),
        Err(error) => Err(Error::io("read", &path)(error)),
    }
}

/// Names every file after its content, so that a page never meets a file of another build.
fn name(compiled: &Compiled, loader: Vec<u8>) -> Bundle {
    let mut bundle = Bundle { made_by: compiled.made_by.clone(), ..Bundle::default() };
    let mut add = |name: &str, bytes: Vec<u8>| {
        let url = hashed_name(name, &bytes);
        let name = url.strip_prefix("assets/").unwrap_or(&url).to_owned();
        bundle.files.insert(name.clone(), bytes);
        name
    };
    let mut families = BTreeMap::new();
    for (Family { name, .. }, (glue, wasm)) in FAMILIES.iter().zip(&compiled.modules) {
        let base64 = format!("globalThis.{name}WasmBase64=\"{}\";\n", STANDARD.encode(wasm)).into_bytes();
        let module = Module {
            glue: add(&format!("{name}.js"), glue.clone()),
            wasm: add(&format!("{name}.wasm"), wasm.clone()),
            wasm_base64: add(&format!("{name}.wasm.js"), base64),
        };
        families.insert(*name, module);
    }
    let loader = add("demo-loader.js", loader);
    Bundle { loader, families, ..bundle }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn a_name_changes_with_the_content_and_with_nothing_else() {
        let compiled =
            |glue: &str| Compiled { modules: vec![(glue.into(), b"\0asm".to_vec())], made_by: String::new() };
        let named = |glue: &str| name(&compiled(glue), b"l".to_vec());
        let first = FAMILIES[0].name;
        let (one, two) = (named("a"), named("b"));
        let (module, other) = (&one.families[first], &two.families[first]);
        assert_ne!(module.glue, other.glue);
        assert_eq!((&module.wasm, &module.wasm_base64), (&other.wasm, &other.wasm_base64));
        assert_eq!((&one.loader, &one), (&two.loader, &named("a")));
        assert_eq!(one.files[&module.wasm], b"\0asm");
    }

    #[test]
    fn without_demos_nothing_is_looked_for() {
        let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new("/nowhere/site.toml") };
        assert_eq!(bundle(&options, &Silent).unwrap(), Bundle::default());
    }

    #[test]
    fn a_site_kept_elsewhere_uses_the_demos_this_program_was_built_with() {
        let elsewhere = tempfile::tempdir().unwrap();
        let found = workspace(elsewhere.path()).unwrap();
        assert!(found.join("demos-wasm/Cargo.toml").is_file());
    }

    #[test]
    fn the_version_said_to_people_is_the_one_that_is_locked() {
        let lock = include_str!("../../Cargo.lock");
        for package in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
            assert!(
                lock.contains(&format!("name = \"{package}\"\nversion = \"{WASM_BINDGEN}\"\n")),
                "Cargo.lock has another {package} than {WASM_BINDGEN}"
            );
        }
    }
}
