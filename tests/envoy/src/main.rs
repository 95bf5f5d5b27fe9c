//! Drives postscreen.wasm in a real Envoy, with a real resolver and real sockets.

mod acceptance;
mod cli;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let options = cli::Options::parse();
    // One thread drives all clients and mail servers; Envoy has the other processors for itself.
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("envoy-suite: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(cli::run(options)).unwrap_or_else(|error| {
        eprintln!("envoy-suite: {error:#}");
        ExitCode::FAILURE
    })
}
