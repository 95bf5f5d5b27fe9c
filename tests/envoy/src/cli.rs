//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use crate::{acceptance, bench};
use envoy_suite::fixture::Program;
use envoy_suite::runner;

const ABOUT: &str = "Shows that postscreen.wasm keeps its promises in a real Envoy, with a real resolver and a scripted
mail server. The stories are played in Envoy by conformance-suite.

`cargo xtask test` runs it after it has built the module and installed Envoy. By hand, from the project's folder:

  cargo run -p envoy-suite                      everything
  cargo run -p envoy-suite -- early             tests with `early` in their name
  cargo run -p envoy-suite -- --list            the names
  cargo run --release -p envoy-suite -- bench   what a client costs, in CPU time and memory

It needs Debian's unbound and rbldnsd; servers that run already are neither used nor disturbed. Every server listens on
a loopback address of its own, and no packet leaves the machine. Clients get their addresses by PROXY protocol.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "envoy-suite", about = "Shows postscreen.wasm at work in a real Envoy", long_about = ABOUT)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures Envoy's CPU time and memory per client, beside a plain TCP proxy in the same Envoy.
    Bench(bench::Options),
}

#[derive(Debug, Args)]
struct Selection {
    /// Only tests whose name contains one of these words.
    filter: Vec<String>,
    /// Prints the names of the tests and runs none.
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Args)]
struct Files {
    /// The Envoy program, 1.37 or later.
    #[arg(
        long,
        global = true,
        env = "ENVOY",
        value_name = "FILE",
        default_value = "target/envoy/1.40.0/bin/envoy"
    )]
    envoy: PathBuf,
    /// The module.
    #[arg(long, global = true, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
}

/// Does what the user asks for. A signal ends everything, and dropping the work stops the servers.
pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    raise_file_limit()?;
    let work = LocalSet::new();
    tokio::select! {
        result = work.run_until(carry_out(options)) => result,
        _ = terminated.recv() => stopped("SIGTERM", 143),
        _ = interrupted.recv() => stopped("Ctrl-C", 130),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an arm of a select whose other arms can fail")]
fn stopped(by: &str, code: u8) -> Result<ExitCode> {
    eprintln!("envoy-suite: stopped by {by}; its servers are stopped too");
    Ok(ExitCode::from(code))
}

async fn carry_out(options: Options) -> Result<ExitCode> {
    let program = Rc::new(Program::new(options.files.envoy, options.files.module));
    match options.command {
        Some(Command::Bench(options)) => {
            bench::run(&program, options).await?;
            Ok(ExitCode::SUCCESS)
        }
        None => test(&program, &options.selection).await,
    }
}

async fn test(program: &Rc<Program>, selection: &Selection) -> Result<ExitCode> {
    let chosen =
        |name: &str| selection.filter.is_empty() || selection.filter.iter().any(|word| name.contains(word));
    let mut tests = acceptance::tests(program);
    tests.retain(|test| chosen(&test.name));
    ensure!(!tests.is_empty(), "no test has one of these words in its name: {}", selection.filter.join(", "));
    if selection.list {
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
