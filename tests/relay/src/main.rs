//! Debian's stock Postfix behind every screen that we ship relays for no stranger.

use std::process::ExitCode;

use clap::Parser as _;
use relay_suite::cli;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("relay-suite: {error:#}");
        ExitCode::FAILURE
    })
}
