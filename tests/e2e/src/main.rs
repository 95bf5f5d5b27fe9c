//! `e2e-suite`: everything real at once. Run by `cargo xtask e2e`.
//!
//! - [`senders`]: mail servers, programs and libraries that send mail to our domain;
//! - [`mailbox`]: what has arrived;
//! - [`trial`]: one letter from each sender, through Envoy with the configuration that we ship;
//! - [`cli`]: the command line; [`report`]: what is printed.

mod cli;
mod mailbox;
mod report;
mod senders;
mod trial;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("e2e-suite: {error:#}");
        ExitCode::FAILURE
    })
}
