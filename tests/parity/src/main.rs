//! Plays the stories before Debian's postscreen(8), the oracle: what it does is what the stories must say.

mod cli;
mod deltas;
mod host;
mod native;
mod postscreen;
mod random;
mod report;
mod runner;
mod verdict;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("parity-suite: {error:#}");
        ExitCode::FAILURE
    })
}
