//! `report-suite`: the pages of `host-sim report` and `host-sim replay`, looked at in a real browser.
//!
//! Run by `cargo xtask test`. host-sim plays the stories in `tests/report/stories`, some of which are wrong on purpose
//! or full of markup, and Chromium opens the page that comes of it. A second page is that of `tests/report/calls`, with
//! a module that calls out by gRPC; two more are those of records of clients, alone and under the policy in
//! `tests/report/replay`.
//!
//! - [`chromium`]: the browser, driven by the `DevTools` protocol over a pipe;
//! - [`page`]: one opened page, at one size;
//! - [`checks`]: what must be so;
//! - [`probe`]: the scripts that ask the page.

mod checks;
mod chromium;
mod page;
mod probe;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use checks::{CHECKS, ReportScene};
use chromium::Chromium;

/// The pages of `host-sim report` and `host-sim replay` in a real browser.
#[derive(Debug, Parser)]
struct Options {
    /// The program that writes the page [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    host_sim: Option<PathBuf>,
    /// The browser
    #[arg(long, value_name = "PATH", default_value = "chromium")]
    chromium: PathBuf,
    /// The module that the stories are played against
    #[arg(long, value_name = "PATH", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// The stories on the page
    #[arg(long, value_name = "PATH", default_value = "tests/report/stories")]
    stories: PathBuf,
    /// A module that calls out by gRPC
    #[arg(
        long,
        value_name = "PATH",
        default_value = "host-sim/program/src/run/record/recorder/tests/caller.wat"
    )]
    caller: PathBuf,
    /// The stories that are played against it
    #[arg(long, value_name = "PATH", default_value = "tests/report/calls")]
    calls: PathBuf,
    /// Records of clients
    #[arg(long, value_name = "PATH", default_value = "host-sim/record-replay/src/sample/records.jsonl")]
    records: PathBuf,
    /// The policy that they are tried on
    #[arg(long, value_name = "PATH", default_value = "tests/report/replay/new.json")]
    policy: PathBuf,
    /// Where the pages and their pictures are left
    #[arg(long, value_name = "PATH", default_value = "target/report")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("report-suite: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// How many checks failed.
fn run(options: &Options) -> Result<usize> {
    // Some of these stories must fail.
    let page = write_report(options, "report.html", (&options.stories, &options.module), 1)?;
    let calls = write_report(options, "calls.html", (&options.calls, &options.caller), 0)?;
    let records = write_replay(options, "records.html", None)?;
    let replay = write_replay(options, "replay.html", Some(&options.policy))?;
    let browser = Chromium::start(&options.chromium)?;
    let mut scene = ReportScene { page, calls, records, replay, output: options.output.clone(), browser };
    let mut failed = 0;
    for (name, check) in CHECKS {
        match check(&mut scene) {
            Ok(()) => println!("ok      {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n        {error:#}");
            }
        }
    }
    println!("the pages and their pictures are in {}", options.output.display());
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    Ok(failed)
}

/// Lets host-sim write the page `name` about stories and a module, and end with `status`.
fn write_report(
    options: &Options,
    name: &str,
    (stories, module): (&Path, &Path),
    status: i32,
) -> Result<PathBuf> {
    let page = options.output.join(name);
    let mut command = host_sim(options, "report")?;
    command.arg(stories).arg("--module").arg(module).arg("--output").arg(&page);
    write_page(command, &page, &[status])
}

/// Lets it write the page about records, and about what becomes of them under a policy.
fn write_replay(options: &Options, name: &str, policy: Option<&Path>) -> Result<PathBuf> {
    let page = options.output.join(name);
    let mut command = host_sim(options, "replay")?;
    command.arg(&options.records).arg("--html").arg(&page);
    let Some(policy) = policy else { return write_page(command, &page, &[0]) };
    command.arg("--config").arg(policy);
    // Whether anybody fares otherwise is the engine's business.
    write_page(command, &page, &[0, 1])
}

fn host_sim(options: &Options, command: &str) -> Result<Command> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok).context("where is host-sim?")?;
    fs::create_dir_all(&options.output)?;
    let mut host_sim = Command::new(host_sim);
    host_sim.arg(command);
    Ok(host_sim)
}

/// Runs the command, which must end with one of `statuses`.
fn write_page(mut command: Command, page: &Path, statuses: &[i32]) -> Result<PathBuf> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ended = output.status;
    let is_expected = ended.code().is_some_and(|code| statuses.contains(&code));
    ensure!(is_expected, "{command:?}: {ended}, expected status {statuses:?}\n{said}");
    Ok(page.canonicalize()?)
}
