//! `e2e-suite`: everything real at once. Run by `cargo xtask e2e`.
//!
//! - [`world`]: one machine with all servers: [`edge`] is Envoy, [`lists`] the DNS lists, [`bans`] fail2ban;
//! - [`senders`]: mail servers, programs and libraries that send mail to our domain; [`people`]: who else comes;
//! - [`mailbox`]: what has arrived; [`mail_log`]: what the screen has said;
//! - [`story`]: everybody at once; [`reconfiguration`]: the same under a change of the configuration;
//! - [`dashboard`]: what Prometheus shows of it;
//! - [`failures`]: each part fails once; [`sabotage`]: a module with faults, for two of them;
//! - [`cli`]: the command line; [`report`]: what is printed; [`patience`]: waiting for others.

mod bans;
mod cli;
mod dashboard;
mod edge;
mod failures;
mod lists;
mod mail_log;
mod mailbox;
mod patience;
mod people;
mod reconfiguration;
mod report;
mod sabotage;
mod senders;
mod story;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("e2e-suite: {error:#}");
        ExitCode::FAILURE
    })
}
