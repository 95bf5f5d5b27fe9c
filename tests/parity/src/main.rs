//! Plays the stories before Debian's postscreen(8), the oracle: what it does is what the stories must say.

use std::process::ExitCode;

use clap::Parser as _;
use parity_suite::cli;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("parity-suite: {error:#}");
        ExitCode::FAILURE
    })
}
