//! What we ship for Envoy Gateway, Istio and Prometheus, in real Envoys and a real Prometheus.

use std::process::ExitCode;

use clap::Parser as _;
use control_planes_suite::cli;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("control-planes-suite: {error:#}");
        ExitCode::FAILURE
    })
}
