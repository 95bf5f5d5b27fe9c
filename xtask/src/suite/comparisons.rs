//! What is compared with servers that others have made: `cargo xtask parity` with Debian's postscreen, `cargo xtask
//! conformance` with a real Envoy, and the steps of the same names; `cargo xtask bench` with both.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Failed, TestCounts, run_counted};
use crate::install::{self, OLDER_LINES, Preseed};
use crate::repo::Repo;
use crate::{process, wasm};

/// Each story is played on all of them, and they must agree.
pub const SIMULATED_ABIS: &str = "proxy-wasm,component,native";

/// What Postfix's installer would ask: nothing is to be configured, because the suites bring their own configuration.
pub const UNCONFIGURED: Preseed = Preseed {
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

/// The step: all stories before a real postscreen, and some random ones.
pub fn parity(repo: &Repo) -> Result<TestCounts, Failed> {
    let mut total = run_counted(&mut parity_suite(repo)?)?;
    total += random(repo, &RANDOM.map(str::to_owned)).map_err(|failed| failed.after(total))?;
    Ok(total)
}

/// The task of its own: what the arguments say.
pub fn parity_task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let wants = |word: &str| arguments.iter().any(|argument| argument == word);
    if !arguments.iter().any(|argument| option(argument) == "--random") || wants("--list") || wants("--help")
    {
        return process::run(parity_suite(repo)?.args(arguments));
    }
    wasm::build(repo)?;
    let total = random(repo, arguments).map_err(|failed| failed.error)?;
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(())
}

/// Random stories before postscreen, and then the same files in the simulator, on every ABI. Its failures count, too,
/// whatever postscreen has said.
fn random(repo: &Repo, arguments: &[String]) -> Result<TestCounts, Failed> {
    let mut simulator = repo.program("host-sim");
    simulator.args(["run", "--abi", SIMULATED_ABIS, &format!("target/parity/random-{}", seed(arguments))]);
    let before_postscreen = run_counted(parity_suite(repo)?.args(arguments));
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

fn parity_suite(repo: &Repo) -> Result<Command> {
    install::debian_answering(&["postfix", "iproute2"], &[UNCONFIGURED], "the comparison with postscreen")?;
    repo.build_programs()?;
    Ok(repo.program("parity-suite"))
}

/// The step: everything in host-sim and in the Envoy that the tests speak for.
pub fn conformance(repo: &Repo) -> Result<TestCounts, Failed> {
    prepare_conformance(repo)?;
    let envoy = install::envoy(repo)?;
    run_counted(&mut conformance_suite(repo, &envoy))
}

/// The task of its own: what the arguments say; `all_versions` plays it in the older Envoys as well.
pub fn conformance_task(repo: &Repo, all_versions: bool, arguments: &[String]) -> Result<()> {
    wasm::build_module(repo)?;
    prepare_conformance(repo)?;
    let envoy = install::envoy(repo)?;
    process::run(conformance_suite(repo, &envoy).args(arguments))?;
    // One line that differs does not hide the next.
    let mut differ = Vec::new();
    for (line, version) in if all_versions { &OLDER_LINES[..] } else { &[] } {
        let envoy = install::envoy_of(repo, version)?;
        println!("\n==> Envoy {version}");
        let mut suite = conformance_suite(repo, &envoy);
        if let Err(error) = process::run(suite.args(["--profile", &format!("envoy-{line}")]).args(arguments))
        {
            differ.push(format!("Envoy {version}: {error:#}"));
        }
    }
    ensure!(differ.is_empty(), "{}", differ.join("; "));
    Ok(())
}

fn prepare_conformance(repo: &Repo) -> Result<()> {
    install::debian(&["unbound", "rbldnsd"], "the conformance suite")?;
    wasm::build_probes(repo)?;
    repo.build_programs()
}

fn conformance_suite(repo: &Repo, envoy: &Path) -> Command {
    let mut suite = repo.program("conformance-suite");
    suite.arg("--envoy").arg(envoy);
    suite
}

/// What a client costs, beside Debian's postscreen and beside a plain Envoy: installs the peers, builds the module and
/// the load, and measures.
pub fn bench_task(repo: &Repo, arguments: &[String]) -> Result<()> {
    install::debian_answering(&["postfix", "iproute2", "unbound"], &[UNCONFIGURED], "the benchmark")?;
    let envoy = install::envoy(repo)?;
    println!("==> building what is measured, and the clients");
    wasm::build_module(repo)?;
    // This one program, from crates built as every other task builds them. Cargo.toml has the clients optimised.
    process::run(repo.cargo().args(["build", "--bin", "bench-suite"]))?;
    let mut suite = repo.program("bench-suite");
    suite.arg("--envoy").arg(envoy);
    // Without git, as in an archive of the sources, the hash of the module has to do.
    if let Ok(revision) = process::capture(
        Command::new("git").current_dir(repo.root()).args(["describe", "--always", "--dirty"]),
    ) {
        suite.args(["--revision", &revision]);
    }
    process::run(suite.args(arguments))
}

#[cfg(test)]
mod tests;
