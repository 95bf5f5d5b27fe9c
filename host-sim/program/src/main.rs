//! `host-sim`: screens scripted clients in virtual time, or real ones on a socket, with the module that Envoy loads.

use std::process::ExitCode;

fn main() -> ExitCode {
    host_sim::cli::main()
}
