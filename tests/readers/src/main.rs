//! `readers-suite`: stock log readers from Debian understand our log.
//!
//! Run by `cargo xtask test`. `host-sim serve` screens a few clients on loopback sockets and writes a mail log, which a
//! fail2ban with its stock postfix filter watches, and which pflogsumm then reports on.
//!
//! - [`screen`]: `host-sim serve`, writing the log, and patience for what happens in its own time;
//! - [`client`]: the clients;
//! - [`fail2ban`]: a server of its own, and its tool that tries a filter;
//! - [`pflogsumm`]: the report;
//! - [`envoy_log`]: the line in docs/operating.md that makes a mail log of Envoy's log;
//! - [`checks`]: what each reader has to say.

mod checks;
mod client;
mod envoy_log;
mod fail2ban;
mod pflogsumm;
mod screen;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use checks::{CHECKS, LogScene};

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
        println!("the log:\n{}", scene.log());
    }
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn set(options: &Options) -> Result<LogScene> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok).context("where is host-sim?")?;
    LogScene::play(&host_sim, &options.module)
}
