//! The demos' bundle: both ways to it give the same bytes, on any machine, and it stays small.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use site_gen::demos::{Bundle, bundle};
use site_gen::{BuildOptions, DemoMode, Progress, Silent};
use whole_site_tests::{book, repository, required_in_ci, workspace_copy};

fn made(root: &Path, demos: DemoMode) -> Bundle {
    let options = BuildOptions { demos, ..BuildOptions::new(root.join("site.toml")) };
    bundle(&options, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

fn brotli(bytes: &[u8]) -> usize {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).expect("compressed in memory");
    compressed.len()
}

#[test]
fn wasm_pack_and_the_built_in_way_give_identical_files() {
    let installed =
        |tool| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if !installed("wasm-pack") || !installed("wasm-bindgen") {
        return required_in_ci("wasm-pack or wasm-bindgen is not on the PATH");
    }
    let (ours, theirs) = (made(&repository(), DemoMode::BuiltIn), made(&repository(), DemoMode::WasmPack));
    assert_ne!(ours.made_by, theirs.made_by);
    assert_eq!(ours.files.keys().collect::<Vec<_>>(), theirs.files.keys().collect::<Vec<_>>());
    assert!(ours.files == theirs.files, "same names, other bytes");
}

#[test]
fn the_bundle_does_not_depend_on_where_the_workspace_lies() {
    let elsewhere = workspace_copy(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let (here, there) = (made(&repository(), DemoMode::BuiltIn), made(elsewhere.path(), DemoMode::BuiltIn));
    assert_eq!(here.files.keys().collect::<Vec<_>>(), there.files.keys().collect::<Vec<_>>());
}

#[test]
fn the_module_names_no_folder_of_this_machine() {
    let bundle = made(&repository(), DemoMode::BuiltIn);
    let home = std::env::home_dir().unwrap();
    for module in bundle.families.values() {
        let text = String::from_utf8_lossy(&bundle.files[&module.wasm]);
        for folder in [repository(), home.join(".cargo"), home.join(".rustup")] {
            let folder = folder.to_str().unwrap();
            assert!(!text.contains(folder), "`{folder}` is in {}", module.wasm);
        }
    }
}

/// What a family of demos may take: module and glue, as a host sends them in brotli.
const BUDGETS: [(&str, usize); 3] = [("drawings", 53_700), ("raft", 91_300), ("replicas", 111_300)];

#[test]
fn every_demo_has_a_family_with_a_module_and_its_page_asks_for_that() {
    let bundle = made(&repository(), DemoMode::BuiltIn);
    for exhibit in demos::demos::REGISTRY {
        let id = exhibit.info().id;
        let family = demos::demos::family(id).unwrap_or_else(|| panic!("`{id}` is of no family"));
        let module = &bundle.families[family.name];
        let text = String::from_utf8_lossy(&bundle.files[&module.wasm]);
        assert!(text.contains(id), "`{id}` is not in {}", module.wasm);
        let page = String::from_utf8_lossy(&book().files[&format!("embed/{id}/index.html")]);
        assert!(page.contains(&format!("data-family=\"{}\"", family.name)), "{id}");
        assert!(page.contains(&module.glue) && page.contains(&module.wasm_base64), "{id}");
    }
}

#[test]
fn a_module_holds_no_demo_of_another_family() {
    let bundle = made(&repository(), DemoMode::BuiltIn);
    let sources = |family: &demos::demos::Family| {
        family.exhibits.iter().map(|exhibit| exhibit.info().summary).collect::<Vec<_>>()
    };
    for family in demos::demos::FAMILIES {
        let text = String::from_utf8_lossy(&bundle.files[&bundle.families[family.name].wasm]);
        for other in demos::demos::FAMILIES.iter().filter(|other| other.name != family.name) {
            for summary in sources(other) {
                assert!(!text.contains(summary), "`{summary}` of {} is in {}", other.name, family.name);
            }
        }
    }
}

#[test]
fn the_bundle_fits_its_budget() {
    let bundle = made(&repository(), DemoMode::BuiltIn);
    let of = |name: &str| brotli(&bundle.files[name]);
    assert_eq!(bundle.families.keys().copied().collect::<Vec<_>>(), BUDGETS.map(|(name, _)| name));
    println!("brotli: loader {}", of(&bundle.loader));
    let mut over = Vec::new();
    for (name, budget) in BUDGETS {
        let (wasm, glue) = (of(&bundle.families[name].wasm), of(&bundle.families[name].glue));
        println!("{name}: module {wasm} + glue {glue} = {} bytes in brotli, budget {budget}", wasm + glue);
        if wasm + glue > budget {
            over.push(format!("{name}: {} bytes in brotli are more than {budget}", wasm + glue));
        }
    }
    assert!(over.is_empty(), "{over:?}");
    assert!(
        bundle.files[&bundle.loader].len() <= 4_096,
        "the loader is on every page with a demo: at most 4,096 bytes"
    );
}

#[test]
fn a_second_bundle_from_the_same_sources_is_not_compiled_again() {
    struct Stages(Mutex<Vec<String>>);
    impl Progress for Stages {
        fn stage(&self, name: &str) {
            self.0.lock().unwrap().push(name.to_owned());
        }
    }

    let first = made(&repository(), DemoMode::BuiltIn);
    let stages = Stages(Mutex::default());
    let options =
        BuildOptions { demos: DemoMode::BuiltIn, ..BuildOptions::new(repository().join("site.toml")) };
    assert!(first == bundle(&options, &stages).unwrap());
    assert_eq!(*stages.0.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn demos_that_do_not_compile_are_reported_with_the_compilers_words() {
    let elsewhere = workspace_copy(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let library = elsewhere.path().join("demos-wasm/src/lib.rs");
    std::fs::write(&library, "//! Broken on purpose.\npub fn broken( {").unwrap();
    let options =
        BuildOptions { demos: DemoMode::BuiltIn, ..BuildOptions::new(elsewhere.path().join("site.toml")) };
    let error = bundle(&options, &Silent).unwrap_err().to_string();
    assert!(error.contains("demos-wasm/src/lib.rs:2"), "{error}");
}
