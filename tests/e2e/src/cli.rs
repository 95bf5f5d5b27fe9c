//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use parity_suite::namespace::{self, NamespaceSide};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::senders::SenderPrograms;
use crate::trial;

const ABOUT: &str = "Real senders, a real Envoy with the module, and a real mail server.

`cargo xtask e2e` runs it after it has installed what it needs. By hand, as root, from the project's folder:

  cargo run --bin e2e-suite -- senders    one letter from each sender

Everything happens in namespaces of its own, with a folder /etc of its own: nothing outside can be reached or is
changed, and no process is left behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "e2e-suite", about = "Everything real at once", long_about = ABOUT)]
pub struct Options {
    #[command(subcommand)]
    part: SuitePart,
    #[command(flatten)]
    programs: Programs,
}

#[derive(Debug, Subcommand)]
enum SuitePart {
    /// One letter from each sender, all at the same time
    Senders,
}

/// Where the programs are that no package has installed.
#[derive(Debug, Args)]
pub struct Programs {
    /// The Envoy program
    #[arg(long, global = true, value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    pub envoy: PathBuf,
    /// The module
    #[arg(long, global = true, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    pub module: PathBuf,
    /// Those of the senders.
    #[command(flatten)]
    pub senders: SenderPrograms,
}

/// Does what the user asks for.
pub fn run(options: &Options) -> Result<ExitCode> {
    if namespace::side() == NamespaceSide::Outside {
        return namespace::run_inside();
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            result = test(options) => result,
            ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

async fn test(options: &Options) -> Result<ExitCode> {
    let report = match options.part {
        SuitePart::Senders => trial::run(&options.programs).await?,
    };
    Ok(if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
