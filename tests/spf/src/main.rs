//! `spf-suite`: SPF as the engine evaluates it, beside pyspf, on worlds of records that are made up.
//!
//! Run by `cargo xtask test spf`. Each case has its seed: `--seed 7` begins with the seventh, and `--cases 1` is that
//! one alone.
//!
//! - [`records`], [`answers`]: what is in DNS;
//! - [`world`]: a case, and what the engine says about it;
//! - [`peer`]: what pyspf says, and by which rules it may differ from RFC 7208;
//! - [`comparison`]: both, side by side.

mod answers;
mod comparison;
mod peer;
mod records;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use fastrand::Rng;

use comparison::Comparison;

/// SPF of the engine beside pyspf.
#[derive(Debug, Parser)]
struct Options {
    /// A Python with pyspf
    #[arg(long, value_name = "PATH", default_value = "target/spf/python/bin/python")]
    python: PathBuf,
    /// What runs pyspf
    #[arg(long, value_name = "PATH", default_value = "tests/spf/evaluate.py")]
    program: PathBuf,
    /// How many cases
    #[arg(long, default_value_t = 2_000)]
    cases: u64,
    /// The seed of the first one
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the cases are left
    #[arg(long, value_name = "PATH", default_value = "target/spf/cases.json")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("spf-suite: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether both agree.
fn run(options: &Options) -> Result<bool> {
    let seeds = options.seed..options.seed.saturating_add(options.cases);
    let (cases, ours): (Vec<_>, Vec<_>) = seeds.map(|seed| world::play(&mut Rng::with_seed(seed))).unzip();
    let said = peer::ask(&options.python, &options.program, &cases, &options.output)?;
    let comparison = Comparison::new(options.seed, &cases, &ours, &said);
    println!("{comparison}");
    Ok(comparison.agrees())
}
