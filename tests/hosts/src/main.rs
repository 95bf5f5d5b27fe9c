//! `hosts-suite NAME COMMAND…`: a host of the component that is written in another language screens real clients.
//!
//! Run by `cargo xtask test hosts`, once for each host in `examples/hosts`. `COMMAND`, to which the suite adds the
//! policy file, the address to listen on, the mail server's and the resolver's, is started for every story; its first
//! line of output is `listening on ADDRESS`, and the others are the log. The stories are in `stories/`, in the language
//! of tests/scenarios, with clients on loopback addresses.
//!
//! - [`stories`]: the stories, who hears a teaser, and how one is played;
//! - [`host`]: the host's process;
//! - [`servers`]: what it talks to.

mod host;
mod servers;
mod stories;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// A host of the component in another language screens real clients.
#[derive(Debug, Parser)]
struct Options {
    /// What the host is called in the output
    name: String,
    /// The program that screens, and its first arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("hosts-suite: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// How many stories went another way.
fn run(options: &Options) -> Result<usize> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut failed = 0;
    for story in &stories::STORIES {
        let name = format!("{}: {}", options.name, story.name);
        match LocalSet::new().block_on(&runtime, stories::play(&options.command, story)) {
            Ok(()) => println!("ok      {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n{error:#}");
            }
        }
    }
    println!("{} passed, {failed} failed", stories::STORIES.len() - failed);
    Ok(failed)
}
