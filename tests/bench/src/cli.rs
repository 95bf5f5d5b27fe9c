//! The command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum as _};
use envoy_suite::fixture::EnvoyFiles;
use parity_suite::namespace::{self, NamespaceSide};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::bench::BenchRun;
use crate::cases::BenchCase;
use crate::report::{self, Subject};

const ABOUT: &str = "Measures what a client costs, and prints one table of ratios. Every pair is measured in turns, in \
one run; what counts is the CPU time of all processes of each side, and their memory, from /proc. Beside it stand \
Debian's postscreen with its postlogd and dnsblog, and an Envoy without the module. docs/performance.md tells how to \
read the table.

`cargo xtask bench` runs it after it has installed both and built everything. It needs root: all servers run in \
namespaces of their own, and the addresses of clients are real ones there.

No figure decides anything: what else runs on the machine is in all of them, which is why there are rounds.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "bench-suite", about = "Measures what a client costs", long_about = ABOUT)]
pub(crate) struct Options {
    /// How often each pair is measured; the median counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Only these cases
    #[arg(long, value_name = "CASE", value_delimiter = ',')]
    only: Vec<BenchCase>,
    /// Replaces the table in this page, between `<!-- bench -->` and `<!-- end of bench -->`
    #[arg(long, value_name = "PAGE")]
    write: Option<PathBuf>,
    /// What the module was built from, for the line above the table
    #[arg(long, value_name = "NAME")]
    revision: Option<String>,
    /// The Envoy program
    #[arg(long, env = "ENVOY", value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: PathBuf,
    /// The module
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// Where every figure of every round goes
    #[arg(long, value_name = "FILE", default_value = "target/bench/bench.json")]
    json: PathBuf,
}

/// Does what the user asks for.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if namespace::side() == NamespaceSide::Outside {
        return namespace::run_inside();
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            result = measure(options) => result,
            ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

async fn measure(options: &Options) -> Result<ExitCode> {
    let program = EnvoyFiles::new(options.envoy.clone(), options.module.clone());
    let page =
        options.write.as_deref().map(|page| Ok::<_, anyhow::Error>((page, read(page)?))).transpose()?;
    if let Some((_, text)) = &page {
        // Said before the work and not after it.
        report::with_table(text, "")?;
    }
    let subject = subject(options)?;
    let bench = BenchRun::new(program, Path::new("."), options.rounds)?;
    let cases = if options.only.is_empty() { BenchCase::value_variants() } else { &options.only };
    let mut pairs = Vec::new();
    for case in cases {
        let value = case.to_possible_value().context("a case without a name")?;
        println!(
            "\n==> {}: {}",
            value.get_name(),
            value.get_help().map(ToString::to_string).unwrap_or_default()
        );
        pairs.extend(case.run(&bench).await.with_context(|| value.get_name().to_owned())?);
        // Should a later case fail, what was measured is not lost.
        write(&options.json, &format!("{:#}\n", report::json(&subject, &pairs)))?;
    }
    let table = report::markdown(&subject, &pairs);
    println!("\n{table}\nEvery figure of every round: {}", options.json.display());
    if let Some((page, text)) = page {
        write(page, &report::with_table(&text, &table)?)?;
        println!("{} has the new table", page.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn subject(options: &Options) -> Result<Subject> {
    let bytes = fs::read(&options.module)?;
    let hash = Sha256::digest(&bytes);
    let hash = hash.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let revision = options.revision.as_deref().map(|revision| format!(" of {revision}")).unwrap_or_default();
    let envoy = Command::new(&options.envoy).arg("--version").output().context("Envoy does not start")?;
    let envoy = String::from_utf8_lossy(&envoy.stdout);
    let version = version(&envoy).context("Envoy does not say its version")?;
    let processors = std::thread::available_parallelism()?;
    Ok(Subject {
        module: format!("the module{revision} ({} bytes, SHA-256 {hash}…)", bytes.len()),
        envoy: format!("Envoy {version} and Debian's postscreen"),
        machine: format!("{processors} processors"),
        rounds: options.rounds,
    })
}

/// `PATH  version: HASH/1.40.0/Clean/RELEASE/BoringSSL`.
fn version(said: &str) -> Option<&str> {
    said.split_once("version: ")?.1.split('/').nth(1)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests;
