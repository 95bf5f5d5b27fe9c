//! What a client costs, measured beside Debian's postscreen(8) and beside a plain Envoy, in one run.
//!
//! Everything happens in namespaces of its own. What is measured is the CPU time and the memory of the servers, from
//! `/proc`; the clients and the mail server are this program, and count for nobody.

mod bench;
mod cases;
mod cli;
mod ground;
mod load;
mod mail_server;
mod peer;
mod report;
mod resolver;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("bench-suite: {error:#}");
        ExitCode::FAILURE
    })
}
