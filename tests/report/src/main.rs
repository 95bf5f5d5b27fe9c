//! `report-suite`: the page of `host-sim report`, looked at in a real browser.
//!
//! Run by `cargo xtask test`. host-sim plays the stories in `tests/report/stories`, some of which are wrong on purpose
//! or full of markup, and Chromium opens the page that comes of it. A second page is that of `tests/report/calls`, with
//! a module that calls out by gRPC.
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

/// The page of `host-sim report` in a real browser.
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
    /// Where the page and its pictures are left
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
    let page = write_page(options, "report.html", (&options.stories, &options.module), 1)?;
    let calls = write_page(options, "calls.html", (&options.calls, &options.caller), 0)?;
    let browser = Chromium::start(&options.chromium)?;
    let mut scene = ReportScene { page, calls, output: options.output.clone(), browser };
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
    println!("the page and its pictures are in {}", options.output.display());
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    Ok(failed)
}

/// Lets host-sim write the page `name` about stories and a module, and end with `status`.
fn write_page(
    options: &Options,
    name: &str,
    (stories, module): (&Path, &Path),
    status: i32,
) -> Result<PathBuf> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok).context("where is host-sim?")?;
    fs::create_dir_all(&options.output)?;
    let page = options.output.join(name);
    let output = Command::new(&host_sim)
        .arg("report")
        .arg(stories)
        .arg("--module")
        .arg(module)
        .arg("--output")
        .arg(&page)
        .output()
        .with_context(|| format!("cannot start {}", host_sim.display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ended = output.status;
    ensure!(ended.code() == Some(status), "host-sim report: {ended}, expected status {status}\n{said}");
    Ok(page.canonicalize()?)
}
