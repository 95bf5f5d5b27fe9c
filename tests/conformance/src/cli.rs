//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::{Result, ensure};
use clap::Parser;
use envoy_sim::{Module, Profile};
use envoy_suite::fixture::EnvoyFiles;
use envoy_suite::runner::{self, SuiteTest, TestResults};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;
use virtual_player::{Envoy, Screener};

use crate::probes::Probes;
use crate::stories::{Hosts, Stories};

/// Plays that run at the same time: each starts an Envoy, and a story a resolver; then a story is mostly waiting.
const PROBES_AT_ONCE: usize = 4;
const STORIES_AT_ONCE: usize = 6;

/// The document of what the probes cover.
const COVERAGE: &str = "docs/abi-coverage.md";

const ABOUT: &str = "Plays probe modules and stories in host-sim and in a real Envoy, and compares what both show.

A probe asks its host for everything that a function or a callback can say, and logs every answer; a story is one of
those in tests/scenarios. Both hosts get the same: the same settings, the same bytes from clients, servers and HTTP
servers. Log lines, bytes on the wire and metrics must be the same, too, but for numbers that are a host's own.

`cargo xtask conformance` runs it after it has built the modules and installed Envoy. By hand, from the project's
folder:

  cargo run -p conformance-suite                   everything
  cargo run -p conformance-suite -- 'probe buffers' plays with these words in their name
  cargo run -p conformance-suite -- --list         the names
  cargo run -p conformance-suite -- --show queues  and what Envoy has shown

Every server listens on a loopback address of its own, and no packet leaves the machine.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "conformance-suite", about = "Compares host-sim with a real Envoy", long_about = ABOUT)]
pub(crate) struct Options {
    /// Only plays whose name contains one of these words.
    filter: Vec<String>,
    /// Prints the names of the plays and plays none.
    #[arg(long)]
    list: bool,
    /// Prints what Envoy has shown in each probe.
    #[arg(long)]
    show: bool,
    /// Plays nothing a second time, slowly, because it differs.
    #[arg(long)]
    once: bool,
    /// Where the stories are.
    #[arg(long, value_name = "FOLDER", default_value = "tests/scenarios")]
    scenarios: PathBuf,
    /// The Envoy program, 1.37 or later.
    #[arg(long, env = "ENVOY", value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: PathBuf,
    /// Which Envoy that is, `envoy-1.39` say: host-sim does as that one does.
    #[arg(long, value_name = "PROFILE", default_value_t)]
    profile: Profile,
    /// The module of the stories.
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// The module of the probes.
    #[arg(long, value_name = "FILE", default_value = "target/wasm/probes.wasm")]
    probes: PathBuf,
}

/// Does what the user asks for. A signal ends everything, and dropping the work stops the servers.
pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let work = LocalSet::new();
    tokio::select! {
        result = work.run_until(carry_out(options)) => result,
        _ = terminated.recv() => stopped("SIGTERM", 143),
        _ = interrupted.recv() => stopped("Ctrl-C", 130),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an arm of a select whose other arms can fail")]
fn stopped(by: &str, code: u8) -> Result<ExitCode> {
    eprintln!("conformance-suite: stopped by {by}; its servers are stopped too");
    Ok(ExitCode::from(code))
}

async fn carry_out(options: Options) -> Result<ExitCode> {
    let chosen =
        |name: &str| options.filter.is_empty() || options.filter.iter().any(|word| name.contains(word));
    let envoy = EnvoyFiles::new(options.envoy.clone(), options.module.clone());
    let probes = Probes::new(&options.envoy, &options.probes, options.profile, options.show, chosen)?;
    let stories = Stories::read(&options.scenarios, chosen)?;
    let counts = (probes.names().len(), stories.names().len());
    ensure!(
        counts.0 + counts.1 > 0,
        "no play has one of these words in its name: {}",
        options.filter.join(", ")
    );
    if options.list {
        for name in probes.names().chain(stories.names()) {
            println!("{name}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    envoy.check()?;
    let module = Module::from_file(&options.module)?;
    let screener = Screener::ProxyWasm(module, Envoy { profile: options.profile, ..Default::default() });
    let hosts = Rc::new(Hosts { envoy, screener });
    println!("{} probes and {} scenarios in host-sim and in Envoy", counts.0, counts.1);
    for name in &stories.too_long {
        println!("left out: {name} takes more than a minute; only virtual time can wait for it");
    }
    for (name, why) in &stories.elsewhere {
        println!("left out: {name} {why}");
    }
    let mut tally = twice(options.once, PROBES_AT_ONCE, |name, slow| probes.tests(name, slow)).await;
    // The document speaks of all probes, and of the Envoy that the tests speak for.
    let covers =
        (options.filter.is_empty() || options.filter == ["probe"]) && options.profile == Profile::default();
    let stale = covers.then(|| probes.check_coverage(Path::new(COVERAGE))).and_then(Result::err);
    let of_stories = twice(options.once, STORIES_AT_ONCE, |name, _| stories.tests(&hosts, name)).await;
    tally.passed += of_stories.passed;
    tally.failed.extend(of_stories.failed);
    let differ = tally.failed.len();
    println!("probes {}, scenarios {}, agree {}, differ {differ}", counts.0, counts.1, tally.passed);
    if let Some(stale) = &stale {
        println!("FAIL {stale:#}");
    }
    let failed = differ + usize::from(stale.is_some());
    println!("{} passed, {failed} failed", tally.passed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Which plays, by name.
pub(crate) type NameFilter<'a> = &'a dyn Fn(&str) -> bool;

/// Plays all, and those that differ once more, slowly and one at a time: on a machine that is busy with other things,
/// something can be late. What is wrong is wrong again.
async fn twice(
    once: bool,
    at_once: usize,
    tests: impl Fn(NameFilter<'_>, bool) -> Vec<SuiteTest>,
) -> TestResults {
    let first = runner::run(tests(&|_| true, false), at_once).await;
    if once || first.failed.is_empty() {
        return first;
    }
    println!("{} differ; once more, one at a time:", first.failed.len());
    let second = runner::run(tests(&|name| first.failed.iter().any(|failed| failed == name), true), 1).await;
    println!("{} of {} agree at the second try", second.passed, first.failed.len());
    TestResults { passed: first.passed + second.passed, failed: second.failed }
}
