//! The oracle: a real postscreen from Debian's packages.

use std::process::Command;

use anyhow::Result;

use super::step::SIMULATED_ABIS;
use super::tally::{Failed, Tally, run_counted};
use crate::apt::{self, Answer};
use crate::repo::Repo;
use crate::{process, programs, wasm};

/// What Postfix's installer would ask: nothing is to be configured, because the suites bring their own configuration.
pub const UNCONFIGURED: Answer = Answer {
    package: "postfix",
    question: "postfix/main_mailer_type",
    kind: "select",
    value: "No configuration",
};

/// The option of parity-suite that names a seed, and the seed without it.
const SEED: &str = "--seed";
const DEFAULT_SEED: &str = "1";
/// The random stories of the step: few, always the same.
const RANDOM: [&str; 4] = ["--random", "60", "--seed", "1"];

/// The step: all stories, and some random ones.
pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    let mut total = run_counted(&mut suite(repo)?)?;
    total += random(repo, &RANDOM.map(str::to_owned)).map_err(|failed| failed.after(total))?;
    Ok(total)
}

/// The task of its own: what the arguments say.
pub fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let wants = |word: &str| arguments.iter().any(|argument| argument == word);
    if !arguments.iter().any(|argument| option(argument) == "--random") || wants("--list") || wants("--help")
    {
        return process::run(suite(repo)?.args(arguments));
    }
    wasm::build(repo)?;
    let total = random(repo, arguments).map_err(|failed| failed.error)?;
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(())
}

/// Random stories before postscreen, and then the same files in the simulator, on every ABI. Its failures count, too,
/// whatever postscreen has said.
fn random(repo: &Repo, arguments: &[String]) -> Result<Tally, Failed> {
    let mut simulator = programs::command(repo, "host-sim");
    simulator.args(["run", "--abi", SIMULATED_ABIS, &format!("target/parity/random-{}", seed(arguments))]);
    let before_postscreen = run_counted(suite(repo)?.args(arguments));
    let simulated = run_counted(&mut simulator);
    match (before_postscreen, simulated) {
        (Ok(before), Ok(mut total)) => {
            total += before;
            Ok(total)
        }
        (Err(before), Ok(simulated)) => Err(before.after(simulated)),
        (Ok(before), Err(simulated)) => Err(simulated.after(before)),
        (Err(before), Err(simulated)) => Err(before.after(simulated.tally)),
    }
}

/// The seed that parity-suite makes the stories from, given these arguments.
fn seed(arguments: &[String]) -> &str {
    let mut arguments = arguments.iter().skip_while(|argument| option(argument) != SEED);
    let value = arguments.next().map(|argument| argument.split_once('='));
    let value = match value {
        None => None,
        Some(Some((_, value))) => Some(value),
        Some(None) => arguments.next().map(String::as_str),
    };
    value.unwrap_or(DEFAULT_SEED)
}

/// An argument's name, where it is `--name=value`.
fn option(argument: &str) -> &str {
    argument.split_once('=').map_or(argument, |(name, _)| name)
}

fn suite(repo: &Repo) -> Result<Command> {
    apt::ensure_with(&["postfix", "iproute2"], &[UNCONFIGURED], "the comparison with postscreen")?;
    programs::build(repo)?;
    Ok(programs::command(repo, "parity-suite"))
}

#[cfg(test)]
mod tests;
