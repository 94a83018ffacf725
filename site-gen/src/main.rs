//! Arguments → command → diagnostics → exit code.

mod line;
mod registry;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use site_gen::{BuildOptions, BuildReport, DemoMode, Error};

use line::ProgressLine;

/// The content has errors, or warnings with `--strict`.
const CONTENT_FAULT: u8 = 1;
/// The arguments or the environment are at fault.
const ENVIRONMENT_FAULT: u8 = 2;

const DEFAULT_CONFIG: &str = "site.toml";

/// Turns a learning track in plain Markdown into a static site with living demos.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate the site
    Build {
        #[command(flatten)]
        build: BuildArguments,
        /// How problems are reported
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Generate the site, serve it on this machine and watch for changes
    Serve {
        #[command(flatten)]
        build: BuildArguments,
        /// Port to listen on [default: the first free one from 8000 on]
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// Open the site in a browser
        #[arg(long)]
        open: bool,
    },
    /// Report everything wrong with the content; write nothing
    Check {
        #[command(flatten)]
        source: SourceArguments,
        /// How problems are reported
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the demos: ids, options with ranges and defaults, scenarios
    Demos {
        /// How the list is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Debug, Args)]
struct SourceArguments {
    /// Configuration; `templates/` and `static/` are looked for beside it [default: site.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the Markdown [default: `content` beside the configuration]
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// Let warnings fail, too
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Args)]
struct BuildArguments {
    #[command(flatten)]
    source: SourceArguments,
    /// Folder to write the site to [default: `dist` beside the configuration]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How the demos are compiled
    #[arg(long, value_enum, default_value_t)]
    demos: Demos,
    /// Where the site will be published [default: `base_url` of the configuration]
    #[arg(long, value_name = "URL", value_parser = address)]
    base_url: Option<String>,
    /// Take in drafts, too
    #[arg(long)]
    drafts: bool,
}

fn address(url: &str) -> Result<String, String> {
    if site_gen::config::is_address(url) {
        return Ok(url.to_owned());
    }
    Err("an address starts with `https://` or `http://`".to_owned())
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Demos {
    /// `wasm-pack` when it is installed, else built-in
    #[default]
    Auto,
    /// `wasm-pack`
    WasmPack,
    /// The compiler and `wasm-bindgen` as a library
    BuiltIn,
    /// Not at all: demos stay pictures
    None,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One object a line
    Json,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Build { build, format } => built(&build.options(), format),
        Command::Serve { build, port, open } => {
            let progress = ProgressLine::default();
            site_gen::serve::run(&build.options(), port, open, &progress).map(|()| ExitCode::SUCCESS)
        }
        Command::Check { source, format } => checked(&source.options(), format),
        Command::Demos { format } => listed(format),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(ENVIRONMENT_FAULT)
    })
}

fn built(options: &BuildOptions, format: Format) -> Result<ExitCode, Error> {
    let report = site_gen::build(options, &ProgressLine::default())?;
    let outcome = match (report.failed(options.strict), report.files_written) {
        (true, _) => "nothing written".to_owned(),
        (false, files) => format!("{files} files in {}", options.out_dir().display()),
    };
    shown(&report, format, options.strict, &outcome)
}

fn checked(options: &BuildOptions, format: Format) -> Result<ExitCode, Error> {
    let report = site_gen::generate(options, &ProgressLine::default())?.report;
    shown(&report, format, options.strict, "checked only")
}

/// Shows a report and says how the program ends.
fn shown(report: &BuildReport, format: Format, strict: bool, outcome: &str) -> Result<ExitCode, Error> {
    match format {
        Format::Human => {
            let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            for diagnostic in &report.diagnostics {
                eprintln!("{}\n", diagnostic.to_text(color));
            }
            let counts = [(report.pages, "page"), (report.errors(), "error"), (report.warnings(), "warning")];
            let counts =
                counts.map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }));
            eprintln!("{}: {outcome}", counts.join(", "));
        }
        Format::Json => {
            let mut lines: Vec<String> =
                report.diagnostics.iter().map(site_gen::Diagnostic::to_json).collect();
            lines.push(summary(report));
            printed(&(lines.join("\n") + "\n"))?;
        }
    }
    let code = if report.failed(strict) { CONTENT_FAULT } else { 0 };
    Ok(ExitCode::from(code))
}

fn summary(report: &BuildReport) -> String {
    serde_json::json!({
        "summary": {
            "pages": report.pages,
            "errors": report.errors(),
            "warnings": report.warnings(),
            "files_written": report.files_written,
        }
    })
    .to_string()
}

fn listed(format: Format) -> Result<ExitCode, Error> {
    let figures = demos::figure::REGISTRY;
    printed(&match format {
        Format::Human => registry::for_people(figures),
        Format::Json => registry::for_programs(figures),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Prints to standard output. A reader that has had enough, such as `head`, is no error.
fn printed(text: &str) -> Result<(), Error> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to", Path::new("standard output"))(error))
        }
        _ => Ok(()),
    }
}

impl SourceArguments {
    fn options(&self) -> BuildOptions {
        let config = self.config.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG));
        BuildOptions {
            config_required: self.config.is_some(),
            content: self.content.clone(),
            demos: DemoMode::None,
            strict: self.strict,
            ..BuildOptions::new(config)
        }
    }
}

impl BuildArguments {
    fn options(&self) -> BuildOptions {
        let demos = match self.demos {
            Demos::Auto => DemoMode::Auto,
            Demos::WasmPack => DemoMode::WasmPack,
            Demos::BuiltIn => DemoMode::BuiltIn,
            Demos::None => DemoMode::None,
        };
        BuildOptions {
            out: self.out.clone(),
            demos,
            base_url: self.base_url.clone(),
            drafts: self.drafts,
            ..self.source.options()
        }
    }
}
