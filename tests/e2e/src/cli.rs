//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, ValueEnum};
use suite_namespace::{self as namespace, NamespaceSide};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::dashboard;
use crate::failures;
use crate::reconfiguration;
use crate::report::Report;
use crate::senders::SenderPrograms;
use crate::story;
use crate::world::World;

const ABOUT: &str = "Envoy with the module, unbound, rbldnsd, Postfix, Prometheus and fail2ban, as README.md, docs/ and
deploy/ have them; zombies and real senders come to them, the configuration changes, and each part fails once.

`cargo xtask e2e` runs it after it has installed what it needs. By hand, as root, from the project's folder:

  cargo run --bin e2e-suite                 everything
  cargo run --bin e2e-suite -- failures     one part
  cargo run --bin e2e-suite -- failures --only 'a worker hangs'

Everything happens in namespaces of its own, with a folder /etc of its own: nothing outside can be reached or is
changed, and no process is left behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "e2e-suite", about = "Everything real at once", long_about = ABOUT)]
pub struct Options {
    /// Parts, in their order [default: all]
    #[arg(value_enum)]
    parts: Vec<SuitePart>,
    /// Of the failures, only those with this in their names
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
    #[command(flatten)]
    programs: Programs,
}

/// What can be asked for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SuitePart {
    /// Zombies and real senders at the same time: mailboxes, log, metrics, bans
    Story,
    /// The configuration changes while sessions are open
    Reconfiguration,
    /// What Prometheus shows of it, as text, in target/e2e/dashboard.txt
    Dashboard,
    /// Each part fails once
    Failures,
}

/// Where the programs are that no package has installed.
#[derive(Debug, Args)]
pub struct Programs {
    /// The Envoy program
    #[arg(long, value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    pub envoy: PathBuf,
    /// The module
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
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
            result = options.test() => result,
            ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

// === impl Options ===

impl Options {
    async fn test(&self) -> Result<ExitCode> {
        let mut report = Report::default();
        let mut world = World::start(&self.programs).await?;
        if self.plays(SuitePart::Story) {
            story::play(&world, &mut report).await;
        }
        if self.plays(SuitePart::Reconfiguration) {
            reconfiguration::play(&mut world, &mut report).await;
        }
        if self.plays(SuitePart::Dashboard) {
            report.test(
                "deploy/monitoring",
                "the dashboard's panels have data",
                dashboard::draw(&world).await,
            );
        }
        if self.plays(SuitePart::Failures) {
            failures::play(&mut world, &self.only, &mut report).await;
        }
        report.test("everything", "it stops when it is told to", world.stop().await);
        Ok(if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn plays(&self, part: SuitePart) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }
}
