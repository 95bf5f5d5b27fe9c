//! What each step is and what it runs.

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use super::tally::{Failed, Tally, run_counted};
use super::{conformance, envoy, hosts, parity, readers, relay, report};
use crate::process::run;
use crate::repo::Repo;
use crate::{apt, programs, tidy, wasm};

/// The steps in the order in which they run: what fails fast comes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub enum Step {
    /// rustfmt finds nothing to change
    Fmt,
    /// The house rules: file sizes, line lengths, words that must not stay
    Tidy,
    /// clippy finds nothing in any crate, warnings denied
    Clippy,
    /// Unit and property tests: what plain `cargo test` runs
    Unit,
    /// postscreen.wasm, within its budget and loadable by Envoy, and postscreen.component.wasm
    Wasm,
    /// The component agrees with the native engine on random visits
    Component,
    /// Every story in tests/scenarios, played in host-sim as filter, component and engine, with one worker and with two
    Scenarios,
    /// The calls that one client costs, by name, are those in tests/calls/host-calls.txt
    Calls,
    /// The hosts in examples/hosts, in Node.js and in Python, screen real clients with the component
    Hosts,
    /// The same stories and some random ones before Debian's postscreen: what it does is what they say
    Parity,
    /// Behind every screen that we ship, Debian's stock Postfix relays for no stranger, and knows who the client is
    Relay,
    /// Debian's fail2ban and pflogsumm read the log
    Readers,
    /// The page of `host-sim report` in a real Chromium
    Report,
    /// The same stories, and probes of every host function, in host-sim and in a real Envoy: both show the same
    Conformance,
    /// The acceptance tests in a real Envoy, with unbound and rbldnsd
    Envoy,
}

/// Tells the test `left_out` that the rest is about to run.
const SUITE_FOLLOWS: &str = "POSTSCREEN_SUITE_FOLLOWS";

/// Numbers of Envoy workers that the stories are played with: state that leaks between workers shows with two.
const SIMULATED_WORKERS: [&str; 2] = ["1", "2"];

/// Each story is played on all of them, and they must agree.
pub(super) const SIMULATED_ABIS: &str = "proxy-wasm,component,native";

impl Step {
    /// The chosen steps in their order, and the module before the steps that load it.
    pub fn plan(chosen: &[Self]) -> Vec<Self> {
        let all = Self::value_variants();
        if chosen.is_empty() {
            return all.to_vec();
        }
        let module =
            chosen.iter().any(|step| !matches!(step, Self::Fmt | Self::Tidy | Self::Clippy | Self::Unit));
        all.iter().copied().filter(|step| chosen.contains(step) || (*step == Self::Wasm && module)).collect()
    }

    /// One line for the heading: the first line of the step's own documentation, as `--help` shows it.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    pub fn run(self, repo: &Repo) -> Result<Tally, Failed> {
        match self {
            Self::Fmt => check(run(repo.cargo().args(["fmt", "--all", "--check"]))),
            Self::Tidy => check(tidy::check(repo)),
            Self::Clippy => check(run(repo.cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ]))),
            Self::Unit => unit(repo),
            Self::Wasm => check(wasm::build(repo)),
            Self::Component => component(repo),
            Self::Scenarios => scenarios(repo),
            Self::Calls => calls(repo),
            Self::Hosts => hosts::run(repo),
            Self::Parity => parity::run(repo),
            Self::Relay => relay::run(repo),
            Self::Readers => readers::run(repo),
            Self::Report => report::run(repo),
            Self::Conformance => conformance::run(repo),
            Self::Envoy => envoy::run(repo),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// A step without tests of its own counts as one.
fn check<T>(result: Result<T>) -> Result<Tally, Failed> {
    match result {
        Ok(_) => Ok(Tally { passed: 1, failed: 0 }),
        Err(error) => Err(Failed { error, tally: Tally { passed: 0, failed: 1 } }),
    }
}

fn unit(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure(&["clang", "lld"], "a test of where a filter has failed")?;
    run_counted(repo.cargo().arg("test").env(SUITE_FOLLOWS, "1"))
}

fn component(repo: &Repo) -> Result<Tally, Failed> {
    programs::build(repo)?;
    run_counted(&mut programs::command(repo, "component-suite"))
}

fn scenarios(repo: &Repo) -> Result<Tally, Failed> {
    programs::build(repo)?;
    let mut total = Tally::default();
    for workers in SIMULATED_WORKERS {
        let mut simulator = programs::command(repo, "host-sim");
        simulator.args(["run", "--abi", SIMULATED_ABIS, "--workers", workers, "tests/scenarios"]);
        total += run_counted(&mut simulator).map_err(|failed| failed.after(total))?;
    }
    Ok(total)
}

fn calls(repo: &Repo) -> Result<Tally, Failed> {
    programs::build_only(repo, "calls-suite")?;
    run_counted(&mut programs::command(repo, "calls-suite"))
}

#[cfg(test)]
mod tests;
