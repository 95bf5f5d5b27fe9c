//! `readers-suite`: log readers from Debian understand our log, and do with it what deploy/fail2ban and docs/ say.
//!
//! Run by `cargo xtask test`. Two `host-sim serve` screen a few clients on loopback sockets, and write mail logs. A
//! fail2ban watches both: one with its stock filters, the other with those that we ship. Then pflogsumm reports.
//!
//! - [`acts`]: who comes under which policy, and what becomes of them;
//! - [`client`]: one client;
//! - [`screen`]: `host-sim serve`, writing the log, and patience for what happens in its own time;
//! - [`scene`]: two of them with their clients, and their watcher;
//! - [`fail2ban`]: a server of its own, and its tool that tries a filter;
//! - [`table`]: sessions that would be tedious to play, as they stand in a log;
//! - [`pflogsumm`]: the report;
//! - [`manual`], [`envoy_log`]: commands in docs/, the one that makes a mail log of Envoy's log among them;
//! - [`checks`]: what each reader has to say.

mod acts;
mod checks;
mod client;
mod envoy_log;
mod fail2ban;
mod manual;
mod pflogsumm;
mod scene;
mod screen;
mod table;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use checks::CHECKS;
use scene::Scene;

/// Debian's fail2ban and pflogsumm read our log.
#[derive(Debug, Parser)]
struct Options {
    /// The program that screens [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    host_sim: Option<PathBuf>,
    /// The module that it loads
    #[arg(long, value_name = "PATH", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
}

fn main() -> ExitCode {
    let scene = match set(&Options::parse()) {
        Ok(scene) => scene,
        Err(error) => {
            eprintln!("readers-suite: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = 0;
    for (name, check) in CHECKS {
        match check(&scene) {
            Ok(()) => println!("ok      {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n        {error:#}");
            }
        }
    }
    if failed > 0 {
        println!("the logs:\n{}\n{}", scene.enforced.log(), scene.acts.log());
    }
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn set(options: &Options) -> Result<Scene> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok).context("where is host-sim?")?;
    Scene::play(&host_sim, &options.module)
}
