//! `relay-suite`: Debian's stock Postfix behind every screen that we ship relays for no stranger.
//!
//! Run by `cargo xtask test relay`. Everything is real and everything is taken literally: the configurations in
//! `deploy/envoy`, port 25 included, and the lines that the README has for Postfix and for unbound.
//!
//! - [`machine`]: namespaces with addresses, a folder /etc, a resolver and a Postfix of their own;
//! - [`etc`]: the README's lines, and Postfix's configuration as Debian's package writes it, with those lines;
//! - [`screen`]: what stands before the mail server;
//! - [`client`]: who comes;
//! - [`checks`]: what must be so, and must not;
//! - [`cli`]: the command line.

mod checks;
mod cli;
mod client;
mod etc;
mod machine;
mod screen;
mod shipped;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("relay-suite: {error:#}");
        ExitCode::FAILURE
    })
}
