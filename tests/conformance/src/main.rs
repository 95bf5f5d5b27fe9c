//! Plays probe modules and stories in host-sim and in a real Envoy, and compares what both show.

mod catalogue;
mod cli;
mod coverage;
mod probe;
mod probes;
mod real;
mod shown;
mod simulated;
mod stories;
mod upstream;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let options = cli::Options::parse();
    // One thread drives all clients and servers; Envoy has the other processors for itself.
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("conformance-suite: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(cli::run(options)).unwrap_or_else(|error| {
        eprintln!("conformance-suite: {error:#}");
        ExitCode::FAILURE
    })
}
