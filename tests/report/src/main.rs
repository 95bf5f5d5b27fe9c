//! `report-suite`: the page of `host-sim report`, looked at in a real browser.
//!
//! Run by `cargo xtask test`. host-sim plays the stories in `tests/report/stories`, some of which are wrong on purpose
//! or full of markup, and Chromium opens the page that comes of it.
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
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use checks::{CHECKS, Scene};
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
    let page = write_page(options)?;
    let mut scene =
        Scene { page, output: options.output.clone(), browser: Chromium::start(&options.chromium)? };
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

/// Lets host-sim write the page. Its exit status says that stories failed, as some must.
fn write_page(options: &Options) -> Result<PathBuf> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok).context("where is host-sim?")?;
    fs::create_dir_all(&options.output)?;
    let page = options.output.join("report.html");
    let output = Command::new(&host_sim)
        .arg("report")
        .arg(&options.stories)
        .arg("--module")
        .arg(&options.module)
        .arg("--output")
        .arg(&page)
        .output()
        .with_context(|| format!("cannot start {}", host_sim.display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(1), "host-sim report: {}, expected status 1\n{said}", output.status);
    Ok(page.canonicalize()?)
}
