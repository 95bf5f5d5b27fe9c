//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::{Result, ensure};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use crate::acceptance;
use envoy_suite::fixture::EnvoyFiles;
use envoy_suite::runner;

const ABOUT: &str = "Shows that postscreen.wasm keeps its promises in a real Envoy, with a real resolver and a scripted
mail server. The stories are played in Envoy by conformance-suite.

`cargo xtask test` runs it after it has built the module and installed Envoy. By hand, from the project's folder:

  cargo run -p envoy-suite             everything
  cargo run -p envoy-suite -- early    tests with `early` in their name
  cargo run -p envoy-suite -- --list   the names

It needs Debian's unbound and rbldnsd; servers that run already are neither used nor disturbed. Every server listens on
a loopback address of its own, and no packet leaves the machine. Clients get their addresses by PROXY protocol.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "envoy-suite", about = "Shows postscreen.wasm at work in a real Envoy", long_about = ABOUT)]
pub(crate) struct Options {
    /// Only tests whose name contains one of these words.
    filter: Vec<String>,
    /// Prints the names of the tests and runs none.
    #[arg(long)]
    list: bool,
    /// The Envoy program, 1.37 or later.
    #[arg(long, env = "ENVOY", value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: PathBuf,
    /// The module.
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
}

/// Does what the user asks for. A signal ends everything, and dropping the work stops the servers.
pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    raise_file_limit()?;
    let work = LocalSet::new();
    tokio::select! {
        result = work.run_until(test(options)) => result,
        _ = terminated.recv() => stopped("SIGTERM", 143),
        _ = interrupted.recv() => stopped("Ctrl-C", 130),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an arm of a select whose other arms can fail")]
fn stopped(by: &str, code: u8) -> Result<ExitCode> {
    eprintln!("envoy-suite: stopped by {by}; its servers are stopped too");
    Ok(ExitCode::from(code))
}

async fn test(options: Options) -> Result<ExitCode> {
    let program = Rc::new(EnvoyFiles::new(options.envoy, options.module));
    let filter = options.filter;
    let chosen = |name: &str| filter.is_empty() || filter.iter().any(|word| name.contains(word));
    let mut tests = acceptance::tests(&program);
    tests.retain(|test| chosen(&test.name));
    ensure!(!tests.is_empty(), "no test has one of these words in its name: {}", filter.join(", "));
    if options.list {
        for test in &tests {
            println!("{}", test.name);
        }
        return Ok(ExitCode::SUCCESS);
    }
    program.check()?;
    println!("{} tests in Envoy", tests.len());
    let tally = runner::run(tests, 1).await;
    println!("{} passed, {} failed", tally.passed, tally.failed.len());
    Ok(if tally.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Thousands of clients need as many file descriptors, here and in Envoy, which inherits the limit.
fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?)
}
