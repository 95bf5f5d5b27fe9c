//! The command lines of `host-sim run` and `host-sim report`, and what these name: stories, and who screens.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use component_host::Component;
use envoy_sim::Module;
use postscreen_scenario::FILE_BYTES_MAX;
use virtual_player::{Envoy, Screener};

use crate::host_args::{DEFAULT_COMPONENT, DEFAULT_MODULE, HostArgs, at_least_one};

/// What a story looks like, and what is said of it.
pub(crate) const RUN_HELP: &str = "\
A story says what clients do, and what everybody must see of it:
  about: A zombie talks before the banner and is dropped; the mail server never hears of it.
  policy: { greet_action: drop }
  clients:
    zombie:
      from: 203.0.113.9
      script:
        - send: \"EHLO zombie\\r\\n\"
        - expect: \"521 5.5.1 Protocol error\\r\\n\"
        - closed
  backend: untouched

Its policy is the module's configuration, whose actions are `ignore` where it does not say otherwise: without
greet_action the zombie would be served. tests/scenarios/README.md explains every word, and tests/scenarios has hundreds
of stories.

Each story is one line, with how long it took on its own clock and on yours:
  ok      zombie.yaml  A zombie talks before the banner and is dropped; … (1.001 s in 3 ms)
FAILED is one that went another way; what was expected and what was seen stands below it. `-` is one that is for other
hosts. To see why a story went its way:
  host-sim run --timeline zombie.yaml    who said what, and when; the first two lines explain the signs
  host-sim run --trace zombie.yaml       every call between the module and its host
  host-sim report zombie.yaml            the same as a page for the browser

A call into the module that needs more than --fuel is a trap, so that no play is without an end. What becomes of clients
after a trap is up to `failure_policy` of the story, else to --failure-policy, else they are closed, as in Envoy.

Exit status: 0 when all came true, 1 when a story went another way or a file is no story, 2 when nothing could be
played.";

/// What the page is.
pub(crate) const REPORT_HELP: &str = "\
Examples:
  host-sim report tests/scenarios                  every story on one page, report.html
  host-sim report STORY.yaml --output story.html   one story; open the file in any browser

The page begins with how every story went, those that failed first. A story has a lane for each client, with the time
to the right: its line is yellow while the module holds the client and green once it is with the mail server, and what
happened hangs below. A line through several lanes is a new configuration, or a machine that trapped. Where a story
went another way, what was expected stands beside what was seen. Point at a label that is cut to read all of it, or go
there with the Tab key. In a narrow window, and on paper, the lanes are lists.

The page needs nothing but itself: no network, no script. `host-sim run --help` shows what a story is.

Exit status: 0 when all came true, 1 when a story went another way or a file is no story, 2 when there is no page.";

/// `host-sim run`
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Stories: YAML files, and directories of them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Who screens the clients; several, with commas between, must also agree with each other
    #[arg(long, value_enum, value_name = "ABI", value_delimiter = ',', default_value = "proxy-wasm")]
    pub abi: Vec<Abi>,
    /// The module or component [default: target/wasm/postscreen.wasm, or postscreen.component.wasm there, which
    /// `cargo xtask wasm` builds]
    #[arg(long, value_name = "PATH")]
    pub module: Option<PathBuf>,
    /// How many workers the clients are spread over, in turns, unless the story says it
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub workers: NonZeroUsize,
    /// The host around the module
    #[command(flatten)]
    pub host: HostArgs,
    /// Print every call between host and module as it happens, with its arguments and its result (proxy-wasm only)
    #[arg(long)]
    pub trace: bool,
    /// Draw each story: time downwards, a track for each client, and a line across for what changes all of them
    #[arg(long)]
    pub timeline: bool,
}

/// `host-sim report`
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Stories: YAML files, and directories of them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The page to write
    #[arg(long, short, value_name = "PATH", default_value = "report.html")]
    pub output: PathBuf,
    /// Who screens the clients
    #[arg(long, value_enum, value_name = "ABI", default_value = "proxy-wasm")]
    pub abi: Abi,
    /// The module or component [default: target/wasm/postscreen.wasm, or postscreen.component.wasm there, which
    /// `cargo xtask wasm` builds]
    #[arg(long, value_name = "PATH")]
    pub module: Option<PathBuf>,
    /// How many workers the clients are spread over, in turns, unless the story says it
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub workers: NonZeroUsize,
    /// The host around the module
    #[command(flatten)]
    pub host: HostArgs,
}

/// Who screens the clients of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Abi {
    /// The network filter that Envoy loads, a WebAssembly module
    ProxyWasm,
    /// The same as a WebAssembly component (wit/screen.wit), for hosts that can also send a teaser banner
    Component,
    /// The engine that this program was built with, without any WebAssembly
    Native,
}

/// Loads what the ABI needs: the file at `path`, or else at its usual place.
pub(super) fn screener(abi: Abi, path: Option<PathBuf>, host: &HostArgs) -> Result<Screener, String> {
    let path = |usual: &str| path.unwrap_or_else(|| Path::new(usual).to_owned());
    let limits = host.limits();
    match abi {
        Abi::ProxyWasm => {
            let path = path(DEFAULT_MODULE);
            let load = if limits.fuel.is_some() { Module::metered_from_file } else { Module::from_file };
            let envoy = Envoy { profile: host.profile, limits, failure_policy: host.failure_policy() };
            Ok(Screener::ProxyWasm(load(&path).map_err(|error| error.to_string())?, envoy))
        }
        Abi::Component => {
            let component = Component::from_file(&path(DEFAULT_COMPONENT));
            Ok(Screener::Component(component.map_err(|error| error.to_string())?, limits))
        }
        Abi::Native => Ok(Screener::Native),
    }
}

/// How deep directories are walked, so that a link to a parent ends the walk with an error.
const DEPTH_MAX: usize = 8;

/// The files as they are named, and every `.yaml` file below the directories, in the order of their names.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            walk(path, 1, &mut found)?;
        } else {
            found.push(path.clone());
        }
        if found.len() == before {
            return Err(format!("no file below {} ends with .yaml", path.display()));
        }
    }
    Ok(found)
}

/// A file's bytes, unless it is too large to be a story.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("cannot read it: {error}");
    let max = FILE_BYTES_MAX as u64;
    let len = fs::metadata(path).map_err(wrong)?.len();
    if len > max {
        return Err(format!("the file has {len} bytes: expected at most {max}"));
    }
    let mut bytes = Vec::new();
    // A pipe or a device does not tell how much there is.
    File::open(path).and_then(|file| file.take(max + 1).read_to_end(&mut bytes)).map_err(wrong)?;
    if bytes.len() as u64 > max {
        return Err(format!("the file has no end: expected at most {max} bytes"));
    }
    Ok(bytes)
}

fn walk(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("cannot read the directory {}: {error}", directory.display());
    if depth > DEPTH_MAX {
        return Err(format!("{} lies more than {DEPTH_MAX} directories deep", directory.display()));
    }
    let entries = fs::read_dir(directory).map_err(wrong)?;
    let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    entries.sort_unstable();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, depth + 1, found)?;
        } else if entry.extension().is_some_and(|extension| extension == "yaml") {
            found.push(entry);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
