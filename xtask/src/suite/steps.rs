//! What each step is and what it runs.

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use super::comparisons::{self, SIMULATED_ABIS, UNCONFIGURED};
use super::{Failed, TestCounts, control_planes, e2e, hosts, images, kubernetes, run_counted};
use crate::process::run;
use crate::repo::Repo;
use crate::{install, tidy, wasm};

/// The steps in the order in which they run: what fails fast comes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub enum SuiteStep {
    /// rustfmt finds nothing to change
    Fmt,
    /// The house rules: file sizes, line lengths, words that must not stay
    Tidy,
    /// clippy finds nothing in any crate, warnings denied
    Clippy,
    /// The documentation of every crate builds without a warning
    Docs,
    /// Unit and property tests: what plain `cargo test` runs
    Unit,
    /// SPF as the engine evaluates it agrees with pyspf on random records
    Spf,
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
    /// What we ship for Envoy Gateway and Istio fits its definitions, and screens in real Envoys
    ControlPlanes,
    /// deploy/kubernetes fits Kubernetes' schemas, and its pods, played with real programs, do what they are for
    Kubernetes,
    /// Prometheus takes the rules, and the dashboard's queries find what a real Envoy counts
    Monitoring,
    /// The page of `host-sim report` in a real Chromium
    Report,
    /// skopeo, umoci and tar read the images, which are the same every time, and runc runs host-sim from one
    Image,
    /// The same stories, and probes of every host function, in host-sim and in a real Envoy: both show the same
    Conformance,
    /// The acceptance tests in a real Envoy, with unbound and rbldnsd
    Envoy,
    /// Everything real at once: zombies and real senders, log, bans and metrics, a new configuration, every failure
    E2e,
}

/// Tells the test `left_out` that the rest is about to run.
const SUITE_FOLLOWS: &str = "POSTSCREEN_SUITE_FOLLOWS";

/// Numbers of Envoy workers that the stories are played with: state that leaks between workers shows with two.
const SIMULATED_WORKERS: [&str; 2] = ["1", "2"];

impl SuiteStep {
    /// The chosen steps in their order, and the module before the steps that load it.
    pub fn plan(chosen: &[Self]) -> Vec<Self> {
        let all = Self::value_variants();
        if chosen.is_empty() {
            return all.to_vec();
        }
        let module = chosen.iter().any(|step| {
            !matches!(step, Self::Fmt | Self::Tidy | Self::Clippy | Self::Docs | Self::Unit | Self::Spf)
        });
        all.iter().copied().filter(|step| chosen.contains(step) || (*step == Self::Wasm && module)).collect()
    }

    /// One line for the heading: the first line of the step's own documentation, as `--help` shows it.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    pub fn run(self, repo: &Repo) -> Result<TestCounts, Failed> {
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
            Self::Docs => {
                check(run(repo.cargo().args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings")))
            }
            Self::Unit => unit(repo),
            Self::Spf => spf(repo),
            Self::Wasm => check(wasm::build(repo)),
            Self::Component => component(repo),
            Self::Scenarios => scenarios(repo),
            Self::Calls => calls(repo),
            Self::Hosts => hosts::run(repo),
            Self::Parity => comparisons::parity(repo),
            Self::Relay => relay(repo),
            Self::Readers => readers(repo),
            Self::ControlPlanes => control_planes::control_planes(repo),
            Self::Kubernetes => kubernetes::run(repo),
            Self::Monitoring => control_planes::monitoring(repo),
            Self::Report => report(repo),
            Self::Image => images::run(repo),
            Self::Conformance => comparisons::conformance(repo),
            Self::Envoy => envoy(repo),
            Self::E2e => e2e::run(repo),
        }
    }
}

impl fmt::Display for SuiteStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// A step without tests of its own counts as one.
fn check<T>(result: Result<T>) -> Result<TestCounts, Failed> {
    match result {
        Ok(_) => Ok(TestCounts { passed: 1, failed: 0 }),
        Err(error) => Err(Failed { error, tally: TestCounts { passed: 0, failed: 1 } }),
    }
}

fn unit(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["clang", "lld"], "a test of where a filter has failed")?;
    run_counted(repo.cargo().arg("test").env(SUITE_FOLLOWS, "1"))
}

/// pyspf from Python packages. Nothing is asked: DNS is made up.
fn spf(repo: &Repo) -> Result<TestCounts, Failed> {
    let home = repo.path("target/spf/python");
    install::packages::pip(&home, &repo.path("tests/spf/requirements.txt"), "the comparison of SPF")?;
    repo.build_program("spf-suite")?;
    run_counted(repo.program("spf-suite").arg("--python").arg(home.join("bin/python")))
}

fn component(repo: &Repo) -> Result<TestCounts, Failed> {
    repo.build_programs()?;
    run_counted(&mut repo.program("component-suite"))
}

fn scenarios(repo: &Repo) -> Result<TestCounts, Failed> {
    repo.build_programs()?;
    let mut total = TestCounts::default();
    for workers in SIMULATED_WORKERS {
        let mut simulator = repo.program("host-sim");
        simulator.args(["run", "--abi", SIMULATED_ABIS, "--workers", workers, "tests/scenarios"]);
        total += run_counted(&mut simulator).map_err(|failed| failed.after(total))?;
    }
    Ok(total)
}

fn calls(repo: &Repo) -> Result<TestCounts, Failed> {
    repo.build_program("calls-suite")?;
    run_counted(&mut repo.program("calls-suite"))
}

/// The configurations for Envoy and `host-sim serve`, then the hosts of the component in other languages.
fn relay(repo: &Repo) -> Result<TestCounts, Failed> {
    let packages = ["postfix", "iproute2", "unbound"];
    install::debian_answering(&packages, &[UNCONFIGURED], "the test against open relays")?;
    let mut suite = repo.program("relay-suite");
    suite.arg("--envoy").arg(install::envoy(repo)?);
    for (_, version) in install::OLDER_LINES {
        suite.arg("--envoy").arg(install::envoy_of(repo, version)?);
    }
    repo.build_programs()?;
    let mut total = run_counted(&mut suite)?;
    for host in hosts::both(repo).map_err(|error| Failed::from(error).after(total))? {
        let mut suite = repo.program("relay-suite");
        total += run_counted(suite.arg("host").args(host)).map_err(|failed| failed.after(total))?;
    }
    Ok(total)
}

/// What a stock reader makes of the log of a screen with clients.
fn readers(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["fail2ban", "pflogsumm"], "the test with log readers")?;
    repo.build_programs()?;
    run_counted(&mut repo.program("readers-suite"))
}

/// What the browser makes of the page.
fn report(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["chromium"], "the test of the report")?;
    repo.build_programs()?;
    run_counted(&mut repo.program("report-suite"))
}

/// A real Envoy from Python packages, unbound and rbldnsd from Debian.
fn envoy(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["unbound", "rbldnsd"], "the Envoy suite")?;
    let envoy = install::envoy(repo)?;
    repo.build_programs()?;
    run_counted(repo.program("envoy-suite").arg("--envoy").arg(envoy))
}

#[cfg(test)]
mod tests;
